import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { NodeView } from '../view.ts'
import { GROUP_DEFINITIONS, type MetricGroups } from './definitions.ts'
import { type Definition, LazyInstrument, SampledGauge } from './instruments.ts'
import { snapshotOf, VIEW_METRICS } from './view-gauges.ts'

/** The metrics of one node; several nodes of a process share nothing. */
export interface NodeMetrics extends MetricGroups {
  /** Media type of `scrape`'s answer. */
  readonly contentType: string
  /** All metrics in Prometheus' text format; levels are read from `view` now. */
  scrape(view: NodeView): Promise<string>
}

/** What a node measures beside itself. */
export interface NodeMetricsInit {
  /** Adds memory, CPU and event-loop metrics; for a process that runs one node. */
  readonly processMetrics?: boolean
}

/** Creates a node's metrics. Until something is counted or scraped they take almost no memory. */
export function createNodeMetrics(init: NodeMetricsInit = {}): NodeMetrics {
  let registry: Registry | undefined
  const lazyRegistry = (): Registry => {
    registry ??= new Registry()
    return registry
  }
  const instruments: LazyInstrument[] = []
  const gauges: SampledGauge[] = []
  const create = (definition: Definition): LazyInstrument | SampledGauge => {
    if (definition.type === 'gauge') {
      const gauge = new SampledGauge(definition)
      gauges.push(gauge)
      return gauge
    }
    const instrument = new LazyInstrument(definition, lazyRegistry)
    instruments.push(instrument)
    return instrument
  }
  const groups = mapValues(GROUP_DEFINITIONS, group => mapValues(group, create)) as MetricGroups
  if (init.processMetrics === true) collectDefaultMetrics({ register: lazyRegistry() })

  return {
    ...groups,
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    async scrape(view) {
      for (const instrument of instruments) instrument.materialise()
      const counted = await lazyRegistry().metrics()
      return `${await levels(view, gauges)}\n${counted}`
    }
  }
}

/** Levels are read into a registry of their own and forgotten with it. */
async function levels(view: NodeView, gauges: readonly SampledGauge[]): Promise<string> {
  const registers = [new Registry()]
  const shown = snapshotOf(view)
  for (const { type, name, help, labels, read } of VIEW_METRICS) {
    const configuration = { name, help, labelNames: Object.keys(labels), registers }
    if (type === 'gauge') {
      const gauge = new Gauge(configuration)
      read(shown, (values, value) => gauge.set(values, value))
    } else {
      const counter = new Counter(configuration)
      read(shown, (values, value) => counter.inc(values, value))
    }
  }
  for (const { definition, read } of gauges) {
    const { name, help, labels } = definition
    const gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers })
    read((values, value) => gauge.set(values, value))
  }
  return await registers[0]!.metrics()
}

function mapValues<T extends object, U>(
  object: T,
  map: (value: T[keyof T]) => U
): Record<keyof T, U> {
  const entries = Object.entries(object).map(([key, value]) => [key, map(value)])
  return Object.fromEntries(entries)
}
