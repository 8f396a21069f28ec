/**
 * Transactions, begun again from the start while others are in the way.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { UserDeletionError } from '../../../src/errors.ts'
import { CommitUnanswered, type Host } from './handle.ts'
import { tablesMissing, toStoreError } from './postgres-errors.ts'
import { type Session, sessionOf } from './session.ts'

export interface Transactions {
  /** Reads from one view of the database. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>
  /** Writes, as one transaction. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T>
}

export interface TransactionOptions {
  readonly busyTimeoutMs: number
  /** Which writers wait for each other. */
  readonly lockName: string
  /** The engine's own tables. */
  readonly own: readonly string[]
}

export function transactionsOf(host: Host, options: TransactionOptions): Transactions {
  const { busyTimeoutMs, lockName, own } = options

  async function attempt<T>(mode: string, work: (session: Session) => Promise<T>): Promise<T> {
    try {
      return await host.transaction({ mode }, async (run) => {
        const session = sessionOf(run)
        await session.rows(mode === WRITING ? `${SETTINGS}, ${TURN}` : SETTINGS, { name: lockName })
        return work(session)
      })
    } catch (cause) {
      if (cause instanceof CommitUnanswered) throw cause
      throw missesOwn(cause, own) ? tablesMissing(cause) : toStoreError(cause)
    }
  }

  async function untilFree<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + busyTimeoutMs
    for (let tries = 0; ; tries += 1) {
      try {
        return await work()
      } catch (error) {
        if (!isPassing(error, tries) || performance.now() >= deadline) throw error
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
    write: (work) =>
      untilFree(async () => {
        let id: unknown = null
        const written = attempt(WRITING, async (session) => {
          const result = await work(session)
          // A key that is checked at the end speaks here, while its place can still be told.
          await session.change('SET CONSTRAINTS ALL IMMEDIATE')
          const [row] = await session.rows(
            'SELECT CAST(pg_catalog.pg_current_xact_id_if_assigned() AS text)',
          )
          id = row?.[0] ?? null
          return result
        })
        return written.catch(async (cause: unknown) => {
          if (!(cause instanceof CommitUnanswered)) throw cause
          if (id !== null && !(await hasCommitted(id))) throw toStoreError(cause.cause)
          return cause.result as Awaited<ReturnType<typeof work>>
        })
      }),
  }
}

/** Of a read whose end was not answered: there was nothing to commit. */
function resultOf<T>(cause: unknown): T {
  if (cause instanceof CommitUnanswered) return cause.result as T
  throw cause
}

const READING = 'ISOLATION LEVEL REPEATABLE READ, READ ONLY'
const WRITING = 'ISOLATION LEVEL READ COMMITTED, READ WRITE'

function outcomeUnknown(): UserDeletionError {
  return new UserDeletionError(
    'store_unavailable',
    'The database went away before it said whether the transaction is committed.',
    { details: { outcome: 'unknown' } },
  )
}

/**
 * The wait for a lock is shorter than the one before a deadlock is looked for, so that of two the host goes on. A row
 * that a policy of the database hides is an error, and never "no rows".
 */
const SETTINGS =
  "SELECT pg_catalog.set_config('lock_timeout', '500ms', TRUE), pg_catalog.set_config('row_security', 'off', TRUE)"

const TURN = 'pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(@name, 0))'

/** Others were in the way, or have added rows between the count and the write. */
function isPassing(error: unknown, tries: number): boolean {
  if (!(error instanceof UserDeletionError)) return false
  if (error.code === 'store_busy') return true
  return error.code === 'store_failed' && error.details['counted'] !== undefined && tries < 2
}

function missesOwn(cause: unknown, own: readonly string[]): boolean {
  if (!(cause instanceof Error) || Reflect.get(cause, 'code') !== '42P01') return false
  return own.some((name) => cause.message.includes(`.${name}"`))
}
