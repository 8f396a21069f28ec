import assert from 'node:assert/strict'
import type { Db, Document } from 'mongodb'
import { type MongoDb, mongoStore } from '../../../../adapters/mongodb/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../../src/index.ts'
import { fixedClock } from '../../../worlds/fixed-clock.ts'
import { interceptedDb } from '../../../worlds/mongodb/intercepted-db.ts'
import { describeMongo } from '../../../worlds/mongodb/mongo-server.ts'

const REASON = { reason: 'kept without the person' } as const

/** What a rule does with the documents that `match` finds, each in words of its own. */
const ACTIONS: Readonly<Record<string, object>> = {
  'a step that deletes': { action: 'delete' },
  'a step that anonymizes': { action: 'anonymize', ...REASON, set: { name: null } },
  'a step that writes a constant': { action: 'anonymize', ...REASON, set: { name: 'gone' } },
  'a step that scrubs': {
    action: 'anonymize',
    ...REASON,
    set: { body: { scrub: ['items[].gift'] } },
  },
  'a step that pulls': {
    action: 'anonymize',
    ...REASON,
    set: { ids: { pull: { user: 'id' } } },
  },
  'a step that retains': { action: 'retain', ...REASON, set: { name: null } },
}
const DETACHING: Readonly<Record<string, object>> = {
  'a step that detaches': { match: 'owner', action: 'detach' },
  'a step that puts a ghost there': { match: 'owner', action: 'detach', to: 'ghost' },
  'a step that takes out of a list': { match: { array: 'ids' }, action: 'detach' },
}
const THROUGH = { match: { column: 'room', through: { table: 'rooms', key: '_id' } } }
/** Documents of a stronger rule are left alone, so each of the others is named. */
const STRONGER = { match: 'owner', where: { kind: 'kept' }, action: 'retain', ...REASON }

const CASES: readonly (readonly [title: string, rules: object])[] = [
  ...Object.entries(ACTIONS).flatMap(([title, action]) => [
    [title, { match: 'owner', ...action }] as const,
    [`${title}, through parents`, { ...THROUGH, ...action }] as const,
    [`${title}, beside a stronger rule`, [STRONGER, { match: 'owner', ...action }]] as const,
  ]),
  ...Object.entries(DETACHING),
]

for (const topology of ['replica set', 'standalone'] as const) {
  describeMongo(`what a step leaves on a ${topology}`, topology, ({ it, server }) => {
    for (const [title, rules] of CASES) {
      it(`${title} and is not carried out ends in no receipt, and nothing is gone`, () =>
        server().withDatabase(async (db) => {
          const engine = await engineOn(losingWrites(db, 'docs'), rules)
          await fill(db)
          const before = await contents(db)
          await assert.rejects(engine.delete('u1', SCOPE), { code: 'residue_left' })
          assert.deepEqual(await contents(db), before)
          assert.equal(await receipts(db), 0)
        }))
    }

    for (const [title, set] of [
      ['a user row that is still there', null],
      ['a user row that still holds the person', { name: null }],
    ] as const) {
      it(`${title} ends in no receipt`, () =>
        server().withDatabase(async (db) => {
          const user = set === null ? {} : { action: 'anonymize', ...REASON, set }
          const engine = await engineOn(losingWrites(db, 'users'), DELETED, user)
          await fill(db)
          const before = await contents(db)
          await assert.rejects(engine.delete('u1', SCOPE), { code: 'residue_left' })
          assert.deepEqual(await contents(db), before)
          assert.equal(await receipts(db), 0)
        }))
    }
  })
}

describeMongo('what a host writes meanwhile', 'standalone', ({ it, server }) => {
  for (const [title, rules] of CASES) {
    it(`${title}: written back right behind it, it is seen and all is taken back`, () =>
      server().withDatabase(async (db) => {
        await holdsAgainst(db, rules, 'right behind', async () => {
          const [doc] = DOCS
          await db.collection<Document>('docs').replaceOne({ _id: 1 as never }, doc ?? {}, {
            upsert: true,
          })
        })
      }))
  }

  for (const [title, action] of [...Object.entries(ACTIONS), ...Object.entries(DETACHING)]) {
    it(`${title}: written back when others are at work, it is seen and all is taken back`, () =>
      server().withDatabase(async (db) => {
        await holdsAgainst(db, { match: 'owner', ...action }, 'later', async () => {
          const [doc] = DOCS
          await db.collection<Document>('docs').replaceOne({ _id: 1 as never }, doc ?? {}, {
            upsert: true,
          })
        })
      }))
  }

  it('a document that comes under a parent right behind the step stops the deletion, and stays', () =>
    server().withDatabase(async (db) => {
      const late = { _id: 9, room: 'r1', text: 'late' }
      await holdsAgainst(
        db,
        { ...THROUGH, action: 'delete' },
        'right behind',
        async () => {
          await db.collection<Document>('docs').insertOne({ ...late, _id: 9 as never })
        },
        [late],
      )
    }))
})

