import type { ApiClient } from '@torusmesh/node'
import type { Command } from 'commander'
import { type CommonOptions, newCommand } from './command.ts'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'

/** Options of commands that ask a running node. */
export interface RemoteOptions extends CommonOptions {
  readonly url?: string
}

/** A command that asks a running node. */
export function remoteCommand(name: string, summary: string): Command {
  return newCommand(name, summary).option(
    '--url <url>',
    "the API of another node on this machine, such as the demo's"
  )
}

/**
 * The client of the node that `--url` names or that runs in the home.
 *
 * @throws CliError `NODE_NOT_RUNNING` when none was started
 */
export async function connect(
  context: Context,
  { home, url }: { home?: string; url?: string }
): Promise<ApiClient> {
  if (url !== undefined) {
    if (!URL.canParse(url)) {
      throw new CliError('USAGE', `${url} is no URL; give one such as http://127.0.0.1:4800`)
    }
    return await context.node.createApiClient({ url })
  }
  const homePath = context.homePath(home === undefined ? {} : { home })
  const access = await context.node.apiAccess(homePath)
  if (access === undefined) {
    throw new CliError(
      'NODE_NOT_RUNNING',
      `no node runs in ${homePath}; start it with \`torusmesh up\``
    )
  }
  return await context.node.createApiClient({ url: access.url, token: access.token })
}
