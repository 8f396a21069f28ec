/**
 * The same deletion by hand, as tight as SQL over pg allows: one statement a rule for all users of a transaction,
 * counts by user, receipts in a chain, events.
 *
 * Left out is what nobody writes by hand: the survey of the schema, residue counts, checks, holds, jobs, errors by user.
 *
 * @module
 */
import { createHash, hash as digestOf } from 'node:crypto'
import type pg from 'pg'
import { monotonicFactory } from 'ulid'
import { TENANT } from '../support/database.ts'
import { STEPS } from './by-hand-steps.ts'

export const BY_HAND_TABLES = `
CREATE TABLE by_hand_receipts (
  seq bigint PRIMARY KEY, at timestamptz NOT NULL, tenant_id text, user_id text NOT NULL, body text NOT NULL, hash text NOT NULL
);
CREATE INDEX by_hand_receipts_user_id ON by_hand_receipts (user_id);
CREATE TABLE by_hand_events (
  id text PRIMARY KEY, type text NOT NULL, at timestamptz NOT NULL, tenant_id text, user_id text NOT NULL, receipt_id text NOT NULL, rows integer NOT NULL
);
CREATE TABLE by_hand_head (id integer PRIMARY KEY, seq bigint NOT NULL, hash text NOT NULL);
INSERT INTO by_hand_head VALUES (1, 0, '');
`

/** `batch`: users in a transaction. Answers how many are gone. */
export async function deleteByHand(
  pool: pg.Pool,
  ids: readonly string[],
  batch: number,
): Promise<number> {
  const client = await pool.connect()
  let deleted = 0
  try {
    for (let start = 0; start < ids.length; start += batch) {
      deleted += await inTransaction(client, ids.slice(start, start + batch))
    }
  } finally {
    client.release()
  }
  return deleted
}

async function inTransaction(client: pg.PoolClient, ids: readonly string[]): Promise<number> {
  await client.query('BEGIN')
  try {
    const deleted = await deleteBatch(client, ids)
    await client.query('COMMIT')
    return deleted
  } catch (cause) {
    await client.query('ROLLBACK')
    throw cause
  }
}

interface User {
  readonly id: string
  readonly email: string
}

async function deleteBatch(client: pg.PoolClient, ids: readonly string[]): Promise<number> {
  const { rows: users } = await client.query<User>(
    'SELECT id, email FROM users WHERE id = ANY($1::text[]) AND tenant_id = $2 ORDER BY id FOR UPDATE',
    [ids, TENANT],
  )
  const found = { id: users.map(({ id }) => id), email: users.map(({ email }) => email) }
  const places = {
    id: new Map(found.id.map((id, place) => [id, place])),
    email: new Map(found.email.map((email, place) => [email, place])),
  }
  const counts: Counted[] = []
  for (const step of STEPS) {
    const values = step.by === 'id' ? [found.id] : [found.email, TENANT]
    const { rows } = await client.query({ text: step.sql, values, rowMode: 'array' })
    const [own, others] = [new Uint32Array(users.length), new Uint32Array(users.length)]
    for (const [value, number, also] of rows as [string, string, string?][]) {
      const place = places[step.by].get(value) ?? 0
      own[place] = Number(number)
      others[place] = Number(also ?? 0)
    }
    counts.push({ ...step, rows: own })
    if (step.also !== undefined) {
      counts.push({ ...step, id: `${step.table}.${step.also}.anonymize`, rows: others })
    }
  }
  const { rowCount } = await client.query(
    'DELETE FROM users WHERE id = ANY($1::text[]) AND tenant_id = $2',
    [found.id, TENANT],
  )
  await seal(client, users, counts)
  return rowCount ?? 0
}

interface Counted {
  readonly id: string
  readonly table: string
  readonly action: string
  readonly event: string | null
  readonly days: number | null
  readonly rows: Uint32Array
}

const DAY = 86_400_000
const ulid = monotonicFactory()
/** Stands for the digest of a policy, which is computed once. */
const POLICY_DIGEST = digestOf('sha256', 'policy')

/** Receipts with the facts that the engine's hold. */
async function seal(
  client: pg.PoolClient,
  users: readonly User[],
  steps: readonly Counted[],
): Promise<void> {
  const { rows } = await client.query<{ seq: string; hash: string }>(
    'SELECT seq, hash FROM by_hand_head WHERE id = 1 FOR UPDATE',
  )
  const now = Date.now()
  const at = new Date(now).toISOString()
  const ends = steps.map(({ days }) =>
    days === null ? null : new Date(now + days * DAY).toISOString(),
  )
  let [seq, hash] = [Number(rows[0]?.seq), rows[0]?.hash ?? '']
  const receipts: object[] = []
  const events: object[] = []
  for (const [place, { id }] of users.entries()) {
    const name = ulid(now)
    const body = JSON.stringify({
      ...{ id: `rcp_${name}`, userId: id, tenantId: TENANT, reason: 'benchmark', deletedAt: at },
      ...{ format: 1, subject: id, policyChanged: false, requestedBy: null, requestedAt: at },
      policy: { name: 'hellojohn', version: 1, digest: POLICY_DIGEST },
      ...{ replayOf: null, store: 'postgres', way: 'transaction' },
      steps: steps.map(({ id: step, table, action, event, rows: counted }, index) => ({
        ...{ id: step, table, action, status: 'applies', rows: counted[place] },
        ...{ grantsAccess: event === 'session.revoked', reason: null, until: ends[index] },
        then: ends[index] === null ? null : 'delete',
        identity: action === 'delete' ? 'removed' : 'kept_id',
      })),
      ...{ external: [], userRow: { table: 'users', action: 'delete' }, residue: 0 },
      erasure: 'rows_removed',
    })
    const digested = `${body.slice(0, -1)},"digest":"${digestOf('sha256', body)}"}`
    seq += 1
    hash = createHash('sha256').update(hash).update(digested).digest('hex')
    const about = { at, tenant_id: TENANT, user_id: id }
    receipts.push({ seq, ...about, body: digested, hash })
    const told = steps.flatMap(({ event, rows: counted }) =>
      event === null || counted[place] === 0 ? [] : [{ type: event, rows: counted[place] }],
    )
    for (const [number, one] of [...told, { type: 'user.deleted', rows: 1 }].entries()) {
      events.push({ id: `evt_${name}_${number}`, ...one, ...about, receipt_id: `rcp_${name}` })
    }
  }
  for (const [table, all] of [
    ['by_hand_receipts', receipts],
    ['by_hand_events', events],
  ] as const) {
    await client.query(
      `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(all)],
    )
  }
  await client.query('UPDATE by_hand_head SET seq = $1, hash = $2 WHERE id = 1', [seq, hash])
}
