import assert from 'node:assert/strict'
import { DBRef, type Document, ObjectId } from 'mongodb'
import { type MongoDb, mongoStore } from '../../../adapters/mongodb/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo, type SharedMongo } from '../../worlds/mongodb/mongo-server.ts'
import { TOPOLOGIES_FOR_CALLS } from '../../worlds/mongodb/topologies.ts'

type User = Partial<Parameters<typeof definePolicy>[0]['user']>

interface Case {
  readonly title: string
  /** Of the collection `docs`. */
  readonly rule: object
  readonly user?: User
  readonly users?: readonly Document[]
  readonly before: readonly Document[]
  readonly after: readonly Document[]
  readonly id?: unknown
}

const REASON = { action: 'anonymize', reason: 'kept without the person' } as const
const [ANN, BOB] = [new ObjectId(), new ObjectId()]

const ELEMENTS: readonly Case[] = [
  {
    title: 'a value beside the reference is overwritten in the elements of the user alone',
    rule: { match: 'comments.by', ...REASON, set: { 'comments.name': null } },
    before: [{ comments: [{ by: 'u1', name: 'Ann' }, { by: 'u2', name: 'Bob' }, 'odd', null] }],
    after: [{ comments: [{ by: 'u1', name: null }, { by: 'u2', name: 'Bob' }, 'odd', null] }],
  },
  {
    title: 'and in those of arrays in arrays',
    rule: { match: 'threads.comments.by', ...REASON, set: { 'threads.comments.name': 'gone' } },
    before: [
      {
        threads: [
          {
            comments: [
              { by: 'u1', name: 'Ann' },
              { by: 'u2', name: 'Bob' },
            ],
          },
          { comments: { by: 'u1', name: 'Ann' } },
          { comments: [{ by: 'u2', name: 'Bob' }] },
          { comments: [] },
          {},
        ],
      },
    ],
    after: [
      {
        threads: [
          {
            comments: [
              { by: 'u1', name: 'gone' },
              { by: 'u2', name: 'Bob' },
            ],
          },
          { comments: { by: 'u1', name: 'gone' } },
          { comments: [{ by: 'u2', name: 'Bob' }] },
          { comments: [] },
          {},
        ],
      },
    ],
  },
  {
    title: 'a reference is cut where it is the user, and stays where it is somebody else',
    rule: { match: 'comments.by', action: 'detach' },
    before: [
      { comments: [{ by: 'u1', name: 'Ann' }, { by: 'u2' }] },
      { comments: { by: 'u1' } },
      { comments: [{ by: ['u1', 'u2'] }] },
    ],
    after: [
      { comments: [{ by: null, name: 'Ann' }, { by: 'u2' }] },
      { comments: { by: null } },
      { comments: [{ by: ['u2'] }] },
    ],
  },
  {
    title: 'a list of ids loses the user and keeps the others',
    rule: { match: 'members', action: 'detach' },
    before: [{ members: ['u1', 'u2'] }, { members: 'u1' }],
    after: [{ members: ['u2'] }, { members: null }],
  },
  {
    title: 'of several ways each leads to the elements of the user, and to no others',
    rule: {
      match: ['comments.by', 'comments.to', 'owner'],
      ...REASON,
      set: { 'comments.name': null },
    },
    before: [
      {
        comments: [
          { by: 'u1', name: 'Ann' },
          { to: 'u1', by: 'u2', name: 'Ann' },
          { by: 'u2', name: 'Bob' },
        ],
      },
      { owner: 'u1', comments: [{ by: 'u2', name: 'Bob' }] },
      { owner: 'u2', comments: { to: 'u1', name: 'Ann' } },
    ],
    after: [
      {
        comments: [
          { by: 'u1', name: null },
          { to: 'u1', by: 'u2', name: null },
          { by: 'u2', name: 'Bob' },
        ],
      },
      { owner: 'u1', comments: [{ by: 'u2', name: 'Bob' }] },
      { owner: 'u2', comments: { to: 'u1', name: null } },
    ],
  },
  {
    title: 'a place by which only some documents are found is overwritten in all of them',
    rule: { match: ['owner', 'editors'], ...REASON, set: { owner: null, editors: 'gone' } },
    before: [
      { owner: 'u1', editors: 'u2' },
      { owner: 'u2', editors: ['u1', 'u2'] },
      { editors: 'u1' },
      { owner: 'u1' },
      { owner: 'u2', editors: 'u2' },
    ],
    after: [
      { owner: null, editors: 'gone' },
      { owner: null, editors: ['gone', 'u2'] },
      { owner: null, editors: 'gone' },
      { owner: null, editors: 'gone' },
      { owner: 'u2', editors: 'u2' },
    ],
  },
  {
    title: 'a ghost stands where the user stood',
    rule: { match: 'comments.by', action: 'detach', to: 'ghost' },
    user: { ghost: { id: 'u0' } },
    users: [{ _id: 'u0' }, { _id: 'u1' }, { _id: 'u2' }],
    before: [{ comments: [{ by: 'u1' }, { by: 'u2' }] }],
    after: [{ comments: [{ by: 'u0' }, { by: 'u2' }] }],
  },
  {
    title: 'a list that is matched as elements loses those of the user',
    rule: { match: { array: 'comments', element: 'by' }, action: 'detach' },
    before: [{ comments: [{ by: 'u1' }, { by: 'u2' }, 'odd'] }],
    after: [{ comments: [{ by: 'u2' }, 'odd'] }],
  },
  {
    title: 'references of the driver are found, and go out of their list',
    rule: { match: { array: 'friends', element: '$id' }, action: 'detach' },
    user: { idType: 'objectId' },
    users: [{ _id: ANN }, { _id: BOB }],
    before: [{ friends: [new DBRef('users', ANN), new DBRef('users', BOB)] }],
    after: [{ friends: [new DBRef('users', BOB)] }],
    id: ANN,
  },
  {
    title: 'or are pulled',
    rule: {
      match: 'friends.$id',
      ...REASON,
      set: { friends: { pull: { user: 'id' }, element: '$id' } },
    },
    user: { idType: 'objectId' },
    users: [{ _id: ANN }, { _id: BOB }],
    before: [{ friends: [new DBRef('users', ANN), new DBRef('users', BOB)] }],
    after: [{ friends: [new DBRef('users', BOB)] }],
    id: ANN,
  },
  {
    title: 'a document goes with a reference of the driver',
    rule: { match: 'owner.$id', action: 'delete' },
    user: { idType: 'objectId' },
    users: [{ _id: ANN }, { _id: BOB }],
    before: [{ owner: new DBRef('users', ANN) }, { owner: new DBRef('users', BOB) }],
    after: [{ owner: new DBRef('users', BOB) }],
    id: ANN,
  },
]

