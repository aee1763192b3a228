export { UptimeMeter, type Witnessed } from './meter.ts'
export {
  TALLY_EPOCHS,
  type TallyRefusal,
  type WitnessedUptime,
  type WitnessStatement,
  WitnessTally,
  type WitnessTallyInit
} from './tally.ts'
