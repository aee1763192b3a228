import {
  flagName,
  type Logger,
  loadConfig,
  resolveConfig,
  resolveHome,
  SETTING_KEYS,
  SETTINGS
} from '@torusmesh/node'
import { Env } from '@torusmesh/protocol'
import type { LogLines, NodePort, RunInit } from './node-port.ts'

/** libp2p and all that: half a second, for the commands that need it. */
const load = (): Promise<typeof import('@torusmesh/node')> => import('@torusmesh/node')

/** The real node behind the command. */
export const nodePort: NodePort = {
  settings: SETTING_KEYS.map(key => ({ key, flag: flagName(key), help: SETTINGS[key].help })),
  resolveHome,
  loadConfig: async (homePath, given) =>
    homePath === undefined ? resolveConfig(given) : await loadConfig(homePath, given),
  async isHome(homePath) {
    const { Home } = await load()
    return await new Home(homePath).hasGenesis()
  },
  async initHome({ env, ...init }) {
    const { initHome } = await load()
    return await initHome({ ...init, env: Env[env] })
  },
  async joinMesh(init) {
    const { joinMesh } = await load()
    return await joinMesh(init)
  },
  async runNode({ log, ...init }) {
    const { runNode } = await load()
    return await runNode({ ...init, logger: await loggerOf(init.config, log) })
  },
  async runDemo({ log, ...init }) {
    const { runDemo } = await load()
    return await runDemo({ ...init, logger: await loggerOf(init.config, log) })
  },
  async apiAccess(homePath) {
    const { Home } = await load()
    return await new Home(homePath).apiAccess()
  },
  async createApiClient(init) {
    const { createApiClient } = await load()
    return createApiClient(init)
  },
  async checkCouncilFile(text) {
    const { checkCouncilFile } = await load()
    return checkCouncilFile(text)
  },
  async verifierKey(homePath) {
    const { verifierKey } = await load()
    return await verifierKey(homePath)
  },
  async openHomeLedger(homePath) {
    const { openHomeLedger } = await load()
    return await openHomeLedger(homePath)
  },
  async keysIn(homePath) {
    const { Home } = await load()
    const home = new Home(homePath)
    if (await home.hasVault()) return 'vault'
    return (await home.hasSecrets()) ? 'file' : 'none'
  },
  async vault(homePath) {
    const { vaultAdminOf } = await load()
    return vaultAdminOf(homePath)
  },
  async discoverServices(engineSocket) {
    const { discoverServices } = await load()
    return await discoverServices(engineSocket)
  },
  async cataloguePath(homePath, named) {
    const { cataloguePath } = await load()
    return cataloguePath(homePath, named)
  },
  async writeCatalogue(path, yaml, how) {
    const { writeCatalogue } = await load()
    return await writeCatalogue(path, yaml, how)
  },
  async rules() {
    const { rulebookViews } = await load()
    return rulebookViews()
  }
}

async function loggerOf(config: RunInit['config'], log: LogLines): Promise<Logger> {
  const { createLogger } = await load()
  return createLogger({ ...config.log, destination: log })
}
