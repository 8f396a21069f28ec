/** One erasure with three erasers that misbehave, the same for the process that is killed and the one that ends it. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { EraserPage, EraserRequest, ExternalEraser } from '../../../src/index.ts'
import { type FaultEngineOptions, faultEngine } from './fault-world.ts'
import type { FaultyDatabase } from './faulty-database.ts'

/** One call of an eraser, written down before it answers. */
export interface LoggedCall {
  readonly name: string
  readonly key: string
  readonly cursor: string | null
}

const HOUR = 3_600_000

export function callsIn(log: string): readonly LoggedCall[] {
  if (!existsSync(log)) return []
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as LoggedCall)
}

type Answer = (request: EraserRequest) => EraserPage | Promise<EraserPage>

const fail: Answer = () => {
  throw new Error('down')
}
const hang: Answer = () => new Promise(() => {})
const comeBack: Answer = () => ({ removed: 0, comeBackAfterMs: HOUR })

/** What the first calls answer, whichever process makes them; later ones do their work. */
const FIRST: Readonly<Record<string, readonly Answer[]>> = {
  flaky: [fail, fail],
  later: [comeBack],
  slow: [hang],
}

/** Two pages for one eraser, one page for the others. */
function work(name: string, { cursor }: EraserRequest): EraserPage {
  if (name !== 'flaky') return { removed: 5, retained: [{ count: 1, reason: 'tax_law' }] }
  return cursor === null ? { removed: 2, next: 'second' } : { removed: 1 }
}

/** Entering and leaving an eraser count as statements, so that a kill can stand there as well. */
function eraser(name: string, log: string, db: FaultyDatabase): ExternalEraser {
  const mark = (edge: string): void => void db.prepare(`SELECT '${edge} ${name}'`).get()
  return {
    name,
    timeoutMs: 25,
    page: async (request) => {
      const earlier = callsIn(log).filter((call) => call.name === name).length
      const { idempotencyKey: key, cursor } = request
      appendFileSync(log, `${JSON.stringify({ name, key, cursor } satisfies LoggedCall)}\n`)
      mark('enter')
      try {
        const first = FIRST[name]?.[earlier]
        return first === undefined ? work(name, request) : await first(request)
      } finally {
        mark('leave')
      }
    },
  }
}

/** Time goes on only where something sleeps or waits. */
function jumpingClock(start: string) {
  let now = Date.parse(start)
  return {
    now: () => new Date(now),
    later: () => {},
    sleep: async (ms: number) => {
      now += ms
    },
    advance: (ms: number) => {
      now += ms
    },
  }
}

export interface EraseRun {
  /** Rows of one transaction; few of them make it cut access in chunks. */
  readonly maxRows: number
  readonly startAt?: string
}

export function openRun(db: FaultyDatabase, log: string, { maxRows, startAt }: EraseRun) {
  const clock = jumpingClock(startAt ?? '2026-03-01T12:00:00.000Z')
  const options: FaultEngineOptions = {
    clock,
    maxRowsPerTransaction: maxRows,
    logger: { warn: () => {} },
    externalErasers: Object.keys(FIRST).map((name) => eraser(name, log, db)),
  }
  const engine = faultEngine(db, options)

  /** Comes back until no job is left. */
  const finish = async (): Promise<string[]> => {
    const receipts: string[] = []
    for (let round = 0; round < 10; round += 1) {
      const { finished, failed } = await engine.resume()
      for (const { error } of failed) throw error
      receipts.push(...finished.map(({ id }) => id))
      if ((await engine.jobs().next()).done) return receipts
      clock.advance(HOUR)
    }
    throw new Error('the erasure does not end')
  }
  const erase = () => engine.erase('a1', { tenantId: 'a', requestedBy: 'adm_1' })
  return { engine, clock, erase, finish }
}
