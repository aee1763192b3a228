import { statfs } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const SAMPLE_MS = 5_000
const BYTES_PER_MB = 1024 * 1024

/** What a report says of the machine. */
export interface ResourceFigures {
  readonly cpuPermille: number
  readonly rssMb: number
  readonly diskFreeMb: number
  /** 99th percentile of the event loop's delay: the lesser of two samples, as one stall is no sickness. */
  readonly loopLagMs: number
}

/** Figures of this process and its disk, sampled; hosts of one process share them. */
export class ResourceMeter {
  readonly #path: string
  readonly #delay = monitorEventLoopDelay({ resolution: 20 })
  #timer: NodeJS.Timeout | undefined
  #cpu = process.cpuUsage()
  #cpuAtMs = performance.now()
  #lagBeforeMs = 0
  #latest: ResourceFigures = { cpuPermille: 0, rssMb: 0, diskFreeMb: 0, loopLagMs: 0 }

  /** @param path - a folder on the disk whose free space counts */
  constructor(path: string) {
    this.#path = path
  }

  get latest(): ResourceFigures {
    return this.#latest
  }

  async start(): Promise<void> {
    this.#delay.enable()
    await this.#sample()
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#delay.disable()
  }

  async #sample(): Promise<void> {
    const used = process.cpuUsage(this.#cpu)
    const nowMs = performance.now()
    const elapsedMs = Math.max(1, nowMs - this.#cpuAtMs)
    this.#cpu = process.cpuUsage()
    this.#cpuAtMs = nowMs
    const lagMs = Math.round(this.#delay.percentile(99) / 1e6)
    this.#delay.reset()
    const disk = await statfs(this.#path).catch(() => undefined)
    this.#latest = {
      cpuPermille: Math.round((used.user + used.system) / elapsedMs),
      rssMb: Math.round(process.memoryUsage.rss() / BYTES_PER_MB),
      diskFreeMb: disk === undefined ? 0 : Math.floor((disk.bavail * disk.bsize) / BYTES_PER_MB),
      loopLagMs: Math.min(lagMs, this.#lagBeforeMs)
    }
    this.#lagBeforeMs = lagMs
  }
}
