import { logger, None, parse, View } from 'vega'
import { compile } from 'vega-lite'
import { escapeHtml } from '../report/html.ts'
import type { Figure } from './figure.ts'

/** What can go wrong shows in the drawing; the console belongs to the caller. */
const silent = logger(None)

/** Draws a figure without a browser or a canvas: an SVG with its title and description inside. */
export async function renderSvg(figure: Figure): Promise<string> {
  const { spec } = compile(figure.spec, { logger: silent })
  const view = new View(parse(spec), { renderer: 'none', logger: silent })
  try {
    const svg = await view.toSVG()
    return described(figure, svg)
  } finally {
    view.finalize()
  }
}

/** Names inside are made the figure's own, since a report holds many; coordinates get two digits. */
function described({ id, title, alt }: Figure, svg: string): string {
  const head = `<title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-desc">${escapeHtml(alt)}</desc>`
  return svg
    .replaceAll(/\b(clip|gradient_)(\d+)/g, `${id}-$1$2`)
    .replaceAll(/ (?:d|transform|[xy]2?)="[^"]*"/g, shorter)
    .replace(' class="marks"', ` class="marks" role="img" aria-labelledby="${id}-title ${id}-desc"`)
    .replace('>', () => `>${head}`)
}

function shorter(attribute: string): string {
  return attribute.replaceAll(/-?\d+\.\d{3,}(?:e-?\d+)?/g, digits =>
    String(Number(Number(digits).toFixed(2)))
  )
}
