/**
 * What the overhead of the engine is measured against: the same work on the built-in schema, written by
 * hand as tight as SQL over better-sqlite3 allows.
 *
 * Same rows deleted and anonymized, rows counted by user and rule, one receipt with the same facts for each
 * user in a chain of hashes, the same events. Left out is what nobody writes by hand: the survey of the
 * schema, residue counts, checks, jobs, errors by user.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { monotonicFactory } from 'ulid'
import { anonymizing, countBy, deleting, type HandStep, LATER } from './hand-written-steps.ts'

export interface HandWrittenOptions {
  readonly tenantId: string
  readonly reason: string
  /** Receipts hold only the steps that met rows, and of those the id and the number of rows. */
  readonly lean: boolean
}

const BATCH = 1_000
const DAY = 86_400_000

/** Prepares the statements; call the answer with ids. */
export function handWritten(
  db: Database.Database,
  options: HandWrittenOptions,
): (ids: readonly string[]) => number {
  db.pragma('secure_delete = ON')
  db.exec(TABLES)
  const deleteBatch = prepareBatch(db, options)
  const batch = db.transaction(deleteBatch)
  return (ids) => {
    let deleted = 0
    for (let start = 0; start < ids.length; start += BATCH) {
      deleted += batch.immediate(ids.slice(start, start + BATCH))
    }
    db.pragma('wal_checkpoint(TRUNCATE)')
    return deleted
  }
}

const TABLES = `
CREATE TABLE IF NOT EXISTS receipts (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  tenant_id TEXT,
  user_id TEXT NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS receipts_user_id ON receipts (user_id);
CREATE TABLE IF NOT EXISTS events (
  id TEXT PRIMARY KEY,
  type TEXT NOT NULL,
  at TEXT NOT NULL,
  tenant_id TEXT,
  user_id TEXT NOT NULL,
  receipt_id TEXT NOT NULL,
  rows INTEGER NOT NULL
) WITHOUT ROWID;
`

type Batch = (ids: readonly string[]) => number

function prepareBatch(db: Database.Database, options: HandWrittenOptions): Batch {
  const { tenantId } = options
  const find = db
    .prepare<[string, string], [string, string | null]>(
      'SELECT id, email FROM users WHERE id IN (SELECT value FROM json_each(?)) AND tenant_id = ?',
    )
    .raw()
  const steps = [...deleting, ...anonymizing].map((step) => ({
    step,
    count: db.prepare<unknown[], [string, number]>(countBy(step)).raw(),
    write: step.write === LATER ? null : db.prepare(step.write),
  }))
  const removeUsers = db.prepare(
    'DELETE FROM users WHERE id IN (SELECT value FROM json_each(?)) AND tenant_id = ?',
  )
  const seal = prepareSeal(db, options)

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
      found.map(([id]) => id),
      counts,
    )
    return found.length
  }
}

function prepareSeal(
  db: Database.Database,
  { tenantId, reason, lean }: HandWrittenOptions,
): (ids: readonly string[], counts: readonly Uint32Array[]) => void {
  const receipt = db.prepare('INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?)')
  const event = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)')
  const head = db
    .prepare<[], [number, string]>('SELECT seq, hash FROM receipts ORDER BY seq DESC LIMIT 1')
    .raw()
  const ulid = monotonicFactory()
  const steps = [...deleting, ...anonymizing]

  return (ids, counts) => {
    const now = Date.now()
    const at = new Date(now).toISOString()
    let [seq, hash] = head.get() ?? [0, '']
    for (const [user, id] of ids.entries()) {
      const name = ulid(now)
      const rows = (step: number): number => counts[step]?.[user] ?? 0
      seq += 1
      const body = JSON.stringify({
        id: `rcp_${name}`,
        userId: id,
        tenantId,
        policy: { name: 'hellojohn', version: 1 },
        reason,
        deletedAt: at,
        steps: lean
          ? Object.fromEntries(
              steps.flatMap((step, index) => (rows(index) > 0 ? [[step.id, rows(index)]] : [])),
            )
          : steps.map(({ id: step, table, action, why, days }, index) => ({
              id: step,
              table,
              action,
              rows: rows(index),
              reason: why,
              until: days === null ? null : new Date(now + days * DAY).toISOString(),
            })),
      })
      hash = createHash('sha256').update(hash).update(body).digest('hex')
      receipt.run(seq, at, tenantId, id, body, hash)
      let number = 0
      for (const [index, step] of steps.entries()) {
        if (step.event === null || rows(index) === 0) continue
        const eventId = `evt_${name}_${number}`
        event.run(eventId, step.event, at, tenantId, id, `rcp_${name}`, rows(index))
        number += 1
      }
      event.run(`evt_${name}_${number}`, 'user.deleted', at, tenantId, id, `rcp_${name}`, 1)
    }
  }
}
