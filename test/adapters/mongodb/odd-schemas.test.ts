import assert from 'node:assert/strict'
import { type Db, Long, ObjectId, UUID } from 'mongodb'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import {
  definePolicy,
  type PolicyInput,
  UserDeletionEngine,
  type UserIdInput,
} from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

type Collections = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
type WithoutTenant = PolicyInput & { readonly user: { readonly tenant?: never } }

describeMongo('odd collections', 'replica set', ({ it, server }) => {
  /** Deletes one user; what is left, by collection and without keys of no interest. */
  async function left(
    collections: Collections,
    policy: Pick<PolicyInput, 'user' | 'tables'>,
    id: UserIdInput,
    options: { readonly maxRowsPerTransaction?: number } = {},
  ): Promise<Record<string, readonly unknown[]>> {
    const found: Record<string, readonly unknown[]> = {}
    await withKeptDatabase(server(), async (db: Db) => {
      for (const [name, documents] of Object.entries(collections)) {
        await db.collection(name).insertMany(documents.map((document) => ({ ...document })))
      }
      const input = { name: 'odd', version: 1, ...policy }
      const engine = new UserDeletionEngine({
        ...{ store: mongoStore(db), clock: fixedClock(), logger: { warn: () => {} } },
        policy: definePolicy<PolicyInput>(input) as WithoutTenant & ReturnType<typeof definePolicy>,
        ...options,
      })
      await engine.migrate()
      await engine.delete(id, {})
      for (const name of Object.keys(collections)) {
        const rest = await db
          .collection(name)
          .find({}, { sort: { _id: 1 } })
          .toArray()
        found[name] = name === policy.user.table ? rest.map(({ _id }) => _id) : rest
      }
    })
    return found
  }
  const [ann, bob] = [new ObjectId(), new ObjectId()]

  it('goes on behind documents whose _id is a document, in chunks of one', async () => {
    const members = ['a', 'b', 'c', 'd'].flatMap((group) => [
      { _id: { user: ann, group }, role: 'x' },
      { _id: { user: bob, group }, role: 'x' },
    ])
    const found = await left(
      { users: [{ _id: ann }, { _id: bob }], members },
      {
        user: { table: 'users', id: '_id', idType: 'objectId' },
        tables: {
          members: { match: '_id.user', action: 'retain', reason: 'counted', set: { role: null } },
        },
      },
      ann,
      { maxRowsPerTransaction: 1 },
    )
    assert.deepEqual(
      found['members'],
      members.map((one) => (one._id.user === ann ? { ...one, role: null } : one)).sort(byGroup),
    )
  })

  it('ObjectIds: everything that the list of odd schemas has, in one deletion', async () => {
    const collections = {
      'users.of app': [
        { _id: ann, email: 'Ann@Example.com', invitedBy: bob },
        { _id: bob, email: 'bob@example.com', invitedBy: ann },
      ],
      order: [
        { _id: 1, from: ann, to: 'x' },
        { _id: 2, from: bob, to: 'y' },
      ],
      'weird"name': [
        { _id: 1, 'a b': ann },
        { _id: 2, 'a b': bob },
      ],
      members: [{ _id: { team: 1, user: ann } }, { _id: { team: 1, user: bob } }],
      invitations: [
        { _id: 1, email: 'ann@example.COM' },
        { _id: 2, email: 'ann@example.com.au' },
      ],
      messages: [
        { _id: 1, sender: ann, receiver: bob, text: 'by ann' },
        { _id: 2, sender: bob, receiver: ann, text: 'to ann' },
      ],
      comments: [
        { _id: 1, author: ann, parent: null },
        { _id: 2, author: bob, parent: 1 },
      ],
      files: [
        { _id: 1, ownerType: 'User', ownerId: ann },
        { _id: 2, ownerType: 'Team', ownerId: ann },
      ],
      rooms: [{ _id: 1, memberIds: [ann, bob] }],
      calls: [
        { _id: 1, between: `,${String(bob)},${String(ann)},` },
        { _id: 2, between: `,${String(bob)},` },
      ],
    }
    const tables: PolicyInput['tables'] = {
      'users.of app': { match: 'invitedBy', action: 'detach' },
      order: { match: 'from', action: 'retain', reason: 'tax law', set: { from: null, to: null } },
      'weird"name': { match: 'a b', action: 'delete' },
      members: { match: '_id.user', action: 'delete' },
      invitations: {
        match: { column: 'email', equals: { user: 'email' }, ignoreCase: true },
        action: 'delete',
      },
      messages: [
        {
          match: 'sender',
          action: 'anonymize',
          reason: 'the receiver keeps it',
          set: { sender: null },
        },
        { match: 'receiver', action: 'delete' },
      ],
      comments: {
        rules: [
          { match: 'author', action: 'delete', name: 'own' },
          {
            match: { column: 'parent', through: { table: 'comments', key: '_id', rule: 'own' } },
            action: 'detach',
          },
        ],
        precedence: ['delete', 'detach'],
      },
      files: { match: 'ownerId', where: { ownerType: 'User' }, action: 'delete' },
      rooms: { match: { array: 'memberIds' }, action: 'detach' },
      calls: {
        match: { column: 'between', inText: true, prefix: ',', suffix: ',' },
        action: 'delete',
      },
    }
    const user = {
      ...({ table: 'users.of app', id: '_id', idType: 'objectId' } as const),
      fields: { email: 'email' },
    }
    assert.deepEqual(await left(collections, { user, tables }, ann), {
      'users.of app': [bob],
      order: [
        { _id: 1, from: null, to: null },
        { _id: 2, from: bob, to: 'y' },
      ],
      'weird"name': [{ _id: 2, 'a b': bob }],
      members: [{ _id: { team: 1, user: bob } }],
      invitations: [{ _id: 2, email: 'ann@example.com.au' }],
      messages: [{ _id: 1, sender: null, receiver: bob, text: 'by ann' }],
      comments: [{ _id: 2, author: bob, parent: null }],
      files: [{ _id: 2, ownerType: 'Team', ownerId: ann }],
      rooms: [{ _id: 1, memberIds: [bob] }],
      calls: [{ _id: 2, between: `,${String(bob)},` }],
    })
  })

  it('leaves documents to a later user who has the address in another case', async () => {
    await withKeptDatabase(server(), async (db) => {
      const user = { table: 'users', id: '_id', fields: { email: 'email' } }
      const match = { column: 'email', equals: { user: 'email' }, ignoreCase: true } as const
      const tables = { invitations: { match, action: 'delete' } } as const
      const engine = new UserDeletionEngine({
        ...{ store: mongoStore(db), clock: fixedClock() },
        policy: definePolicy({ name: 'odd', version: 1, user, tables }),
      })
      await engine.migrate()
      const [users, invitations] = [db.collection('users'), db.collection('invitations')]
      const first = { _id: 1, email: 'ann@example.com' } as object
      await users.insertOne(first)
      await engine.delete(1, {})
      await users.insertMany([first, { _id: 2, email: 'Ann@Example.com' } as object])
      await invitations.insertOne({ email: 'ANN@example.com' })
      assert.equal((await engine.replay()).deletedAgain, 1)
      assert.deepEqual(await users.distinct('_id'), [2])
      assert.equal(await invitations.countDocuments(), 1)
    })
  })

  const kinds = {
    integers: [1, 11],
    'UUIDs as text': [
      '6f1c2f0e-8a3b-4d5c-9e7f-001122334455',
      '6f1c2f0e-8a3b-4d5c-9e7f-001122334456',
    ],
    'bigints that are one and the same number': [
      Long.fromString('9007199254740993'),
      Long.fromString('9007199254740992'),
    ],
    UUIDs: [new UUID(), new UUID()],
  }
  for (const [name, [hers, his]] of Object.entries(kinds)) {
    it(`${name}: deletes hers and not his`, async () => {
      const isLong = hers instanceof Long
      const collections = {
        users: [{ _id: hers }, { _id: his }],
        sessions: [hers, his, hers].map((userId, _id) => ({ _id, userId })),
      }
      const user = {
        ...{ table: 'users', id: '_id' },
        ...(hers instanceof UUID ? { idType: 'uuid' as const } : {}),
      }
      const tables = { sessions: { match: 'userId', action: 'delete' } } as const
      const id = isLong ? BigInt(hers.toString()) : (hers as UserIdInput)
      const { users, sessions } = await left(collections, { user, tables }, id)
      assert.deepEqual([users?.map(String), sessions?.length], [[String(his)], 1])
    })
  }
})

/** By the `_id` as the database sorts it. */
function byGroup(
  a: { readonly _id: { readonly user: ObjectId; readonly group: string } },
  b: { readonly _id: { readonly user: ObjectId; readonly group: string } },
): number {
  const [own, other] = [a, b].map(({ _id: { user, group } }) => `${user.toHexString()}${group}`)
  return (own ?? '') < (other ?? '') ? -1 : 1
}
