import { type GossipSub, TopicValidatorResult } from '@libp2p/gossipsub'
import {
  parseTopic,
  type Subject,
  type SubjectName,
  subjectName,
  topicName,
  type Verdict
} from '@torusmesh/protocol'
import type { Host } from '../host/create-host.ts'
import type { GossipMetrics } from '../metrics/index.ts'

/** What gossipsub 17 offers beyond its public interface; checked once at start. */
interface GossipSubRouter extends GossipSub {
  getScore(peer: string): number
  getMeshPeers(topic: string): string[]
}

export type GossipHandler = (
  subject: Subject,
  cell: number | undefined,
  data: Uint8Array,
  from: string
) => Promise<Verdict>

const RESULTS = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject
} as const satisfies Record<Verdict, TopicValidatorResult>

/** The one file that knows gossipsub: topics in, verdicts out. */
export class Gossip {
  readonly #router: GossipSubRouter
  readonly #network: string
  readonly #metrics: GossipMetrics
  readonly #handler: GossipHandler
  readonly #topics = new Set<string>()

  constructor(host: Host, network: string, metrics: GossipMetrics, handler: GossipHandler) {
    const router = host.services.pubsub as GossipSubRouter
    if (typeof router.getScore !== 'function' || typeof router.getMeshPeers !== 'function') {
      throw new Error('this release of gossipsub has no getScore/getMeshPeers; pin 17.1.1')
    }
    this.#router = router
    this.#network = network
    this.#metrics = metrics
    metrics.meshPeers.sampleWith(set => this.#sampleMesh(set))
    this.#handler = handler
  }

  /** Subscribes to exactly these topics; validation is in place before the first message. */
  setTopics(topics: ReadonlySet<string>): void {
    for (const topic of this.#topics) {
      if (topics.has(topic)) continue
      this.#topics.delete(topic)
      this.#router.unsubscribe(topic)
      this.#router.topicValidators.delete(topic)
    }
    for (const topic of topics) {
      if (this.#topics.has(topic)) continue
      const parsed = parseTopic(topic)
      if (parsed === undefined) throw new Error(`not a topic: ${topic}`)
      this.#topics.add(topic)
      this.#router.topicValidators.set(topic, async (peer, message) => {
        const { length } = message.data as Uint8Array
        this.#metrics.receivedMessages.inc({ subject: subjectName(parsed.subject) })
        this.#metrics.receivedBytes.inc({ subject: subjectName(parsed.subject) }, length)
        const verdict = await this.#handler(
          parsed.subject,
          parsed.cell,
          message.data as Uint8Array,
          peer.toString()
        )
        return RESULTS[verdict]
      })
      this.#router.subscribe(topic)
    }
  }

  async publish(subject: Subject, cell: number | undefined, envelope: Uint8Array): Promise<number> {
    const { recipients } = await this.#router.publish(
      topicName(this.#network, subject, cell),
      envelope
    )
    this.#metrics.sentMessages.inc({ subject: subjectName(subject) }, recipients.length)
    this.#metrics.sentBytes.inc(
      { subject: subjectName(subject) },
      recipients.length * envelope.length
    )
    return recipients.length
  }

  score(peer: string): number {
    return this.#router.getScore(peer)
  }

  /** Peers in the meshes of the topics of each subject. */
  #sampleMesh(set: (labels: { subject: SubjectName }, peers: number) => void): void {
    const peers = new Map<SubjectName, number>()
    for (const topic of this.#topics) {
      const subject = subjectName(parseTopic(topic)!.subject)
      peers.set(subject, (peers.get(subject) ?? 0) + this.#router.getMeshPeers(topic).length)
    }
    for (const [subject, count] of peers) set({ subject }, count)
  }
}
