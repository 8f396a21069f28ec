/**
 * Receipts, their chain and events, written by hand for the deletions that the engine is measured against.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import { monotonicFactory } from 'ulid'
import type { HandStep } from './hand-written-steps.ts'

export const RECEIPT_TABLES: string = `
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

const DAY = 86_400_000

export interface HandWrittenReceipts {
  readonly policy: string
  readonly tenantId: string | null
  readonly reason: string | null
  /** Receipts hold only the steps that met rows, and of those the id and the number of rows. */
  readonly lean: boolean
}

/** Prepares the statements; call the answer with ids, and for each step the rows by user. */
export function prepareSeal(
  db: Database.Database,
  steps: readonly HandStep[],
  { policy, tenantId, reason, lean }: HandWrittenReceipts,
): (ids: readonly string[], counts: readonly Uint32Array[]) => void {
  const receipt = db.prepare('INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?)')
  const event = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)')
  const head = db
    .prepare<[], [number, string]>('SELECT seq, hash FROM receipts ORDER BY seq DESC LIMIT 1')
    .raw()
  const ulid = monotonicFactory()

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
        policy: { name: policy, version: 1 },
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
