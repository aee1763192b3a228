import {
  DIGEST_PAYLOAD_MAX_BYTES,
  HEALTH_PAYLOAD_MAX_BYTES,
  NOTICE_STATEMENT_MAX_BYTES,
  SERVICE_NAME_MAX_BYTES,
  SERVICES_MAX,
  SHORT_ID_BYTES,
  VERSIONS_MAX,
  WATCHERS_MAX
} from '../limits.ts'
import {
  type Accusation,
  type CellDigest,
  DigestStatement,
  type DownNotice,
  type HealthReport,
  HealthStatement,
  type UptimeWitness
} from '../messages.ts'
import type { Checked } from '../reject.ts'
import { decodeMessage, type MessageRules } from './decode.ts'
import { hasBytes, hasEntries, isCount, isId, isIdOrNone, isLabel } from './rules.ts'

const STATUS_MAX = 1
const SERVICE_STATE_MAX = 2

const health: MessageRules<HealthStatement & HealthStatement.$Shape> = {
  type: HealthStatement,
  maxBytes: HEALTH_PAYLOAD_MAX_BYTES,
  listFields: [1],
  isValid(message) {
    switch (message.kind) {
      case 'report':
        return isReport(message.report)
      case 'accusation':
        return isAccusation(message.accusation)
      case 'refutation':
        return true
      case 'uptime':
        return isUptime(message.uptime)
      case undefined:
        return false
      default:
        return message satisfies never
    }
  }
}

function isReport(report: HealthReport.$Properties): boolean {
  const { services = [], watchers, ledger } = report
  return (
    (report.status ?? 0) <= STATUS_MAX &&
    isCount(report.uptimeMs) &&
    (services === null || (services.length <= SERVICES_MAX && services.every(isService))) &&
    isIdOrNone(report.software) &&
    isIdOrNone(report.model) &&
    (ledger == null || (isCount(ledger.size) && isIdOrNone(ledger.root))) &&
    (watchers == null || areWatchers(watchers))
  )
}

const isService = ({ name, state }: { name?: string | null; state?: number | null }): boolean =>
  isLabel(name, SERVICE_NAME_MAX_BYTES) && (state ?? 0) <= SERVICE_STATE_MAX

const areWatchers = (watchers: Uint8Array): boolean =>
  watchers.length % SHORT_ID_BYTES === 0 && watchers.length <= WATCHERS_MAX * SHORT_ID_BYTES

const isAccusation = (accusation: Accusation.$Properties): boolean =>
  isId(accusation.accused) && isCount(accusation.silentMs)

const isUptime = ({ member, epoch, heardS, watchedS }: UptimeWitness.$Properties): boolean =>
  isId(member) && isCount(epoch) && (heardS ?? 0) <= (watchedS ?? 0)

const digest: MessageRules<DigestStatement & DigestStatement.$Shape> = {
  type: DigestStatement,
  maxBytes: DIGEST_PAYLOAD_MAX_BYTES,
  listFields: [1, 2],
  isValid(message) {
    switch (message.kind) {
      case 'digest':
        return isDigest(message.digest)
      case 'down':
        return isNotice(message.down)
      case 'returned':
      case 'left':
        return true
      case undefined:
        return false
      default:
        return message satisfies never
    }
  }
}

function isDigest(cellDigest: CellDigest.$Properties): boolean {
  const { members, alive, degraded, down, versions } = cellDigest
  return (
    isCount(cellDigest.epoch) &&
    // Members that left or are suspected are in none of the three.
    (alive ?? 0) + (degraded ?? 0) + (down ?? 0) <= (members ?? 0) &&
    (versions == null || versions.length <= VERSIONS_MAX) &&
    isIdOrNone(cellDigest.worst)
  )
}

const isNotice = ({ report, accusations }: DownNotice.$Properties): boolean =>
  hasBytes(report, NOTICE_STATEMENT_MAX_BYTES) &&
  hasEntries(accusations, WATCHERS_MAX) &&
  accusations!.every(accusation => hasBytes(accusation, NOTICE_STATEMENT_MAX_BYTES))

/** Decodes the payload of subject `health`. */
export function decodeHealthStatement(
  bytes: Uint8Array
): Checked<HealthStatement & HealthStatement.$Shape> {
  return decodeMessage(bytes, health)
}

/**
 * Decodes the payload of subject `digest`. The envelopes inside a notice are opened one by one.
 *
 * @param cells - how many cells the torus has
 */
export function decodeDigestStatement(
  bytes: Uint8Array,
  cells: number
): Checked<DigestStatement & DigestStatement.$Shape> {
  const decoded = decodeMessage(bytes, digest)
  if (decoded.ok && (decoded.value.digest?.cell ?? 0) >= cells) {
    return { ok: false, code: 'malformed' }
  }
  return decoded
}
