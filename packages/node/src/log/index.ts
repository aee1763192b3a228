export {
  createLogger,
  type LogFunction,
  type Logger,
  type LoggerInit,
  silentLogger
} from './logger.ts'
export { isSecretName, REDACTED } from './redact.ts'
