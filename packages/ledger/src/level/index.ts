export { type LevelStoreInit, openLevelStore } from './level-store.ts'
export { systemScheduler } from './system-scheduler.ts'