/** Where the document as a whole is the user's, every element is. */
const WHOLE: readonly Case[] = [
  {
    title: 'a path that leads through an array writes into every element that has a place for it',
    rule: { match: 'target', ...REASON, set: { 'changes.to': null, ip: null } },
    before: [
      { target: 'u1', ip: 'x', changes: [{ to: 'Ann' }, { from: 'x' }, 'odd', 7] },
      { target: 'u1', ip: 'x', changes: { to: 'Ann' } },
      { target: 'u1', ip: 'x', changes: [] },
      { target: 'u1', ip: 'x', changes: null },
      { target: 'u1', ip: 'x' },
      { target: 'u2', ip: 'x', changes: [{ to: 'Bob' }] },
    ],
    after: [
      { target: 'u1', ip: null, changes: [{ to: null }, { from: 'x' }, 'odd', 7] },
      { target: 'u1', ip: null, changes: { to: null } },
      { target: 'u1', ip: null, changes: [] },
      { target: 'u1', ip: null, changes: null },
      { target: 'u1', ip: null },
      { target: 'u2', ip: 'x', changes: [{ to: 'Bob' }] },
    ],
  },
  {
    title: 'a constant makes no parent where there is none',
    rule: { match: 'target', ...REASON, set: { 'actor.email': 'gone' } },
    before: [
      { target: 'u1', actor: { email: 'ann@x.example' } },
      { target: 'u1', actor: null },
      { target: 'u1' },
      { target: 'u1', actor: [] },
      { target: 'u1', actor: [{ email: 'ann@x.example' }, null] },
      { target: 'u1', actor: 'ann' },
    ],
    after: [
      { target: 'u1', actor: { email: 'gone' } },
      { target: 'u1', actor: null },
      { target: 'u1' },
      { target: 'u1', actor: [] },
      { target: 'u1', actor: [{ email: 'gone' }, null] },
      { target: 'u1', actor: 'ann' },
    ],
  },
  {
    title: 'scrubbed paths go out of every element',
    rule: { match: 'target', ...REASON, set: { data: { scrub: ['changes[].to', 'email'] } } },
    before: [
      { target: 'u1', data: { email: 'a', changes: [{ to: 'Ann', n: 1 }, 'odd'] } },
      { target: 'u1', data: [{ changes: [{ to: 'Ann' }] }] },
      { target: 'u1', data: { email: 'a', changes: { to: 'no element' } } },
      { target: 'u1', data: 'a text' },
      { target: 'u1' },
    ],
    after: [
      { target: 'u1', data: { changes: [{ n: 1 }, 'odd'] } },
      { target: 'u1', data: [{ changes: [{}] }] },
      { target: 'u1', data: { changes: { to: 'no element' } } },
      { target: 'u1', data: null },
      { target: 'u1' },
    ],
  },
]

