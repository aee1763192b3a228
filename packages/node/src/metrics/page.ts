import { METRIC_DEFINITIONS } from './definitions.ts'
import type { Definition } from './instruments.ts'

/** Every metric as a markdown table. */
export function metricsTable(): string {
  const rows = METRIC_DEFINITIONS.map(row)
  return ['| metric | type | unit | labels | meaning |', '| --- | --- | --- | --- | --- |', ...rows]
    .map(line => `${line}\n`)
    .join('')
}

/** docs/metrics.md. */
export function metricsPage(): string {
  return `# Metrics

\`GET /metrics\` answers in Prometheus' text format. Levels are read when Prometheus asks; a
histogram \`x\` appears as \`x_bucket\`, \`x_sum\` and \`x_count\`. A process that runs a single node adds
prom-client's default \`process_*\` and \`nodejs_*\` metrics.

${metricsTable()}`
}

function row({ name, type, unit, labels, help }: Definition): string {
  const shown = Object.entries(labels).map(([label, meaning]) => `\`${label}\`: ${meaning}`)
  return `| ${[`\`${name}\``, type, unit, shown.join('<br>') || '–', help].join(' | ')} |`
}
