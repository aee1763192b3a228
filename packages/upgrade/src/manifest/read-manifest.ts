import { SIGNAL_NAMES } from '../judge/signals.ts'
import type { Field } from './fields.ts'
import {
  ARTEFACT_MAX_BYTES,
  GATES_MAX,
  LOCATION_MAX_CHARS,
  NAME_MAX_CHARS,
  PLATFORMS_MAX,
  TIMEOUT_MAX_MS,
  VERSION_MAX
} from './limits.ts'
import {
  type Artefact,
  type HealthGate,
  type Manifest,
  PREFLIGHT_CHECKS,
  TARGET_KINDS,
  type UpgradeTimeouts
} from './types.ts'

const NAME = /^[a-z0-9][a-z0-9_.-]*$/
const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.+-]*$/
const PLATFORM = /^[a-z0-9]+(-[a-z0-9]+)*$/
/** A relative path without steps upwards, or an image's repository; no query and no escapes. */
const LOCATION = /^[\w-]+([./:][\w-]+)*$/

/** A whole manifest is validated when it is proposed, all platforms of it. */
export function readManifest(field: Field): Manifest {
  const of = field.object(
    'name',
    'kind',
    'version',
    'label',
    'expiresMs',
    'artefacts',
    'previous',
    'preflight',
    'gates',
    'timeouts'
  )
  const version = of.version.integer(1, VERSION_MAX)
  const previous = of.previous.nullable(from => {
    const before = from.object('version', 'artefacts')
    return {
      version: before.version.integer(0, version - 1),
      artefacts: readArtefacts(before.artefacts)
    }
  })
  return {
    name: of.name.text(NAME, NAME_MAX_CHARS),
    kind: of.kind.choice(TARGET_KINDS),
    version,
    label: of.label.text(LABEL, NAME_MAX_CHARS),
    expiresMs: of.expiresMs.integer(0, Number.MAX_SAFE_INTEGER),
    artefacts: readArtefacts(of.artefacts),
    previous,
    preflight: of.preflight.ascending(
      0,
      PREFLIGHT_CHECKS.length,
      item => item.choice(PREFLIGHT_CHECKS),
      check => PREFLIGHT_CHECKS.indexOf(check)
    ),
    gates: of.gates.ascending(0, GATES_MAX, readGate, ({ signal }) => signal),
    timeouts: readTimeouts(of.timeouts)
  }
}

function readArtefacts(field: Field): Artefact[] {
  const artefacts = field.ascending(1, PLATFORMS_MAX, readArtefact, ({ platform }) => platform)
  if (artefacts.length > 1 && artefacts.some(({ platform }) => platform === 'any')) {
    throw field.fail('any stands alone')
  }
  return artefacts
}

function readArtefact(field: Field): Artefact {
  const of = field.object('platform', 'sha256', 'sizeBytes', 'location')
  return {
    platform: of.platform.text(PLATFORM, NAME_MAX_CHARS),
    sha256: of.sha256.hex(32),
    sizeBytes: of.sizeBytes.integer(1, ARTEFACT_MAX_BYTES),
    location: of.location.text(LOCATION, LOCATION_MAX_CHARS)
  }
}

function readGate(field: Field): HealthGate {
  const of = field.object('signal', 'tolerancePermille')
  return {
    signal: of.signal.choice(SIGNAL_NAMES),
    tolerancePermille: of.tolerancePermille.integer(0, 1_000)
  }
}

function readTimeouts(field: Field): UpgradeTimeouts {
  const of = field.object('stageMs', 'probeMs', 'swapMs', 'verifyMs', 'rollbackMs', 'bakeMs')
  return {
    stageMs: of.stageMs.integer(1, TIMEOUT_MAX_MS),
    probeMs: of.probeMs.integer(1, TIMEOUT_MAX_MS),
    swapMs: of.swapMs.integer(1, TIMEOUT_MAX_MS),
    verifyMs: of.verifyMs.integer(1, TIMEOUT_MAX_MS),
    rollbackMs: of.rollbackMs.integer(1, TIMEOUT_MAX_MS),
    bakeMs: of.bakeMs.integer(0, TIMEOUT_MAX_MS)
  }
}
