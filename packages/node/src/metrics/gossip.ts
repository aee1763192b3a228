import type { SubjectName } from '@torusmesh/protocol'
import type { Counter, Definitions, Gauge } from './instruments.ts'

/** Statements as gossip and links carry them. */
export interface GossipMetrics {
  readonly receivedMessages: Counter<{ subject: SubjectName }>
  readonly receivedBytes: Counter<{ subject: SubjectName }>
  readonly sentMessages: Counter<{ subject: SubjectName }>
  readonly sentBytes: Counter<{ subject: SubjectName }>
  readonly meshPeers: Gauge<{ subject: SubjectName }>
}

const subject = { subject: 'kind of statement' }

export const GOSSIP_DEFINITIONS: Definitions<GossipMetrics> = {
  receivedMessages: {
    type: 'counter',
    name: 'torusmesh_received_messages_total',
    unit: 'messages',
    help: 'Statements that arrived from peers, before any check.',
    labels: subject
  },
  receivedBytes: {
    type: 'counter',
    name: 'torusmesh_received_bytes_total',
    unit: 'bytes',
    help: 'Size of the statements that arrived from peers.',
    labels: subject
  },
  sentMessages: {
    type: 'counter',
    name: 'torusmesh_sent_messages_total',
    unit: 'messages',
    help: 'Statements handed to the network, own and forwarded.',
    labels: subject
  },
  sentBytes: {
    type: 'counter',
    name: 'torusmesh_sent_bytes_total',
    unit: 'bytes',
    help: 'Size of the statements handed to the network.',
    labels: subject
  },
  meshPeers: {
    type: 'gauge',
    name: 'torusmesh_gossip_mesh_peers',
    unit: 'peers',
    help: 'Peers in the gossip mesh of the topics of a subject.',
    labels: subject
  }
}
