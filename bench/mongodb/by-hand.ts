/**
 * The same deletion by hand: one command a collection and batch, counts by user, receipts in a chain, events.
 *
 * @module
 */
import { createHash, hash as digestOf } from 'node:crypto'
import type {
  AnyBulkWriteOperation,
  ClientSession,
  Db,
  Document,
  MongoClient,
  WriteConcernSettings,
} from 'mongodb'
import { monotonicFactory } from 'ulid'
import { TENANT } from './data.ts'

export interface ByHandOptions {
  readonly batch: number
  readonly inTransactions: boolean
  /** Batches that are under way at a time; each place has a chain of receipts of its own. */
  readonly inFlight: number
  /** One command with `$in` for all users of a batch, or one `bulkWrite` with an operation a user. */
  readonly write: 'many' | 'bulk'
}

/** Answers how many users are gone. */
export async function deleteByHand(
  client: MongoClient,
  db: Db,
  ids: readonly string[],
  { batch, inTransactions, inFlight, write }: ByHandOptions,
): Promise<number> {
  let start = 0
  async function work(chain: number): Promise<number> {
    let deleted = 0
    while (start < ids.length) {
      const page = ids.slice(start, start + batch)
      start += batch
      if (!inTransactions) {
        deleted += await deleteBatch(db, page, chain, write, { writeConcern: MAJORITY })
        continue
      }
      const options = { writeConcern: MAJORITY, readConcern: { level: 'snapshot' as const } }
      deleted += await client.withSession((session) =>
        session.withTransaction(() => deleteBatch(db, page, chain, write, { session }), options),
      )
    }
    return deleted
  }
  const parts = await Promise.all(Array.from({ length: inFlight }, (_, chain) => work(chain)))
  return parts.reduce((sum, part) => sum + part, 0)
}

const MAJORITY: WriteConcernSettings = { w: 'majority', j: true }
const DAY = 86_400_000

interface Step {
  readonly table: string
  readonly field: string
  readonly action: string
  readonly update: Document | null
  readonly event: string | null
}

const remove = (table: string, event: string): Step => ({
  ...{ table, field: 'userId', action: 'delete', update: null, event },
})

const STEPS: readonly Step[] = [
  remove('sessions', 'session.revoked'),
  remove('mfaFactors', 'mfa.removed'),
  remove('oauthConnections', 'oauth.disconnected'),
  remove('memberships', 'org.member.removed'),
  {
    ...{ table: 'posts', field: 'authorId', action: 'detach', event: null },
    update: { $set: { authorId: null } },
  },
  {
    ...{ table: 'auditLog', field: 'actor.id', action: 'anonymize', event: null },
    update: {
      $set: { 'actor.email': null, ip: null, userAgent: null },
      $unset: { 'metadata.email': '' },
    },
  },
  {
    ...{ table: 'webhookEvents', field: 'data.user.id', action: 'retain', event: null },
    update: { $unset: { 'data.user.email': '', 'data.user.name': '' } },
  },
]

type WriteOptions =
  | { readonly session: ClientSession }
  | { readonly writeConcern: WriteConcernSettings }

async function deleteBatch(
  db: Db,
  ids: readonly string[],
  chain: number,
  write: ByHandOptions['write'],
  options: WriteOptions,
): Promise<number> {
  const reading = 'session' in options ? options : {}
  const list = { $in: [...ids] }
  const users = await db
    .collection('users')
    .find({ userId: list, tenantId: TENANT }, reading)
    .toArray()
  const counts: Map<string, number>[] = []
  for (const { table, field } of STEPS) {
    const groups = await db
      .collection(table)
      .aggregate(
        [{ $match: { [field]: list } }, { $group: { _id: `$${field}`, n: { $sum: 1 } } }],
        reading,
      )
      .toArray()
    counts.push(new Map(groups.map(({ _id, n }) => [String(_id), Number(n)])))
  }
  for (const step of STEPS) await (write === 'bulk' ? writeBulk : writeMany)(db, step, ids, options)
  const { deletedCount } = await db
    .collection('users')
    .deleteMany({ userId: list, tenantId: TENANT }, options)
  await seal(db, users, counts, chain, options)
  return deletedCount
}

async function writeMany(
  db: Db,
  { table, field, update }: Step,
  ids: readonly string[],
  options: WriteOptions,
): Promise<void> {
  const filter = { [field]: { $in: [...ids] } }
  if (update === null) await db.collection(table).deleteMany(filter, options)
  else await db.collection(table).updateMany(filter, update, options)
}

async function writeBulk(
  db: Db,
  { table, field, update }: Step,
  ids: readonly string[],
  options: WriteOptions,
): Promise<void> {
  const operations = ids.map((id): AnyBulkWriteOperation => {
    const filter = { [field]: id }
    return update === null ? { deleteMany: { filter } } : { updateMany: { filter, update } }
  })
  await db.collection(table).bulkWrite(operations, { ...options, ordered: false })
}

const ulid = monotonicFactory()
const POLICY_DIGEST = digestOf('sha256', 'policy')

/** Receipts with the facts that the engine's hold. */
async function seal(
  db: Db,
  users: readonly Document[],
  counts: readonly Map<string, number>[],
  chain: number,
  options: WriteOptions,
): Promise<void> {
  const heads = db.collection<{ _id: number; seq: number; hash: string }>('byHandHead')
  const reading = 'session' in options ? options : {}
  let { seq, hash } = (await heads.findOne({ _id: chain }, reading)) ?? { seq: 0, hash: '' }
  const now = Date.now()
  const at = new Date(now).toISOString()
  const until = new Date(now + 30 * DAY).toISOString()
  const receipts: Document[] = []
  const events: Document[] = []
  for (const { userId } of users) {
    const name = ulid(now)
    const rows = (step: number): number => counts[step]?.get(String(userId)) ?? 0
    const body = JSON.stringify({
      ...{ id: `rcp_${name}`, userId, tenantId: TENANT, reason: 'benchmark', deletedAt: at },
      ...{ format: 1, subject: userId, policyChanged: false, requestedBy: null, requestedAt: at },
      policy: { name: 'bench', version: 1, digest: POLICY_DIGEST },
      ...{ replayOf: null, store: 'mongodb', way: 'transaction' },
      steps: STEPS.map(({ table, action, event }, step) => ({
        ...{ id: `${table}#0`, table, action, status: 'applies', rows: rows(step) },
        ...{ grantsAccess: event === 'session.revoked', reason: null },
        until: action === 'retain' ? until : null,
        then: action === 'retain' ? 'delete' : null,
        identity: action === 'delete' ? 'removed' : 'kept_id',
      })),
      ...{ external: [], userRow: { table: 'users', action: 'delete' }, residue: 0 },
      erasure: 'rows_removed',
    })
    const digest = digestOf('sha256', body)
    seq += 1
    hash = createHash('sha256').update(hash).update(body).digest('hex')
    receipts.push({ _id: { chain, seq }, at, tenantId: TENANT, userId, body, digest, hash })
    const told = STEPS.flatMap(({ event }, step) =>
      event === null || rows(step) === 0 ? [] : [{ type: event, rows: rows(step) }],
    )
    for (const [number, event] of [...told, { type: 'user.deleted', rows: 1 }].entries()) {
      const about = { at, tenantId: TENANT, userId, receiptId: `rcp_${name}` }
      events.push({ _id: `evt_${name}_${number}`, ...event, ...about })
    }
  }
  await db.collection('byHandReceipts').insertMany(receipts, options)
  await db.collection('byHandEvents').insertMany(events, options)
  await heads.replaceOne({ _id: chain }, { seq, hash }, { ...options, upsert: true })
}
