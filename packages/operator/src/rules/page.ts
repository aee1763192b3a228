import { stringify } from 'yaml'
import { aboutAction } from '../remedy/actions.ts'
import type { Rule, Rulebook } from './types.ts'

/** The rulebook as a Markdown page. */
export function rulesPage({ rules }: Rulebook): string {
  const rows = rules.map(
    (rule, i) =>
      `| ${i + 1} | \`${rule.id}\` | ${whenText(rule)} | ${stepsText(rule)} | ${rule.says} |`
  )
  return [
    '| # | rule | symptoms | what is tried | in words |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    ''
  ].join('\n')
}

/** The rulebook as YAML. Conditions written in TypeScript show as `custom: true`. */
export function rulesYaml({ rules }: Rulebook): string {
  return stringify({
    rules: rules.map(({ only, ...rule }) => (only === undefined ? rule : { ...rule, custom: true }))
  })
}

function whenText({ when, afterUpstream, only }: Rule): string {
  const kinds = when.length === 0 ? 'any other' : when.join(', ')
  const after = afterUpstream === true ? ', after its upstream was healed' : ''
  return `${kinds}${after}${only === undefined ? '' : ', on a condition of your own'}`
}

function stepsText({ steps }: Rule): string {
  const words = steps.map(kind => (aboutAction(kind).class === 'A' ? kind : `${kind} (asks)`))
  return [...words, 'alert'].join(' → ')
}
