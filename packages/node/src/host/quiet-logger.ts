import type { ComponentLogger, Logger } from '@libp2p/interface'

/**
 * libp2p's own debug log, off: what it has to say to operators the node says itself. The default one
 * makes a logger for each connection and stream and asks each time whether it writes to a terminal.
 */
export const quietLogger: ComponentLogger = { forComponent: () => quiet }
const quiet: Logger = Object.assign(() => undefined, {
  enabled: false,
  trace: () => undefined,
  error: () => undefined,
  newScope: () => quiet
})
