/**
 * What the overhead of the engine is measured against: the same work on the built-in schema, written by
 * hand as tight as SQL over better-sqlite3 allows.
 *
 * Same rows deleted and anonymized, rows counted by user and rule, one receipt with the same facts and a
 * digest of its own for each user in a chain of hashes, the same events. Left out is what nobody writes by
 * hand: the survey of the schema, residue counts, checks, holds, jobs, errors by user.
 *
 * @module
 */
import type Database from 'better-sqlite3'
import { prepareSeal, RECEIPT_TABLES } from './hand-written-receipts.ts'
import { anonymizing, countBy, deleting, type HandStep, LATER } from './hand-written-steps.ts'

export interface HandWrittenOptions {
  readonly tenantId: string
  readonly reason: string
  /** Receipts hold only the steps that met rows, and of those the id and the number of rows. */
  readonly lean: boolean
}

const BATCH = 1_000

/** Prepares the statements; call the answer with ids. `size`: users in a transaction. */
export function handWritten(
  db: Database.Database,
  options: HandWrittenOptions,
  size: number = BATCH,
): (ids: readonly string[]) => number {
  db.exec(RECEIPT_TABLES)
  const deleteBatch = prepareBatch(db, options)
  const batch = db.transaction(deleteBatch)
  return (ids) => {
    let deleted = 0
    for (let start = 0; start < ids.length; start += size) {
      deleted += batch.immediate(ids.slice(start, start + size))
    }
    db.pragma('wal_checkpoint(TRUNCATE)')
    return deleted
  }
}

/** The same for one user at a time, each in a transaction, and checkpoints are left to SQLite. */
export function handWrittenSingle(
  db: Database.Database,
  options: HandWrittenOptions,
): (id: string) => number {
  db.exec(RECEIPT_TABLES)
  const one = db.transaction(prepareBatch(db, options))
  return (id) => one.immediate([id])
}

type Batch = (ids: readonly string[]) => number

function prepareBatch(db: Database.Database, options: HandWrittenOptions): Batch {
  const { tenantId } = options
  const find = db
    .prepare<[string, string], [string, string | null]>(
      'SELECT id, email FROM users WHERE id IN (SELECT value FROM json_each(?)) AND (tenant_id = ?) IS TRUE',
    )
    .raw()
  const steps = [...deleting, ...anonymizing].map((step) => ({
    step,
    count: db.prepare<unknown[], [string, number]>(countBy(step)).raw(),
    write: step.write === LATER ? null : db.prepare(step.write),
  }))
  const removeUsers = db.prepare(
    'DELETE FROM users WHERE id IN (SELECT value FROM json_each(?)) AND (tenant_id = ?) IS TRUE',
  )
  const seal = prepareSeal(db, [...deleting, ...anonymizing], { policy: 'hellojohn', ...options })

  return (ids) => {
    const found = find.all(JSON.stringify(ids), tenantId)
    const users = JSON.stringify(found.map(([id]) => id))
    const emails = JSON.stringify(found.flatMap(([, email]) => email ?? []))
    const positions = {
      id: new Map(found.map(([id], position) => [id, position])),
      email: new Map(found.map(([, email], position) => [email ?? '', position])),
    }
    const parameters = ({ by }: HandStep): string[] => (by === 'id' ? [users] : [tenantId, emails])
    const counts = steps.map(({ step, count }) => {
      const rows = new Uint32Array(found.length)
      for (const [value, number] of count.iterate(...parameters(step))) {
        rows[positions[step.by].get(value) ?? 0] = number
      }
      return rows
    })
    for (const [index, { step, write }] of steps.entries()) {
      if (counts[index]?.some((rows) => rows > 0)) write?.run(...parameters(step))
    }
    removeUsers.run(users, tenantId)
    seal(
      found.map(([id, email]) => ({ id, email })),
      counts,
    )
    return found.length
  }
}