type Moment = 'right behind' | 'later'

/** A host's write in the middle of a deletion: no receipt, and what was there before is there again. */
async function holdsAgainst(
  db: Db,
  rules: object,
  moment: Moment,
  write: () => Promise<void>,
  added: readonly Document[] = [],
): Promise<void> {
  let hasWritten = false
  let isDone = false
  const handle = interceptedDb(db, async ({ name, collection }) => {
    const isWrite = /^(deleteMany|updateMany|bulkWrite)$/.test(name)
    const isDue = moment === 'right behind' ? hasWritten : isWrite && collection === 'notes'
    if (hasWritten && isDue && !isDone) {
      isDone = !(isWrite && collection === 'docs')
      if (isDone) await write()
    }
    hasWritten ||= isWrite && collection === 'docs'
  })
  const engine = await engineOn(handle, rules)
  await fill(db)
  const before = await contents(db)
  await assert.rejects(engine.delete('u1', SCOPE), { code: 'residue_left' })
  assert.ok(isDone, 'the host has written')
  const after = await contents(db)
  assert.deepEqual(after, { ...before, docs: [...(before['docs'] ?? []), ...added] })
  assert.equal(await receipts(db), 0)
  assert.equal(await db.collection('user_deletion_outbox').countDocuments(), 0)
}

/** A database that answers writes to a collection as if they were done. */
function losingWrites(real: Db, table: string): MongoDb {
  const db = interceptedDb(real, () => {})
  return {
    ...db,
    collection(name) {
      const collection = db.collection(name)
      if (name !== table) return collection
      return {
        ...collection,
        // Of user rows the server says how many are gone.
        deleteMany: async () => ({ deletedCount: table === 'users' ? 0 : 1 }),
        updateMany: async () => ({ matchedCount: 1 }),
        bulkWrite: async () => ({ matchedCount: 1 }),
      }
    },
  }
}

const DELETED = { match: 'owner', action: 'delete' }
const SCOPE = {} as never
const DOCS: readonly Document[] = [
  {
    ...{ _id: 1, owner: 'u1', room: 'r1', name: 'Ann', kind: 'a' },
    ...{ ids: ['u1', 'u2'], body: { items: [{ gift: 'a ring' }] } },
  },
  { _id: 2, owner: 'u2', room: 'r2', name: 'Bob', ids: ['u2'], body: { items: [] } },
]

async function fill(db: Db): Promise<void> {
  const put = (name: string, documents: readonly Document[]): Promise<unknown> =>
    db.collection(name).insertMany(documents.map((one) => ({ ...one })))
  await put('users', [
    { _id: 'u1', name: 'Ann' },
    { _id: 'u2', name: 'Bob' },
    { _id: 'u0', name: 'nobody' },
  ])
  await put('rooms', [
    { _id: 'r1', owner: 'u1' },
    { _id: 'r2', owner: 'u2' },
  ])
  await put('docs', DOCS)
  await put('notes', [
    { _id: 1, owner: 'u1' },
    { _id: 2, owner: 'u2' },
  ])
}

async function contents(db: Db): Promise<Readonly<Record<string, readonly Document[]>>> {
  const names = ['users', 'rooms', 'docs', 'notes']
  const found = await Promise.all(
    names.map(async (name) => [name, await db.collection(name).find().sort({ _id: 1 }).toArray()]),
  )
  return Object.fromEntries(found)
}

function receipts(db: Db): Promise<number> {
  return db.collection('user_deletion_ledger').countDocuments({ kind: 'user.deleted' })
}

async function engineOn(db: MongoDb, docs: object, user: object = {}): Promise<UserDeletionEngine> {
  const rule = { match: 'owner', action: 'delete' } as const
  const policy = definePolicy({
    ...{ name: 'residue', version: 1 },
    user: { table: 'users', id: '_id', ghost: { id: 'u0' }, ...user } as never,
    tables: { docs, notes: rule, rooms: rule } as never,
  })
  const engine = new UserDeletionEngine({
    ...{ store: mongoStore(db), policy: policy as never, clock: fixedClock() },
    logger: { warn: () => {} },
  })
  await engine.migrate()
  return engine as UserDeletionEngine
}
