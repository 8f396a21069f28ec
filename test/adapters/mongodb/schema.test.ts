import assert from 'node:assert/strict'
import {
  type CommandStartedEvent,
  type CreateCollectionOptions,
  type Db,
  MongoClient,
  ObjectId,
  UUID,
} from 'mongodb'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import {
  definePolicy,
  type EngineOptions,
  type PolicyInput,
  type SchemaFinding,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

const sessions = { match: 'userId', action: 'delete', grantsAccess: true } as const

const policyWith = (tables: PolicyInput['tables'], user: Partial<PolicyInput['user']> = {}) =>
  definePolicy({
    ...{ name: 'acme', version: 1 },
    user: { table: 'users', id: '_id', idType: 'objectId', ...user },
    tables,
  } as PolicyInput)

/** Stands for the type of the policies here: none but one names tenants. */
const acme = {
  ...{ name: 'acme', version: 1, tables: {} },
  user: { table: 'users', id: '_id', idType: 'objectId' },
} as const satisfies PolicyInput

interface Warning {
  readonly findings: readonly SchemaFinding[]
}

function engineOn(db: Db, policy: PolicyInput, options: Partial<EngineOptions> = {}) {
  const warnings: Warning[] = []
  const logger = { warn: (_: string, details: unknown) => void warnings.push(details as Warning) }
  const store = mongoStore(db)
  const schemaCheck = { minUnindexedRows: 0, ...options.schemaCheck }
  const all = { store, policy, logger, ...options, schemaCheck } as EngineOptions<typeof acme>
  const engine = new UserDeletionEngine(all)
  return { engine, warnings, store }
}

/** Findings in short: severity, code, place in the database. */
const short = (findings: readonly SchemaFinding[]): readonly string[] =>
  findings.map(({ severity, code, table, column }) =>
    [severity, code, column === undefined ? table : `${table}.${column}`].join(' '),
  )

async function findingsOn(
  db: Db,
  policy: PolicyInput,
  options: Partial<EngineOptions> = {},
): Promise<readonly string[]> {
  const { engine } = engineOn(db, policy, options)
  return short((await engine.checkSchema()).findings)
}

const ids = (count: number): readonly ObjectId[] =>
  Array.from({ length: count }, () => new ObjectId())

/** Ten users, and two sessions of each, whose `userId` is what `write` makes of the id. */
async function seed(db: Db, write: (id: ObjectId, index: number) => unknown): Promise<ObjectId> {
  const users = ids(10)
  await db.collection<object>('users').insertMany(users.map((_id) => ({ _id })))
  const rows = users.flatMap((id) => [0, 1].map((index) => ({ userId: write(id, index) })))
  await db.collection('sessions').insertMany(rows)
  await db.collection('sessions').createIndex({ userId: 1 })
  return users[0] ?? assert.fail()
}

const refusal =
  (...codes: readonly string[]) =>
  (error: unknown) => {
    const { code, details } = error as {
      code: string
      details: { findings: readonly SchemaFinding[] }
    }
    assert.equal(code, 'schema_mismatch')
    assert.deepEqual(short(details.findings), codes)
    return true
  }

describeMongo('the schema check on MongoDB', 'replica set', ({ it, server }) => {
  const withDatabase = (use: (db: Db) => Promise<void>) => withKeptDatabase(server(), use)

  it('finds nothing where policy and documents fit', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      const { engine } = engineOn(db, policyWith({ sessions }))
      assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
    }))

  it('refuses a deletion while a collection has no rule, and lets it through once there is one', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      await db.collection('notes').insertOne({ text: 'unnamed' })
      const { engine } = engineOn(db, policyWith({ sessions }))
      await engine.migrate()
      await assert.rejects(engine.delete(id, {}), refusal('error unclassified_table notes'))
      assert.equal(await db.collection('users').countDocuments(), 10)
      const { engine: fitting } = engineOn(db, policyWith({ sessions, notes: 'unrelated' }))
      await fitting.delete(id, {})
      assert.equal(await db.collection('sessions').countDocuments({ userId: id }), 0)
    }))

  it('passes views, and wants a rule for time series that writes nothing', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      await db.createCollection('active', { viewOn: 'sessions', pipeline: [] })
      await db.createCollection('visits', { timeseries: { timeField: 'at', metaField: 'userId' } })
      assert.deepEqual(await findingsOn(db, policyWith({ sessions })), [
        'error unclassified_table visits',
      ])
      const visits = { match: 'userId', action: 'delete' } as const
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, visits })), [
        'error time_series_rule visits',
      ])
      const elsewhere = { action: 'external', reason: 'expires by itself' } as const
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, visits: elsewhere })), [])
    }))

  it('wants the users in an ordinary collection: no other is read and written in a transaction', async () => {
    const kinds: readonly (readonly [string, CreateCollectionOptions])[] = [
      ['view_rule', { viewOn: 'people', pipeline: [] }],
      ['time_series_rule', { timeseries: { timeField: 'at' } }],
      ['capped_rule', { capped: true, size: 10_000 }],
    ]
    for (const [code, options] of kinds) {
      await withDatabase(async (db) => {
        await db.createCollection('users', options)
        const told = await findingsOn(db, policyWith({ people: 'unrelated' }))
        assert.ok(told.includes(`error ${code} users`), `${code}: ${told}`)
      })
    }
  })

  it('warns of a collection that is not there, and refuses without the users', () =>
    withDatabase(async (db) => {
      assert.deepEqual(await findingsOn(db, policyWith({ sessions })), [
        'error missing_table users',
        'warning missing_table sessions',
      ])
    }))

  const types: readonly (readonly [string, (id: ObjectId) => unknown])[] = [
    ['string', (id) => id.toHexString()],
    ['number', (id) => id.getTimestamp().getTime()],
    ['uuid', () => new UUID()],
    ['object', (id) => ({ $ref: 'users', id })],
  ]
  for (const [type, write] of types) {
    it(`refuses a reference that holds ids as ${type} where the users have ObjectIds`, () =>
      withDatabase(async (db) => {
        const id = await seed(db, write)
        const { engine } = engineOn(db, policyWith({ sessions }))
        await engine.migrate()
        await assert.rejects(engine.delete(id, {}), (error: Error) => {
          assert.match(error.message, new RegExp(`${type} in 20 of 20 .* objectId`))
          return refusal('error id_type_mismatch sessions.userId')(error)
        })
        assert.equal(await db.collection('users').countDocuments(), 10)
        assert.equal(await db.collection('sessions').countDocuments(), 20)
      }))
  }

  it('is content with a form that fits, and deletes by it', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user.toHexString())
      const byText = { match: { column: 'userId', form: 'string' }, action: 'delete' } as const
      const { engine, warnings } = engineOn(db, policyWith({ sessions: byText }))
      await engine.migrate()
      await engine.delete(id, {})
      assert.equal(await db.collection('sessions').countDocuments({ userId: String(id) }), 0)
      assert.equal(await db.collection('sessions').countDocuments(), 18)
      assert.deepEqual(warnings, [])
    }))

  it('refuses a field that mixes two types, naming both, unless each has a rule', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user, index) => (index === 0 ? user : user.toHexString()))
      const { engine } = engineOn(db, policyWith({ sessions }))
      await engine.migrate()
      await assert.rejects(engine.delete(id, {}), (error: Error) => {
        assert.match(error.message, /objectId in 10, string in 10 of 20/)
        return refusal('error mixed_id_types sessions.userId')(error)
      })
      const both = [
        { match: 'userId', action: 'delete' },
        { match: { column: 'userId', form: 'string' }, action: 'delete' },
      ] as const
      const { engine: fitting } = engineOn(db, policyWith({ sessions: both }))
      await fitting.delete(id, {})
      const left = { userId: { $in: [id, String(id)] } } as object
      assert.equal(await db.collection('sessions').countDocuments(left), 0)
      assert.equal(await db.collection('sessions').countDocuments(), 18)
    }))

  it('sees types that only the newest documents have', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      const old = Array.from({ length: 400 }, () => ({ userId: id }))
      await db.collection('sessions').insertMany(old)
      await db.collection('sessions').insertOne({ userId: String(id) })
      assert.deepEqual(await findingsOn(db, policyWith({ sessions })), [
        'error mixed_id_types sessions.userId',
      ])
    }))

  it('sees types that only the middle of a large collection has', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      const rows = Array.from({ length: 2_400 }, (_, index) => ({
        userId: index < 100 || index >= 2_300 ? id : String(id),
      }))
      await db.collection('sessions').insertMany(rows)
      let findings = await findingsOn(db, policyWith({ sessions }))
      // A machine that is busy may not find them in time. The check says so, and is asked again.
      while (findings.includes('warning sample_incomplete sessions')) {
        findings = await findingsOn(db, policyWith({ sessions }))
      }
      assert.deepEqual(findings, ['error mixed_id_types sessions.userId'])
    }))

  it('says so where the server does not find them in time', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      const rows = Array.from({ length: 2_400 }, () => ({ userId: id }))
      await db.collection('sessions').insertMany(rows)
      assert.deepEqual(await findingsOn(withoutSamples(db), policyWith({ sessions })), [
        'warning sample_incomplete sessions',
      ])
    }))

  it('tells of a rule for a capped collection, which no transaction reads', () =>
    withDatabase(async (db) => {
      await seed(db, (user) => user)
      await db.createCollection('log', { capped: true, size: 1_000_000 })
      await db.collection('log').createIndex({ userId: 1 })
      const log = { match: 'userId', action: 'delete' } as const
      const counted = { match: 'userId', action: 'external', reason: 'ends by itself' } as const
      const left = { action: 'external', reason: 'ends by itself' } as const
      const told = ['error capped_rule log']
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, log })), told)
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, log: counted })), told)
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, log: left })), [])
    }))

  it('judges a rule with side conditions by the documents that satisfy them', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      await db
        .collection<{ readonly actor: object }>('log')
        .insertMany([{ actor: { id, type: 'user' } }, { actor: { id: 'key_1', type: 'api_key' } }])
      await db.collection('log').createIndex({ 'actor.id': 1 })
      const log = (types: readonly string[]) =>
        ({ match: 'actor.id', where: { 'actor.type': types }, action: 'delete' }) as const
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, log: log(['user']) })), [])
      assert.deepEqual(
        await findingsOn(db, policyWith({ sessions, log: log(['user', 'api_key']) })),
        ['error mixed_id_types log.actor.id'],
      )
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, log: log(['api_key']) })), [
        'error id_type_mismatch log.actor.id',
      ])
    }))

  it('only warns of values among the ids that can be no ids of users', () =>
    withDatabase(async (db) => {
      await seed(db, (id, index) => (index === 0 ? id : 7))
      assert.deepEqual(await findingsOn(db, policyWith({ sessions })), [
        'warning mixed_id_types sessions.userId',
      ])
    }))

  it('opens arrays on the way to a reference', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      await db.collection('teams').insertMany([
        { members: [{ id }], owners: [id] },
        { members: [], owners: [String(id)] },
      ])
      await db
        .collection('teams')
        .createIndexes([{ key: { 'members.id': 1 } }, { key: { owners: 1 } }])
      const teams = [
        { match: { array: 'members', element: 'id' }, action: 'detach' },
        { match: { array: 'owners' }, action: 'detach' },
      ] as const
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, teams })), [
        'error mixed_id_types teams.owners',
      ])
    }))

  it('refuses ids of the users that are not of the type that the policy says', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      const plain = policyWith({ sessions }, { idType: undefined } as object)
      assert.deepEqual(await findingsOn(db, plain), [
        'error id_type_mismatch users._id',
        'error id_type_mismatch sessions.userId',
      ])
    }))

  it('compares a key with what refers to it', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      await db.collection('hints').insertOne({ sessionId: String(new ObjectId()) })
      await db.collection('hints').createIndex({ sessionId: 1 })
      const through = { table: 'sessions', key: '_id' }
      const hints = { match: { column: 'sessionId', through }, action: 'delete' } as const
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, hints })), [
        'error id_type_mismatch hints.sessionId',
      ])
    }))

  it('refuses tenant ids that are no text, which no call could name', () =>
    withDatabase(async (db) => {
      await db.collection('users').insertOne({ tenantId: new ObjectId() })
      assert.deepEqual(await findingsOn(db, policyWith({}, { tenant: 'tenantId' })), [
        'error id_type_mismatch users.tenantId',
      ])
    }))

  it('learns nothing about types from empty collections', () =>
    withDatabase(async (db) => {
      await db.createCollection('users')
      await db.collection('sessions').createIndex({ userId: 1 })
      assert.deepEqual(await findingsOn(db, policyWith({ sessions })), [])
    }))

  it('warns of a path that no sampled document has, and says when it leads into a text', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      const events = { match: { json: 'data', path: 'user.id' }, action: 'delete' } as const
      await db.collection('events').insertOne({ data: JSON.stringify({ user: { id } }) })
      await db.collection('events').createIndex({ 'data.user.id': 1 })
      const set = { actorMail: null }
      const log = { match: 'actorId', action: 'anonymize', reason: 'SOC 2', set } as const
      await db.collection('log').insertOne({ actorId: id, actorEmail: 'ann@example.com' })
      await db.collection('log').createIndex({ actorId: 1 })
      const { engine } = engineOn(db, policyWith({ sessions, events, log }))
      const { fits, findings } = await engine.checkSchema()
      assert.ok(fits)
      assert.deepEqual(short(findings), [
        'warning personal_column log.actorEmail',
        'warning path_not_found events.data.user.id',
        'warning path_not_found log.actorMail',
      ])
      assert.match(findings[1]?.message ?? '', /holds text/)
    }))

  it('tells of places that look like a person or a reference, wherever no rule mentions them', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      await db.collection('sessions').updateOne({}, { $set: { opened: { by: 'usr_of_long_ago' } } })
      await db.collection('offices').insertOne({
        ...{ name: 'One', notifications: { email: true }, reviewer: false },
        contacts: [{ phone: '1' }, { phone: null, lines: ['a'] }],
      })
      const actor = { id, email: 'ann@example.com', name: 'Ann', verifiedBy: new Date(0) }
      await db.collection<{ readonly actor: object }>('log').insertOne({ actor })
      const set = { 'actor.email': null }
      const log = { match: 'actor.id', action: 'anonymize', reason: 'SOC 2', set } as const
      const policy = policyWith({ sessions, offices: 'unrelated', log })
      const accept = [{ code: 'unindexed_reference', table: 'log' }] as const
      const found = await findingsOn(db, policy, { schemaCheck: { accept } })
      assert.deepEqual(found, [
        'warning user_reference sessions.opened.by',
        'warning personal_column offices.contacts.phone',
        'warning personal_column log.actor.name',
        'accepted unindexed_reference log.actor.id',
      ])
    }))

  it('takes a place for mentioned with all that is below it, and what stays of a scrub for forgotten', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      const person = { email: 'ann@example.com', phone: '1', address: { street: 'a' } }
      await db
        .collection('log')
        .insertOne({ userId: id, was: person, is: person, members: [person] })
      await db.collection('log').createIndex({ userId: 1 })
      const log = (set: object) =>
        ({
          match: 'userId',
          action: 'anonymize',
          reason: 'SOC 2',
          set,
        }) as PolicyInput['tables'][string]
      const set = { was: null, members: null, is: { scrub: ['email', 'address'] } }
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, log: log(set) })), [
        'warning personal_column log.is.phone',
      ])
    }))

  it('says of a collection without a rule by which path its documents seem to belong to the user', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user)
      await db.collection('notes').insertOne({ text: 'a', meta: [{ author: { id } }] })
      const { engine } = engineOn(db, policyWith({ sessions }))
      const { findings } = await engine.checkSchema()
      assert.deepEqual(short(findings), ['error unclassified_table notes'])
      assert.match(findings[0]?.message ?? '', /belong to the user in "meta.author.id"/)
    }))

  it('sees fields that only the newest documents of a collection have, which no rule reads', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      const old = Array.from({ length: 300 }, (_, index) => ({ index }))
      await db.collection('offices').insertMany(old)
      await db.collection('offices').insertOne({ email: 'one@example.com' })
      assert.deepEqual(await findingsOn(db, policyWith({ sessions, offices: 'unrelated' })), [
        'warning personal_column offices.email',
      ])
    }))

  it('reads of a large document only what the policy asks for', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      const large = { scan: 'a'.repeat(40_000), email: 'one@example.com', ownerId: 7 }
      await db.collection('files').insertOne({ ...large })
      await db.collection('files').createIndex({ ownerId: 1 })
      const files = { match: 'ownerId', action: 'retain', reason: 'law' } as const
      const policy = policyWith({ sessions, files })
      assert.deepEqual(await findingsOn(db, policy), ['error id_type_mismatch files.ownerId'])
      await db.collection('files').insertOne({ ...large, scan: 'a' })
      assert.deepEqual(await findingsOn(db, policy), [
        'error id_type_mismatch files.ownerId',
        'warning personal_column files.email',
      ])
    }))

  it('warns of a reference without an index, with the size; above the bound it is an error', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      await db.collection('sessions').dropIndex('userId_1')
      const policy = policyWith({ sessions })
      const { engine } = engineOn(db, policy)
      const { findings } = await engine.checkSchema()
      assert.deepEqual(short(findings), ['warning unindexed_reference sessions.userId'])
      assert.match(findings[0]?.message ?? '', /about 20 rows/)
      assert.deepEqual(await findingsOn(db, policy, { schemaCheck: { minUnindexedRows: 21 } }), [])
      const maxUnindexedRows = 19
      assert.deepEqual(await findingsOn(db, policy, { schemaCheck: { maxUnindexedRows } }), [
        'error unindexed_reference sessions.userId',
      ])
      const accept = [{ code: 'unindexed_reference', table: 'sessions' }] as const
      assert.deepEqual(
        await findingsOn(db, policy, { schemaCheck: { maxUnindexedRows, accept } }),
        ['accepted unindexed_reference sessions.userId'],
      )
    }))

  const indexes: readonly (readonly [string, object, object, boolean])[] = [
    ['a compound index that leads with it', { userId: 1, at: 1 }, {}, true],
    ['a hashed index', { userId: 'hashed' }, {}, true],
    ['a wildcard index', { '$**': 1 }, {}, true],
    ['an index behind a compared field', { kind: 1, userId: 1 }, {}, true],
    ['an index that leads with another field', { at: 1, userId: 1 }, {}, false],
    ['a partial index', { userId: 1 }, { partialFilterExpression: { at: { $gt: 0 } } }, false],
    ['a hidden index', { userId: 1 }, { hidden: true }, false],
    ['a text index', { userId: 'text' }, {}, false],
    ['one that ignores case', { userId: 1 }, { collation: { locale: 'en', strength: 2 } }, false],
  ]
  it('knows which indexes find a reference and which do not', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      const collection = db.collection('sessions')
      await collection.updateMany({}, { $set: { kind: 'web' } })
      await collection.dropIndex('userId_1')
      const policy = policyWith({ sessions: { ...sessions, where: { kind: 'web' } } })
      for (const [name, key, options, isEnough] of indexes) {
        const index = await collection.createIndex(key as { userId: 1 }, options)
        const expected = isEnough ? [] : ['warning unindexed_reference sessions.userId']
        assert.deepEqual(await findingsOn(db, policy), expected, name)
        await collection.dropIndex(index)
      }
    }))

  it('lets an accepted difference through without a word, and tells of it when asked', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user, index) => (index === 0 ? user : 'somebody else'))
      const accept = [{ code: 'mixed_id_types', table: 'sessions', column: 'userId' }] as const
      const { engine, warnings } = engineOn(db, policyWith({ sessions }), {
        schemaCheck: { accept },
      })
      await engine.migrate()
      await engine.delete(id, {})
      assert.deepEqual(warnings, [])
      const { fits, findings } = await engine.checkSchema()
      assert.deepEqual([fits, short(findings)], [true, ['accepted mixed_id_types sessions.userId']])
    }))

  it('logs each warning once', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user, index) => (index === 0 ? user : 7))
      const { engine, warnings } = engineOn(db, policyWith({ sessions }))
      await engine.migrate()
      await engine.plan(id, {})
      await db.createCollection('views', { viewOn: 'sessions', pipeline: [] })
      await engine.delete(id, {})
      assert.deepEqual(
        warnings.map(({ findings }) => short(findings)),
        [['warning mixed_id_types sessions.userId']],
      )
    }))

  it('sees that the cause of a refusal is gone with the next call', () =>
    withDatabase(async (db) => {
      const id = await seed(db, (user) => user.toHexString())
      const { engine } = engineOn(db, policyWith({ sessions }))
      await engine.migrate()
      await assert.rejects(engine.delete(id, {}), refusal('error id_type_mismatch sessions.userId'))
      await db
        .collection('sessions')
        .updateMany({}, [{ $set: { userId: { $toObjectId: '$userId' } } }])
      await engine.delete(id, {})
      assert.equal(await db.collection('sessions').countDocuments(), 18)
    }))

  it('asks for one list of collections a call while nothing changes, and takes no sample again', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      const commands: string[] = []
      const client = new MongoClient(server().uri, { monitorCommands: true })
      client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
        commands.push(`${commandName} ${command[commandName]}`)
      })
      try {
        const store = mongoStore(client.db(db.databaseName))
        // Until then each call asks for the layout of the engine's own collections first.
        await store.migrate()
        const paths = [{ table: 'sessions', path: 'userId', where: [] }]
        const first = await store.describe({ paths })
        assert.deepEqual(first.tables[0]?.sampledTypes, [
          { path: 'userId', where: [], rows: 20, types: { objectId: 20 } },
        ])
        commands.length = 0
        assert.equal(await store.describe({ paths }), first)
        assert.deepEqual(commands, ['listCollections 1'])
        // A new collection is a change; so few documents are read at once.
        await db.createCollection('more')
        commands.length = 0
        assert.notEqual(await store.describe({ paths }), first)
        assert.deepEqual(commands, [
          'listCollections 1',
          'aggregate sessions',
          'listIndexes sessions',
        ])
        // Everything takes one command more, for the validators, however many collections there are.
        commands.length = 0
        const whole = await store.describe({ paths, everything: true })
        assert.deepEqual(commands, [
          ...['listCollections 1', 'listCollections 1', 'aggregate more'],
          'listIndexes sessions',
        ])
        commands.length = 0
        assert.equal(await store.describe({ paths, everything: true }), whole)
        assert.deepEqual(commands, ['listCollections 1'])
      } finally {
        await client.close()
      }
    }))

  it('reads a collection that fits into the sample whole, in whatever order its ids stand', () =>
    withDatabase(async (db) => {
      // The one that differs is neither among the first half as they were written nor by its id among the last.
      const rows = Array.from({ length: 100 }, (_, index) => ({
        _id: String((index * 37) % 100).padStart(2, '0'),
        userId: index === 60 ? 60 : `user ${index}`,
      }))
      await db.collection<{ _id: string; userId: unknown }>('sessions').insertMany(rows)
      const paths = [{ table: 'sessions', path: 'userId', where: [] }]
      const { tables } = await mongoStore(db).describe({ paths })
      const types = Object.values(tables[0]?.sampledTypes?.[0]?.types ?? {})
      assert.deepEqual(types.toSorted(), [1, 99])
    }))

  it('looks for the first documents along no index, where deleted ones would be in the way', () =>
    withDatabase(async (db) => {
      await seed(db, (id) => id)
      const pipelines: unknown[] = []
      const client = new MongoClient(server().uri, { monitorCommands: true })
      client.on('commandStarted', ({ command }: CommandStartedEvent) => {
        if (command['aggregate'] !== undefined) pipelines.push(command['pipeline'])
      })
      try {
        const paths = ['users', 'sessions'].map((table) => ({ table, path: 'userId', where: [] }))
        await mongoStore(client.db(db.databaseName)).describe({ paths, everything: true })
        assert.equal(pipelines.length, 1)
        assert.doesNotMatch(JSON.stringify(pipelines), /\$sort/)
      } finally {
        await client.close()
      }
    }))

  it('reads no more than a hundred documents of a collection, and of a large one fifty more', () =>
    withDatabase(async (db) => {
      const rows = Array.from({ length: 500 }, () => ({ userId: new ObjectId() }))
      await db.collection('sessions').insertMany(rows)
      const paths = [{ table: 'sessions', path: 'userId', where: [] }]
      const { tables } = await mongoStore(db).describe({ paths })
      assert.deepEqual(tables[0]?.sampledTypes?.[0]?.types, { objectId: 100 })
      assert.equal(tables[0]?.rows, 500)
      const more = Array.from({ length: 1_500 }, () => ({ userId: new ObjectId() }))
      await db.collection('sessions').insertMany(more)
      const { tables: large } = await mongoStore(db).describe({ paths })
      assert.deepEqual(large[0]?.sampledTypes?.[0]?.types, { objectId: 150 })
    }))
})

/** A database that is too slow to find documents at random. */
function withoutSamples(db: Db): Db {
  return new Proxy(db, {
    get(target, key) {
      if (key !== 'collection') {
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return (name: string) => {
        const collection = target.collection(name)
        const aggregate = collection.aggregate.bind(collection)
        const slow = (pipeline: object[], options?: object) => {
          if (Object.hasOwn(pipeline[0] ?? {}, '$sample'))
            throw Object.assign(new Error('too slow'), { code: 50 })
          return aggregate(pipeline, options)
        }
        return Object.assign(collection, { aggregate: slow })
      }
    },
  })
}
