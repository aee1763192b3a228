export type {
  HealthDetectionInit,
  HealthDetectionResult,
  KillMode,
  Quantiles
} from './health-detection/init.ts'
export { runHealthDetection } from './health-detection/run.ts'
