/**
 * Many small users of one database on MongoDB, so that each of many runs deletes one of its own.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { BSON, type Db, type Document } from 'mongodb'
import {
  type MongoDb,
  type MongoStoreOptions,
  mongoStore,
} from '../../../adapters/mongodb/index.ts'
import {
  definePolicy,
  type EngineOptions,
  UserDeletionEngine,
  UserDeletionError,
} from '../../../src/index.ts'
import { fixedClock } from '../fixed-clock.ts'

const policy = definePolicy({
  name: 'small',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    tenant: 'tenant_id',
    status: { disabled: { status: 'disabled' }, active: { status: 'active' } },
  },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
    posts: { match: 'author_id', action: 'delete' },
    audit_log: {
      match: 'actor_id',
      action: 'anonymize',
      reason: 'who did what, without the person',
      set: { actor_name: null },
    },
  },
})

export type SmallEngine = UserDeletionEngine<typeof policy>
export type SmallOptions = Partial<EngineOptions<typeof policy>>

export const SCOPE = { tenantId: 'tnt_a' } as const
const TABLES = ['users', 'sessions', 'posts', 'audit_log'] as const
const POSTS = 2

export function smallEngine(
  db: MongoDb,
  mongo: MongoStoreOptions,
  options: SmallOptions = {},
): SmallEngine {
  const quiet = { logger: { warn: () => {} }, clock: fixedClock() }
  return new UserDeletionEngine({ store: mongoStore(db, mongo), policy, ...quiet, ...options })
}

/** Users `usr_1` to `usr_n`, and the same ones in another tenant, who have nothing to do with it. */
export async function createSmallWorld(db: Db, users: number, posts = POSTS): Promise<void> {
  await db.collection('users').createIndex({ id: 1 })
  await db.collection('sessions').createIndex({ user_id: 1 })
  await db.collection('posts').createIndex({ author_id: 1 })
  await db.collection('audit_log').createIndex({ actor_id: 1 })
  await smallEngine(db as MongoDb, {}).migrate()
  const ids = ['usr', 'other'].flatMap((kind) =>
    Array.from({ length: users }, (_, index) => `${kind}_${index + 1}`),
  )
  await Promise.all(TABLES.map((table) => fill(db, table, ids, posts)))
}

async function fill(db: Db, table: string, ids: readonly string[], posts: number): Promise<void> {
  const documents = ids.flatMap((id): Document[] => {
    if (table === 'users') {
      const tenant_id = id.startsWith('usr') ? SCOPE.tenantId : 'tnt_b'
      return [{ _id: id, id, tenant_id, status: 'active' }]
    }
    if (table === 'sessions') return [sessionOf(id, 1), sessionOf(id, 2)]
    if (table === 'audit_log') return [{ actor_id: id, actor_name: `name of ${id}`, type: 'in' }]
    return Array.from({ length: posts }, (_, post) => ({ author_id: id, title: `post ${post}` }))
  })
  await db.collection<Document>(table).insertMany(documents)
}

export function sessionOf(id: string, number: number): Document {
  return { _id: `ses_${id}_${number}`, user_id: id }
}

export type Answer = { readonly receiptId: string } | { readonly error: UserDeletionError }

/** Asks for a deletion. A repeat points to the receipt, and what fails has to be worth another try. */
export async function askFor(engine: SmallEngine, id: string): Promise<Answer> {
  try {
    return { receiptId: (await engine.delete(id, SCOPE)).id }
  } catch (error) {
    if (!(error instanceof UserDeletionError)) throw error
    const { receiptId } = error.details as { readonly receiptId?: string }
    if (error.code === 'resource_not_found' && receiptId !== undefined) return { receiptId }
    if (error.retryable) return { error }
    throw new Error(`not worth another try: ${error.code}`, { cause: error })
  }
}

/** Asks again as long as that is worth it, and answers the id of the receipt. */
export async function askUntilDone(engine: SmallEngine, id: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const answer = await askFor(engine, id)
    if ('receiptId' in answer) return answer.receiptId
    if (tries === TRIES) throw answer.error
  }
}

/** The same for what others have left. */
export async function resumeAll(engine: SmallEngine): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      assert.deepEqual((await engine.resume()).failed, [])
      return
    } catch (error) {
      if (!(error instanceof UserDeletionError && error.retryable) || tries === TRIES) throw error
    }
  }
}

/** On a machine that is busy a short lease may be lost without anybody's fault. */
const TRIES = 20

/** Reads past the adapter that everything is gone, with one receipt and its events. Answers its id. */
export async function assertGone(db: Db, id: string): Promise<string> {
  const [users, sessions, posts, audit, receipts, outbox] = await Promise.all([
    db.collection('users').find({ id }).toArray(),
    db.collection('sessions').find({ user_id: id }).toArray(),
    db.collection('posts').find({ author_id: id }).toArray(),
    db.collection('audit_log').find({ actor_id: id }).toArray(),
    db.collection('user_deletion_ledger').find({ kind: 'user.deleted', subject: id }).toArray(),
    db.collection('user_deletion_outbox').find({ subject: id }).toArray(),
  ])
  assert.deepEqual({ users, sessions, posts }, { users: [], sessions: [], posts: [] }, id)
  assert.deepEqual(
    audit.map(({ actor_name, type }) => ({ actor_name, type })),
    [{ actor_name: null, type: 'in' }],
  )
  assert.equal(receipts.length, 1, `receipts of ${id}`)
  assert.deepEqual(outbox.map(({ type }) => type).sort(), ['session.revoked', 'user.deleted'])
  return (JSON.parse(String(receipts[0]?.['body'])) as { readonly id: string }).id
}

/** No work is left written down, no matter who began it, and no user of the other tenant was touched. */
export async function assertSettled(db: Db, others: ReadonlyMap<string, string>): Promise<void> {
  const open = await Promise.all(
    ['late_access', 'jobs', 'disabled'].map((name) =>
      db.collection(`user_deletion_${name}`).countDocuments(),
    ),
  )
  assert.deepEqual(open, [0, 0, 0], 'late access, jobs, users who are shut out')
  const writers = await db.collection('user_deletion_writer').find().toArray()
  assert.deepEqual(
    writers.map(({ change }) => change),
    [null],
    'changes that are open',
  )
  assert.deepEqual(await bytesOfOthers(db), others)
  const engine = smallEngine(db as MongoDb, {})
  assert.equal((await engine.ledger.verify()).valid, true)
}

/** The bytes of all documents of the other tenant, by collection and key. */
export async function bytesOfOthers(db: Db): Promise<ReadonlyMap<string, string>> {
  const bytes = new Map<string, string>()
  for (const [table, column] of Object.entries(OWNERS)) {
    const filter = { [column]: /^other_/ }
    for (const raw of await db.collection(table).find(filter, { raw: true }).toArray()) {
      const document = Buffer.from(raw as unknown as Uint8Array)
      bytes.set(`${table} ${BSON.deserialize(document)['_id']}`, document.toString('hex'))
    }
  }
  return bytes
}

const OWNERS = { users: 'id', sessions: 'user_id', posts: 'author_id', audit_log: 'actor_id' }
