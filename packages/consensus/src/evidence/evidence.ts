import { decode, Writer } from '../certificate/codec.ts'
import { Kind } from '../certificate/statement.ts'
import { readVote, type Vote, writeVote } from '../certificate/vote.ts'
import { type Header, readHeader, writeHeader } from '../engine/header.ts'

/**
 * Rules that an honest validator never breaks. Broken by one validator about one view of one epoch:
 * E0 two proposals; E1 two notarizations; E2 a nullification and a finalization; E3 two finalizations,
 * or two words for the checkpoint; E4 a notarization or finalization of a header that isn't justified;
 * E5 a notarization and a finalization of different blocks.
 */
export type Rule = 'E0' | 'E1' | 'E2' | 'E3' | 'E4' | 'E5'

/** Two messages that convict one validator, whoever shows them. */
export type Evidence =
  | { readonly rule: Exclude<Rule, 'E4'>; readonly a: Vote; readonly b: Vote }
  | { readonly rule: 'E4'; readonly a: Vote; readonly header: Header }

/** The rule that two votes of one validator break together, or `null`. Signatures aren't looked at. */
export function ruleOf(a: Vote, b: Vote): Exclude<Rule, 'E4'> | null {
  if (a.validator !== b.validator || a.epochId !== b.epochId || a.view !== b.view) return null
  if (a.kind === b.kind) return a.digest === b.digest ? null : ruleOfTwo(a.kind)
  const kinds = new Set<Kind>([a.kind, b.kind])
  if (!kinds.has(Kind.finalize)) return null
  if (kinds.has(Kind.nullify)) return 'E2'
  return kinds.has(Kind.notarize) && a.digest !== b.digest ? 'E5' : null
}

/** Canonical bytes of evidence. */
export function encodeEvidence(evidence: Evidence): Uint8Array {
  const writer = new Writer().u8(RULES.indexOf(evidence.rule))
  writeVote(writer, evidence.a)
  if (evidence.rule === 'E4') writeHeader(writer, evidence.header)
  else writeVote(writer, evidence.b)
  return writer.finish()
}

/**
 * Decodes evidence; `null` for malformed bytes. Nothing is verified.
 *
 * @param maxBytes - what the reader is ready to look at
 */
export function decodeEvidence(bytes: Uint8Array, maxBytes: number): Evidence | null {
  if (bytes.length > maxBytes) return null
  return decode(bytes, reader => {
    const code = reader.u8()
    const rule = RULES[reader.check(code, code < RULES.length)]!
    const a = readVote(reader)
    return rule === 'E4'
      ? { rule, a, header: readHeader(reader) }
      : { rule, a, b: readVote(reader) }
  })
}

const RULES: readonly Rule[] = ['E0', 'E1', 'E2', 'E3', 'E4', 'E5']

function ruleOfTwo(kind: Kind): 'E0' | 'E1' | 'E3' {
  if (kind === Kind.propose) return 'E0'
  return kind === Kind.notarize ? 'E1' : 'E3'
}
