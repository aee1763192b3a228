export { type AutohealResult, playAutoheal } from './autoheal.ts'
export { type Drill, FAULT_FOLDER, readDrills } from './catalogue-files.ts'
export { FAULT_KINDS, type FaultKind } from './faults.ts'
export {
  type DrillFigures,
  drillFigures,
  healedAlone,
  type PlayedDrill,
  playDrills
} from './figures.ts'
export { complaints, type PlayResult, playScenario } from './play.ts'
export { FAMILIES, type Family, parseScenario, type Scenario } from './scenario.ts'
export { noise, type SoakResult, soak } from './soak.ts'
export { World } from './world.ts'
