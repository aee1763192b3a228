import type { Env } from '@torusmesh/protocol'
import { type ActionClaim, decodeActionClaim, encodeActionClaim } from '../action/index.ts'
import { readCertificate, writeCertificate } from '../certificate/certificate.ts'
import { decode, type Reader, Writer } from '../certificate/codec.ts'
import { Epoch, type EpochInit, readPlan, VALIDATORS_MAX, writePlan } from '../certificate/epoch.ts'
import { readHeader, writeHeader } from '../engine/header.ts'
import { BODY_MAX_BYTES } from '../engine/limits.ts'
import { canonical } from '../governance/index.ts'
import type { ApprovedIn, Decision, DecisionCertificate } from './decision.ts'
import { HEADERS_MAX } from './limits.ts'
import { isAction } from './said.ts'

/** Canonical bytes of a decision certificate. */
export function encodeDecisionCertificate(certificate: DecisionCertificate): Uint8Array {
  const { decision, approvedIn, epoch, block, height, headers, finality } = certificate
  const { approval, ...told } = decision
  const writer = new Writer().blob(new TextEncoder().encode(canonical(told)))
  writer.blob(encodeActionClaim(approval))
  writeEpoch(writer, approvedIn.epoch)
  writer.optional(approvedIn.beacon, beacon => writer.digest(beacon))
  writer.list(approvedIn.convicted, validator => writer.u32(validator))
  writeEpoch(writer, epoch)
  writer.digest(block).u64(height)
  writer.list(headers, header => writeHeader(writer, header))
  writeCertificate(writer, finality)
  return writer.finish()
}

/** The certificate in bytes from anybody; `null` for malformed ones. Nothing is verified. */
export function decodeDecisionCertificate(bytes: Uint8Array): DecisionCertificate | null {
  try {
    return decode(bytes, reader => {
      const told = readTold(reader.blob(BODY_MAX_BYTES))
      const approval = decodeActionClaim(reader.blob(BODY_MAX_BYTES))
      reader.check(null, told !== null && approval !== null)
      const approvedIn: ApprovedIn = {
        epoch: readEpoch(reader),
        beacon: reader.optional(() => reader.digest()),
        convicted: reader.list(VALIDATORS_MAX, () => reader.u32())
      }
      return {
        decision: { ...(told as Omit<Decision, 'approval'>), approval: approval as ActionClaim },
        approvedIn,
        epoch: readEpoch(reader),
        block: reader.digest(),
        height: reader.u64(),
        headers: reader.list(HEADERS_MAX, () => readHeader(reader)),
        finality: readCertificate(reader)
      }
    })
  } catch {
    // An epoch that can't be, or text that isn't UTF-8.
    return null
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** What is said of a decision beside the approvals, if it has the form of it. */
function readTold(bytes: Uint8Array): Omit<Decision, 'approval'> | null {
  const text = decoder.decode(bytes)
  const told = JSON.parse(text)
  if (typeof told !== 'object' || told === null || canonical(told) !== text) return null
  const { number, proposal, action, atMs, postState, result } = told
  const isTold =
    [number, atMs].every(value => Number.isSafeInteger(value)) &&
    [proposal, postState].every(value => typeof value === 'string') &&
    (result === undefined || (typeof result === 'object' && result !== null)) &&
    isAction(action)
  return isTold ? told : null
}

function writeEpoch(writer: Writer, epoch: EpochInit): void {
  const { number, env, origin } = epoch
  writer.u64(number).u8(env)
  writer.digest(origin.digest).u64(origin.height).digest(origin.stateRoot)
  writePlan(writer, epoch)
}

function readEpoch(reader: Reader): Epoch {
  const number = reader.u64()
  const env = reader.u8() as Env
  const origin = { digest: reader.digest(), height: reader.u64(), stateRoot: reader.digest() }
  return new Epoch({ number, env, origin, ...readPlan(reader) })
}
