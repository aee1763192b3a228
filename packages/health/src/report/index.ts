export {
  REPORT_JITTER_MAX_MS,
  REPORT_MS,
  type ReportInput,
  type ReportReason,
  ReportSchedule
} from './schedule.ts'
export {
  deriveStatus,
  NodeStatus,
  ServiceState,
  type StatusResources,
  statusLimits
} from './status.ts'
