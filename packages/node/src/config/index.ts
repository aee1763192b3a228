export { ConfigError } from './errors.ts'
export type { Source } from './given.ts'
export { type HomeInit, resolveHome } from './home-path.ts'
export { CONFIG_FILE, loadConfig } from './load.ts'
export { isLoopback } from './loopback.ts'
export { configPage } from './page.ts'
export { type ConfigInit, type Explanation, type ResolvedConfig, resolveConfig } from './resolve.ts'
export { environmentName, flagName, SETTING_KEYS, SETTINGS, type Setting } from './settings.ts'
export type {
  LogFormat,
  LogLevel,
  NodeConfig,
  Preset,
  SettingKey,
  SettingValue
} from './types.ts'
