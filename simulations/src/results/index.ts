export { ResultsError, type ResultsErrorCode } from './errors.ts'
export { createResults, openResults, type Results } from './folder.ts'
export { appendHost } from './host.ts'
export type { ResultsManifest } from './manifest.ts'
export { writeTable } from './parquet.ts'
export { type ReportFacts, writeReport } from './report.ts'
export {
  type Difference,
  type ReproduceOptions,
  type ReproduceProgress,
  type Reproduction,
  reproduce
} from './reproduce.ts'
