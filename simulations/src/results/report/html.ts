const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, char => ESCAPES[char]!)
}

/** Markup that is already safe. */
export interface Markup {
  readonly markup: string
}

/** A template whose values are escaped, but for markup; lists are joined. */
export function html(
  parts: TemplateStringsArray,
  ...values: ReadonlyArray<string | number | Markup | readonly Markup[]>
): Markup {
  let markup = parts[0]!
  for (const [i, value] of values.entries()) markup += markupOf(value) + parts[i + 1]!
  return { markup }
}

function markupOf(value: string | number | Markup | readonly Markup[]): string {
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  if ('markup' in value) return value.markup
  return value.map(one => one.markup).join('\n')
}
