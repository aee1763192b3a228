import type { Adversary } from '../adversary.ts'
import { eclipser } from './eclipser.ts'
import { falseRefuter } from './false-refuter.ts'
import { incarnationInflater } from './incarnation-inflater.ts'
import { replayer } from './replayer.ts'
import { selectiveBeater } from './selective-beater.ts'
import { silentLiar } from './silent-liar.ts'
import { statementDropper } from './statement-dropper.ts'

/** Behaviours for `turn`, by name. */
export const adversaries: Readonly<Record<string, Adversary>> = {
  'silent-liar': silentLiar,
  'false-refuter': falseRefuter,
  'incarnation-inflater': incarnationInflater,
  'selective-beater': selectiveBeater,
  'statement-dropper': statementDropper,
  replayer,
  eclipser
}

export const behaviours: readonly string[] = Object.keys(adversaries)
