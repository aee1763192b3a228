import { fieldText, ledBy, numberText, rangesText, valueText } from '../labels.ts'
import type { ManifestFile } from '../manifest.ts'
import type { Survey } from '../points.ts'
import { html, type Markup } from './html.ts'

const MAX_DATA = 20

/** What was run, so that the rest can be judged: settings that all runs share, and what varies. */
export function setup(manifest: ManifestFile, { axes, points, runs }: Survey): Markup {
  const { sweep, code, node, data } = manifest
  const spec = runs[0]?.record.spec
  const swept = new Set(axes.map(axis => axis.field.split('.')[0]))
  const events = runs.reduce((sum, { record }) => sum + record.summary.events, 0)
  const rows: Markup[] = [row('Scenario', html`${sweep.base.scenario}`)]
  for (const [i, axis] of axes.entries()) {
    const values = [...new Set(points.map(point => valueText(point.values[i])))]
    rows.push(row(axis.title, html`${values.join(', ')} <span class="soft">(swept)</span>`))
  }
  if (spec !== undefined) {
    if (!swept.has('nodes')) rows.push(row('Nodes', html`${numberText(spec.nodes)}`))
    if (!swept.has('duration') && !swept.has('durationMs')) {
      rows.push(row('Duration', html`${durationText(spec.durationMs)} of virtual time`))
    }
    rows.push(row('Network', shared(swept.has('network'), fieldsText(spec.network))))
    const faults = spec.faults.map(fault => html`<div>${fieldsText(fault, 'kind')}</div>`)
    rows.push(row('Faults', shared(swept.has('faults'), faults.length === 0 ? 'none' : faults)))
    const settings = Object.entries(spec.parameters)
      .filter(([name]) => !axes.some(axis => axis.field === `parameters.${name}`))
      .map(([name, value]) => fieldText(name, value))
    if (settings.length > 0) rows.push(row('Settings', html`${settings.join('; ')}`))
  }
  rows.push(
    row(
      'Seeds',
      html`${rangesText(sweep.seeds)} <span class="soft">(n = ${sweep.seeds.length})</span>`
    ),
    row('Runs', html`${numberText(runs.length)}, ${numberText(events)} events in all`),
    row(
      'Code',
      html`torusmesh ${code.version}, ${code.commit === null ? 'commit unknown' : `commit ${code.commit.slice(0, 12)}`}, Node.js ${node}`
    )
  )
  const files = Object.entries(data).slice(0, MAX_DATA)
  if (files.length > 0) {
    const lines = files.map(
      ([name, sum]) => html`<div>${name} <code>${sum.slice(0, 16)}</code></div>`
    )
    rows.push(row('Data', html`${lines}`))
  }
  return html`<h2>What was run</h2><dl>${rows}</dl>`
}

function row(name: string, value: Markup): Markup {
  return html`<dt>${name}</dt><dd>${value}</dd>`
}

function shared(varies: boolean, value: string | readonly Markup[]): Markup {
  return varies ? html`${value} <span class="soft">(of the first point)</span>` : html`${value}`
}

/** `latency aws33; loss uniform, permille 10`: a block of settings as words. */
function fieldsText(fields: object, lead?: string): string {
  return ledBy(lead ?? 'latency', fields)
    .map(([name, value]) => (name === lead ? valueText(value) : fieldText(name, value)))
    .join(lead === undefined ? '; ' : ', ')
}

function durationText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`
  return ms < 600_000 ? `${numberText(ms / 1_000)} s` : `${numberText(ms / 60_000)} min`
}
