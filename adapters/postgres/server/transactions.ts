/**
 * Transactions, begun again from the start while others are in the way.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserDeletionError } from '../../../src/errors.ts'
import type { Statement } from '../../sql/flow.ts'
import { type Apart, apartFrom } from './apart.ts'
import { CommitUnanswered, type Host, type Settings } from './host.ts'
import { missesOwn, tablesMissing, toStoreError } from './postgres-errors.ts'
import { type Session, sessionOf } from './session.ts'

export interface Transactions {
  /** Reads from one view of the database. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>
  /**
   * Writes, as one transaction. `isApart`: beside others that are so too, at the first try; `work` is told whether it is.
   */
  write<T>(
    work: (session: Session, apart: Apart | null) => Promise<T>,
    isApart?: boolean,
  ): Promise<T>
}

export interface TransactionOptions {
  readonly busyTimeoutMs: number
  /** Which writers wait for each other. */
  readonly lockName: string
  /** The engine's own tables. */
  readonly own: readonly string[]
  /** The table of the ledger's end, as statements name it. */
  readonly head: string
}

export function transactionsOf(host: Host, options: TransactionOptions): Transactions {
  const { busyTimeoutMs, lockName, own, head } = options

  /** How many more transactions write alone, since others were in the way of one that did not. */
  let alone = 0

  async function attempt<T>(
    settings: Settings,
    work: (session: Session) => Promise<T>,
  ): Promise<T> {
    try {
      return await host.transaction(settings, (run) => work(sessionOf(run)))
    } catch (cause) {
      if (cause instanceof CommitUnanswered) throw cause
      throw missesOwn(cause, own) ? tablesMissing(cause) : toStoreError(cause)
    }
  }

  /** `isApart`: whether the first try may be beside others. */
  async function untilFree<T>(work: (isApart: boolean) => Promise<T>, isApart = false): Promise<T> {
    const deadline = performance.now() + busyTimeoutMs
    for (let tries = 0; ; tries += 1) {
      const isBeside = isApart && tries === 0 && alone === 0
      if (isApart && tries === 0 && alone > 0) alone -= 1
      try {
        return await work(isBeside)
      } catch (error) {
        if (!isPassing(error, tries)) throw error
        if (isBeside) alone = STAYS_ALONE
        else if (performance.now() >= deadline) throw error
      }
      await sleep(Math.min(200, 2 ** tries) * (0.5 + Math.random() / 2))
    }
  }

  /** Asked on another connection, until the server knows. @throws where it does not tell in time. */
  async function hasCommitted(id: unknown): Promise<boolean> {
    const deadline = performance.now() + busyTimeoutMs
    for (;;) {
      const status = await attempt(READING, async (session) => {
        const sql = 'SELECT pg_catalog.pg_xact_status(CAST(CAST(@id AS text) AS xid8))'
        const [row] = await session.rows(sql, { id })
        return row?.[0]
      }).catch(() => null)
      if (status === 'committed' || status === 'aborted') return status === 'committed'
      if (performance.now() >= deadline) throw outcomeUnknown()
      await sleep(50)
    }
  }

  return {
    read: (work) =>
      untilFree(() => attempt(READING, work).catch(resultOf<Awaited<ReturnType<typeof work>>>)),
    write: (work, mayBeApart) =>
      untilFree(async (isApart) => {
        let id: unknown = null
        const written = attempt(WRITING, async (session) => {
          session.ahead(`SELECT ${lockOf(lockName, isApart ? 'together' : 'alone')}`)
          const ledger = lockOf(`${lockName} ledger`, 'alone')
          const result = await work(session, isApart ? apartFrom(session, ledger, head) : null)
          const answers = await session.together(ENDING)
          const [[own] = []] = answers[1] as readonly (readonly unknown[])[]
          id = own ?? null
          return result
        })
        return written.catch(async (cause: unknown) => {
          if (!(cause instanceof CommitUnanswered)) throw cause
          if (id !== null && !(await hasCommitted(id))) throw toStoreError(cause.cause)
          return cause.result as Awaited<ReturnType<typeof work>>
        })
      }, mayBeApart),
  }
}

/** Each try beside others that comes to nothing is one that is paid for twice. */
const STAYS_ALONE = 20

/** Of a read whose end was not answered: there was nothing to commit. */
function resultOf<T>(cause: unknown): T {
  if (cause instanceof CommitUnanswered) return cause.result as T
  throw cause
}

function outcomeUnknown(): UserDeletionError {
  return new UserDeletionError(
    'store_unavailable',
    'The database went away before it said whether the transaction is committed.',
    { details: { outcome: 'unknown' } },
  )
}

/**
 * They end with the transaction. The wait for a lock is shorter than the one before a deadlock is looked for, so that of
 * two the host goes on. A row that a policy of the database hides is an error, and never "no rows". A backslash in a text
 * is a character like any other, and values come as the text that is read here. Each statement runs once, so that it is
 * not worth compiling.
 */
const SETTINGS = [
  ['lock_timeout', '500ms'],
  ['row_security', 'off'],
  ['jit', 'off'],
  ['standard_conforming_strings', 'on'],
  ['DateStyle', 'ISO'],
  ['bytea_output', 'hex'],
  ['extra_float_digits', '1'],
].map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', TRUE)`)

const READING: Settings = {
  mode: 'ISOLATION LEVEL REPEATABLE READ, READ ONLY',
  isUsual: false,
  first: SETTINGS,
}

const WRITING: Settings = {
  mode: 'ISOLATION LEVEL READ COMMITTED, READ WRITE',
  isUsual: true,
  first: SETTINGS,
}

/** A key that is checked at the end speaks here, while its place can still be told. */
const ENDING: readonly Statement[] = [
  { kind: 'change', sql: 'SET CONSTRAINTS ALL IMMEDIATE', parameters: {} },
  {
    kind: 'rows',
    sql: 'SELECT CAST(pg_catalog.pg_current_xact_id_if_assigned() AS text)',
    parameters: {},
  },
]

/** As a number, since a text may need escapes of which the session decides. */
function lockOf(lockName: string, turn: 'alone' | 'together'): string {
  const key = createHash('sha256').update(lockName).digest().readBigInt64BE()
  const shared = turn === 'together' ? '_shared' : ''
  return `pg_catalog.pg_advisory_xact_lock${shared}(CAST('${key}' AS bigint))`
}

/** Others were in the way, or have added rows between the count and the write. */
function isPassing(error: unknown, tries: number): boolean {
  if (!(error instanceof UserDeletionError)) return false
  if (error.code === 'store_busy') return true
  return error.code === 'store_failed' && error.details['counted'] !== undefined && tries < 2
}
