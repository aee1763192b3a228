import type { DemoMesh, DemoPhase, HostRow } from '@torusmesh/node'
import type { Io } from './io.ts'
import { type DemoFrame, demoLines, totalsLine } from './render/demo-frame.ts'
import { LiveRegion } from './render/live-region.ts'
import { print } from './render/print.ts'
import { Progress } from './render/progress.ts'
import { styleOf } from './render/style.ts'
import { plural, span } from './render/text.ts'

const PHASES: Readonly<Record<DemoPhase, string>> = {
  keys: 'making keys',
  hosts: 'starting hosts',
  wiring: 'opening links',
  broadcast: 'measuring broadcasts',
  kills: 'killing hosts',
  closing: 'stopping hosts',
  verifying: 'verifying ledgers'
}

const REDRAW_MS = 1_000
const LINE_MS = 5_000
/** Happenings shown below the table. */
const MAX_NOTICES = 5

/** How each host is addressed from another terminal. */
function homesLine({ folder, rows }: DemoMesh): string {
  return `Any host from another terminal: torusmesh proposals --home ${folder}/${rows()[0]!.name}`
}

/** What a demo shows while it runs: progress, then a live table, or lines where there is no terminal. */
export class DemoScreen {
  readonly #io: Io
  readonly #silent: boolean
  readonly #progress: Progress
  readonly #region: LiveRegion
  readonly #stops: (() => void)[] = []
  readonly #notices: string[] = []
  readonly #killed = new Set<string>()
  /** When the last kill was seen, until everybody knows of it. */
  #killedMs: number | undefined
  #mesh: DemoMesh | undefined
  #live = false
  #readyMs = 0
  #doing = ''

  /** @param silent - shows progress only: standard output is for the summary */
  constructor(io: Io, silent: boolean) {
    this.#io = io
    this.#silent = silent
    this.#progress = new Progress(io)
    this.#region = new LiveRegion(io.stdout)
  }

  /** Whether all hosts ran at some time. */
  get isReady(): boolean {
    return this.#mesh !== undefined
  }

  progress(phase: DemoPhase, done: number, of: number): void {
    const measuring = phase === 'broadcast' || phase === 'kills'
    if (measuring && !this.#silent) {
      this.#doing = done < of ? `${PHASES[phase]} ${done}/${of}` : ''
    } else {
      this.#stopLive()
      this.#progress.update(PHASES[phase], done, of)
    }
  }

  ready(mesh: DemoMesh): void {
    const io = this.#io
    this.#progress.end()
    this.#mesh = mesh
    this.#readyMs = io.nowMs()
    if (this.#silent) {
      this.#progress.update('running')
      return
    }
    if (!io.stdout.isTTY) {
      print(io, [`${plural(mesh.rows().length, 'host')} up; HTTP status API: ${mesh.apiUrl}`])
      print(io, [homesLine(mesh)])
      this.#stops.push(io.every(LINE_MS, () => print(io, [this.#line()])))
      return
    }
    this.#live = true
    this.#stops.push(io.every(REDRAW_MS, () => this.#draw()))
    if (io.interactive) this.#stops.push(io.onKey(key => this.#pressed(key)))
    this.#draw()
  }

  /** Takes log lines. */
  write(line: string): void {
    const { stderr } = this.#io
    if (this.#live && stderr.isTTY) this.#region.above(line)
    else if (stderr.isTTY) this.#progress.above(line)
    else stderr.write(line)
  }

  close(): void {
    this.#stopLive()
    this.#progress.end()
  }

  #stopLive(): void {
    for (const stop of this.#stops.splice(0)) stop()
    if (this.#live) {
      this.#doing = 'stopping'
      this.#draw()
    }
    this.#live = false
    this.#region.release()
  }

  #pressed(key: string): void {
    if (key !== 'k' && key !== 'K') return
    this.#mesh!.killOne().then(
      name => {
        if (name === undefined) this.#note('only the host with the API is left')
        this.#draw()
      },
      () => this.#note('that host could not be killed')
    )
  }

  #frame(): DemoFrame {
    const { apiUrl, sides } = this.#mesh!
    const rows = this.#mesh!.rows()
    this.#noticeKills(rows)
    return {
      rows,
      apiUrl,
      sides,
      elapsedMs: this.#io.nowMs() - this.#readyMs,
      doing: this.#doing,
      notices: this.#notices,
      hint: this.#io.interactive ? 'Ctrl-C stops; press k to kill a host' : 'Ctrl-C stops',
      homes: homesLine(this.#mesh!)
    }
  }

  #noticeKills(rows: readonly HostRow[]): void {
    const nowMs = this.#io.nowMs()
    const running = rows.filter(({ state }) => state !== 'killed')
    for (const { name, state } of rows) {
      if (state !== 'killed' || this.#killed.has(name)) continue
      this.#killed.add(name)
      this.#killedMs = nowMs
      this.#note(`${name} was killed`)
    }
    if (this.#killedMs === undefined) return
    if (running.some(({ knowsDown }) => knowsDown < this.#killed.size)) return
    this.#note(`all ${running.length} others know, ${span(nowMs - this.#killedMs)} later`)
    this.#killedMs = undefined
  }

  #note(what: string): void {
    this.#notices.push(`${span(this.#io.nowMs() - this.#readyMs)}: ${what}`)
    if (this.#notices.length > MAX_NOTICES) this.#notices.shift()
  }

  #draw(): void {
    if (!this.#live) return
    const { stdout } = this.#io
    const { columns, rows } = stdout
    this.#region.draw(demoLines(this.#frame(), { columns, rows }, styleOf(this.#io, stdout)))
  }

  #line(): string {
    const { rows, elapsedMs } = this.#frame()
    return `${span(elapsedMs)}: ${totalsLine(rows)}`
  }
}