for (const topology of TOPOLOGIES_FOR_CALLS) {
  describeMongo(`paths through arrays on a ${topology}`, topology, ({ describe, it, server }) => {
    describe('elements by which a document is the user’s', () => {
      for (const one of ELEMENTS) it(one.title, () => holds(server(), one))
    })
    describe('documents that are the user’s as a whole', () => {
      for (const one of WHOLE) it(one.title, () => holds(server(), one))
    })

    it('a blank user row loses what stands in its arrays', () =>
      withKeptDatabase(server(), async (db) => {
        const set = { 'emails.address': null }
        const engine = await engineOn(
          db as MongoDb,
          {},
          { action: 'anonymize', ...REASON_ONLY, set },
        )
        const users = db.collection<Document>('users')
        await users.insertOne({
          _id: 'u1' as never,
          emails: [{ address: 'ann@x.example' }, { n: 1 }],
        })
        await engine.delete('u1', SCOPE)
        assert.deepEqual((await users.findOne())?.['emails'], [{ address: null }, { n: 1 }])
        assert.equal((await engine.verify('u1', SCOPE)).status, 'clean')
      }))

    it('every value of a field that stands in an array is the user’s', () =>
      withKeptDatabase(server(), async (db) => {
        const rule = {
          match: { column: 'email', equals: { user: 'email' } },
          ...({ acrossTenants: true, action: 'delete' } as const),
        } as const
        const engine = await engineOn(db as MongoDb, rule, { fields: { email: 'emails.address' } })
        const emails = ['a1@x.example', 'a2@x.example'].map((address) => ({ address }))
        await db.collection<Document>('users').insertOne({ _id: 'u1' as never, emails })
        const docs = db.collection<Document>('docs')
        await docs.insertMany(
          ['a1@x.example', 'a2@x.example', 'b@x.example'].map((email) => ({ email })),
        )
        assert.equal((await engine.plan('u1', SCOPE)).steps[0]?.rows, 2)
        await engine.delete('u1', SCOPE)
        assert.deepEqual(
          (await docs.find().toArray()).map(({ email }) => email),
          ['b@x.example'],
        )
      }))
  })
}

/** The policies here know no tenants. */
const SCOPE = {} as never
const REASON_ONLY = { reason: REASON.reason }

async function holds(server: SharedMongo, one: Case): Promise<void> {
  await withKeptDatabase(server, async (db) => {
    const engine = await engineOn(db as MongoDb, one.rule, one.user)
    const users = one.users ?? [{ _id: 'u1' }, { _id: 'u2' }]
    await db.collection<Document>('users').insertMany([...users])
    const docs = db.collection<Document>('docs')
    await docs.insertMany(one.before.map((document, _id) => ({ _id: _id as never, ...document })))
    const id = (one.id ?? 'u1') as string
    await engine.delete(id, SCOPE)
    const left = await docs.find({}, { sort: { _id: 1 }, projection: { _id: 0 } }).toArray()
    assert.deepEqual(left, one.after)
    assert.equal((await engine.verify(id, SCOPE)).status, 'clean')
  })
}

async function engineOn(db: MongoDb, rule: object, user: User = {}): Promise<UserDeletionEngine> {
  const tables = 'action' in rule ? { docs: rule } : {}
  const policy = definePolicy({
    ...{ name: 'arrays', version: 1, tables: tables as never },
    user: { table: 'users', id: '_id', ...user } as never,
  })
  const engine = new UserDeletionEngine({
    ...{ store: mongoStore(db), policy: policy as never, clock: fixedClock() },
    logger: { warn: () => {} },
  })
  await engine.migrate()
  return engine as UserDeletionEngine
}
