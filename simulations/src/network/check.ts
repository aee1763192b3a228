import { checkNumber, checkWhole, refuse } from './setting.ts'
import type { LatencySpec, LossSpec, NetworkSpec } from './spec.ts'

const DELAY_MAX_MS = 10_000
const SIGMA_MAX_PERMILLE = 1_000
const CLASSES_MAX = 16
const KBPS_MAX = 1_000_000_000

const LATENCIES = ['constant', 'uniform', 'lognormal', 'aws33', 'planetlab490', 'libp2p8']
const LOSSES = ['none', 'uniform', 'gilbert-elliott']

/**
 * Refuses what the model can't honour.
 *
 * @throws {SimulationError} `bad-setting`, with the field's path and what is allowed
 */
export function checkNetwork(spec: NetworkSpec): void {
  checkLatency(spec.latency)
  checkLoss(spec.loss ?? { model: 'none' })
  checkBandwidth(spec)
  checkWhole('network.jitterSigmaPermille', spec.jitterSigmaPermille ?? 0, 0, SIGMA_MAX_PERMILLE)
  checkWhole('network.asymmetryPermille', spec.asymmetryPermille ?? 0, 0, 1_000)
  for (const field of ['duplicatePermille', 'reorderPermille', 'corruptPermille'] as const) {
    checkWhole(`network.${field}`, spec[field] ?? 0, 0, 1_000)
  }
  const transport = spec.transport ?? 'stream'
  if (transport !== 'stream' && transport !== 'datagram') {
    refuse('network.transport', transport, 'stream or datagram')
  }
  for (const field of ['duplicatePermille', 'reorderPermille'] as const) {
    if (transport === 'stream' && (spec[field] ?? 0) > 0) {
      refuse(`network.${field}`, spec[field], '0, for a stream keeps order, or transport datagram')
    }
  }
}

function checkLatency(spec: LatencySpec): void {
  const path = 'network.latency'
  switch (spec.model) {
    case 'constant':
      return checkNumber(`${path}.oneWayMs`, spec.oneWayMs, 0, DELAY_MAX_MS)
    case 'uniform':
      checkNumber(`${path}.minMs`, spec.minMs, 0, DELAY_MAX_MS)
      return checkNumber(`${path}.maxMs`, spec.maxMs, spec.minMs, DELAY_MAX_MS)
    case 'lognormal':
      checkNumber(`${path}.medianMs`, spec.medianMs, 0, DELAY_MAX_MS)
      return checkWhole(`${path}.sigmaPermille`, spec.sigmaPermille, 0, SIGMA_MAX_PERMILLE)
    case 'aws33':
    case 'planetlab490':
    case 'libp2p8':
      return
    default:
      spec satisfies never
      refuse(`${path}.model`, (spec as LatencySpec).model, LATENCIES.join(', '))
  }
}

function checkLoss(spec: LossSpec): void {
  const path = 'network.loss'
  switch (spec.model) {
    case 'none':
      return
    case 'uniform':
      return checkWhole(`${path}.permille`, spec.permille, 0, 1_000)
    case 'gilbert-elliott': {
      const { goodToBadPermille, badToGoodPermille, lossGoodPermille, lossBadPermille } = spec
      const chances = { goodToBadPermille, badToGoodPermille, lossGoodPermille, lossBadPermille }
      for (const [field, value] of Object.entries(chances)) {
        checkWhole(`${path}.${field}`, value, 0, 1_000)
      }
      return
    }
    default:
      spec satisfies never
      refuse(`${path}.model`, (spec as LossSpec).model, LOSSES.join(', '))
  }
}

function checkBandwidth({ bandwidth }: NetworkSpec): void {
  if (bandwidth === undefined) return
  const path = 'network.bandwidth'
  if (!Array.isArray(bandwidth) || bandwidth.length === 0 || bandwidth.length > CLASSES_MAX) {
    refuse(path, bandwidth, `1 to ${CLASSES_MAX} classes`)
  }
  let shares = 0
  for (const [i, { sharePermille, upKbps, downKbps }] of bandwidth.entries()) {
    checkWhole(`${path}[${i}].sharePermille`, sharePermille, 0, 1_000)
    checkWhole(`${path}[${i}].upKbps`, upKbps, 1, KBPS_MAX)
    checkWhole(`${path}[${i}].downKbps`, downKbps, 1, KBPS_MAX)
    shares += sharePermille
  }
  if (shares !== 1_000) refuse(`${path}: sum of sharePermille`, shares, '1000 in all')
}
