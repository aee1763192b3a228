import { Counter as PromCounter, Histogram as PromHistogram, type Registry } from 'prom-client'

/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>

/** For metrics without labels. */
export type NoLabels = Readonly<Record<never, string>>

/** Only ever rises. */
export interface Counter<L extends Labels> {
  inc(labels: L, by?: number): void
}

/** Spread of a measured value, in the unit of the metric's name. */
export interface Histogram<L extends Labels> {
  observe(labels: L, value: number): void
}

/** A level that its owner tells when Prometheus asks, and never in between. */
export interface Gauge<L extends Labels> {
  sampleWith(read: Sample<L>): void
}

/** Calls `set` once for each combination of labels. */
export type Sample<L extends Labels> = (set: (labels: L, value: number) => void) => void

/** What documentation and Prometheus learn of a metric. */
export interface Definition<L extends Labels = Labels> {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly name: string
  readonly unit: string
  readonly help: string
  /** What each label tells. */
  readonly labels: Readonly<Record<keyof L & string, string>>
  /** Upper bounds of a histogram's buckets. */
  readonly buckets?: readonly number[]
}

/** The definitions behind a group of instruments, one a property. */
export type Definitions<Group> = {
  readonly [K in keyof Group]: Group[K] extends Counter<infer L>
    ? Definition<L> & { readonly type: 'counter' }
    : Group[K] extends Histogram<infer L>
      ? Definition<L> & { readonly type: 'histogram'; readonly buckets: readonly number[] }
      : Group[K] extends Gauge<infer L>
        ? Definition<L> & { readonly type: 'gauge' }
        : never
}

/**
 * A counter or histogram that costs one small object until it is first used or scraped: a process
 * may hold hundreds of nodes that nobody scrapes.
 */
export class LazyInstrument implements Counter<Labels>, Histogram<Labels> {
  readonly #definition: Definition
  readonly #registry: () => Registry
  #counter: PromCounter | undefined
  #histogram: PromHistogram | undefined

  constructor(definition: Definition, registry: () => Registry) {
    this.#definition = definition
    this.#registry = registry
  }

  inc(labels: Labels, by = 1): void {
    this.#counter ??= new PromCounter(this.#configuration())
    this.#counter.inc(labels, by)
  }

  observe(labels: Labels, value: number): void {
    this.#histogram ??= this.#createHistogram()
    this.#histogram.observe(labels, value)
  }

  /** Makes it appear in the next answer even when nothing was counted yet. */
  materialise(): void {
    if (this.#definition.type === 'histogram') this.#histogram ??= this.#createHistogram()
    else this.#counter ??= new PromCounter(this.#configuration())
  }

  #createHistogram(): PromHistogram {
    return new PromHistogram({
      ...this.#configuration(),
      buckets: [...(this.#definition.buckets ?? [])]
    })
  }

  #configuration(): { name: string; help: string; labelNames: string[]; registers: Registry[] } {
    const { name, help, labels } = this.#definition
    return { name, help, labelNames: Object.keys(labels), registers: [this.#registry()] }
  }
}

/** Remembers whom to ask; its Prometheus twin lives for one scrape only. */
export class SampledGauge implements Gauge<Labels> {
  readonly definition: Definition
  read: Sample<Labels> = () => {}

  constructor(definition: Definition) {
    this.definition = definition
  }

  sampleWith(read: Sample<Labels>): void {
    this.read = read
  }
}
