/**
 * Receipts, their chain and events, written by hand for the deletions that the engine is measured against.
 *
 * @module
 */
import { createHash, hash as digestOf } from 'node:crypto'
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

export interface SealedUser {
  readonly id: string
  readonly email: string | null
}

/** Stands for the digest of a policy, which is computed once. */
const POLICY_DIGEST = digestOf('sha256', 'policy')

/** Prepares the statements; call the answer with users, and for each step the rows by user. */
export function prepareSeal(
  db: Database.Database,
  steps: readonly HandStep[],
  { policy, tenantId, reason, lean }: HandWrittenReceipts,
): (users: readonly SealedUser[], counts: readonly Uint32Array[]) => void {
  const receipt = db.prepare('INSERT INTO receipts VALUES (?, ?, ?, ?, ?, ?)')
  const event = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)')
  const head = db
    .prepare<[], [number, string]>('SELECT seq, hash FROM receipts ORDER BY seq DESC LIMIT 1')
    .raw()
  const ulid = monotonicFactory()

  return (users, counts) => {
    const now = Date.now()
    const at = new Date(now).toISOString()
    const ends = steps.map(({ days }) =>
      days === null ? null : new Date(now + days * DAY).toISOString(),
    )
    let [seq, hash] = head.get() ?? [0, '']
    for (const [user, { id, email }] of users.entries()) {
      const name = ulid(now)
      const rows = (step: number): number => counts[step]?.[user] ?? 0
      seq += 1
      const common = { id: `rcp_${name}`, userId: id, tenantId, reason, deletedAt: at }
      const body = lean
        ? JSON.stringify({
            ...common,
            steps: Object.fromEntries(
              steps.flatMap((step, index) => (rows(index) > 0 ? [[step.id, rows(index)]] : [])),
            ),
          })
        : withDigest({
            ...common,
            format: 1,
            subject: id,
            policy: { name: policy, version: 1, digest: POLICY_DIGEST },
            policyChanged: false,
            requestedBy: null,
            requestedAt: at,
            replayOf: null,
            store: 'sqlite',
            way: 'transaction',
            steps: steps.map(({ id: step, table, action, why, by, event: type }, index) => ({
              id: step,
              table,
              action,
              status: by === 'email' && email === null ? 'not_applicable' : 'applies',
              rows: rows(index),
              grantsAccess: type === 'session.revoked',
              reason: why,
              until: ends[index],
              then: ends[index] === null ? null : 'delete',
              identity: action === 'delete' ? 'removed' : 'kept_id',
            })),
            external: [],
            userRow: { table: 'users', action: 'delete' },
            residue: 0,
            erasure: 'rows_overwritten',
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

function withDigest(receipt: object): string {
  const text = JSON.stringify(receipt)
  return `${text.slice(0, -1)},"digest":"${digestOf('sha256', text)}"}`
}
