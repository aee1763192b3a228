export { GossipError, type GossipErrorCode } from './errors.ts'
export * from './tree-cast/index.ts'
