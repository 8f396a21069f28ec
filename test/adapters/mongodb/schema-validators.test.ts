import assert from 'node:assert/strict'
import { type Db, type Document, ObjectId } from 'mongodb'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import {
  definePolicy,
  type PolicyInput,
  type SchemaFinding,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

type Set = NonNullable<Extract<PolicyInput['tables'][string], { action: 'retain' }>['set']>

async function findingsOn(db: Db, policy: object): Promise<readonly SchemaFinding[]> {
  const engine = new UserDeletionEngine({
    store: mongoStore(db),
    policy: definePolicy(policy as PolicyInput) as never,
  })
  return (await engine.checkSchema()).findings
}

const short = (findings: readonly SchemaFinding[]): readonly string[] =>
  findings.map(({ severity, code, table, column }) => `${severity} ${code} ${table}.${column}`)

const policyThat = (set: Set, more: object = {}) => ({
  ...{ name: 'acme', version: 1, ...more },
  user: {
    table: 'users',
    id: '_id',
    idType: 'objectId',
    ghost: { id: '0000000000000000000000ff' },
  },
  tables: { log: { match: 'userId', action: 'retain', reason: 'law', set } },
})

/** An entry of a log as it is before, and the fields that validators speak of. */
const ENTRY = { note: 'ann@example.com', at: new Date(0), n: 1, inner: { note: 'a', at: 1 } }

async function seed(db: Db): Promise<ObjectId> {
  const _id = new ObjectId()
  await db.collection('users').insertOne({ _id })
  await db.collection('log').insertOne({ userId: _id, ...ENTRY })
  return _id
}

const props = (properties: Document, more: Document = {}) => ({
  $jsonSchema: { properties, ...more },
})
const refused = 'error null_into_not_null log.note'
const wrong = 'error value_refused log.note'

/** What a validator says, what is written, what the check finds. */
const CASES: readonly (readonly [Document, Set, string | null])[] = [
  [props({ note: { bsonType: 'string' } }), { note: null }, refused],
  [props({ note: { type: 'string' } }), { note: null }, refused],
  [props({ note: { bsonType: ['string', 'null'] } }), { note: null }, null],
  [props({ note: {} }, { required: ['note'] }), { note: null }, null],
  [props({ note: { bsonType: 'string' } }), { note: 'gone' }, null],
  [props({ note: { bsonType: 'int' } }), { note: 'gone' }, wrong],
  [props({ note: { bsonType: 'int' } }), { note: 0 }, null],
  [props({ note: { bsonType: 'double' } }), { note: 0 }, wrong],
  [props({ note: { bsonType: 'long' } }), { note: 0 }, wrong],
  [props({ note: { bsonType: 'number' } }), { note: 0.5 }, null],
  [props({ note: { type: 'number' } }), { note: 5_000_000_000 }, null],
  [props({ note: { type: 'boolean' } }), { note: false }, null],
  [props({ note: { bsonType: 'bool' } }), { note: 'no' }, wrong],
  [props({ note: { enum: ['a', null] } }), { note: null }, null],
  [props({ note: { enum: ['a', null] } }), { note: 'a' }, null],
  [props({ note: { enum: ['a', 'ann@example.com'] } }), { note: null }, refused],
  [props({ note: { enum: ['a', 'ann@example.com'] } }), { note: 'b' }, wrong],
  [props({ note: { anyOf: [{ bsonType: 'string' }, { type: 'null' }] } }), { note: null }, null],
  [props({ note: { anyOf: [{ bsonType: 'string' }] } }), { note: null }, refused],
  [{ $and: [props({ note: { bsonType: 'string' } }), { n: 1 }] }, { note: null }, refused],
  [props({}, { allOf: [{ properties: { note: { type: 'string' } } }] }), { note: null }, refused],
  [props({ note: { bsonType: 'string', minLength: 3 } }), { note: null }, refused],
  [props({ note: { pattern: '@' } }), { note: null }, null],
  [props({ inner: { bsonType: 'object' } }), { inner: null }, 'error null_into_not_null log.inner'],
  [props({ inner: { required: ['note'] } }), { inner: null }, null],
  [
    props({ inner: { properties: { note: { type: 'string' } } } }),
    { 'inner.note': null },
    'error null_into_not_null log.inner.note',
  ],
  [
    props({ inner: { required: ['note'] } }),
    { inner: { scrub: ['note'] } },
    'error null_into_not_null log.inner.note',
  ],
  [
    props({ inner: { properties: { note: { bsonType: 'string' } } } }),
    { inner: { scrub: ['note'] } },
    null,
  ],
  [
    props(
      { _id: {}, userId: {}, note: {}, at: {}, n: {}, inner: {} },
      { additionalProperties: false },
    ),
    { note: null },
    null,
  ],
  [
    props(
      { _id: {}, userId: {}, note: {}, at: {}, n: {}, inner: {} },
      { additionalProperties: false },
    ),
    { phone: null },
    'error null_into_not_null log.phone',
  ],
]

/** As the store writes it. */
function updateOf(set: Set): Document {
  const [[field, value] = assert.fail()] = Object.entries(set)
  if (typeof value !== 'object' || value === null) return { $set: { [field]: value } }
  assert.ok('scrub' in value)
  return { $unset: Object.fromEntries(value.scrub.map((path) => [`${field}.${path}`, ''])) }
}

describeMongo('validators of collections', 'replica set', ({ it, server }) => {
  const withDatabase = (use: (db: Db) => Promise<void>) => withKeptDatabase(server(), use)

  it('are judged as the server judges them', () =>
    withDatabase(async (db) => {
      const userId = await seed(db)
      const log = db.collection('log')
      for (const [validator, set, expected] of CASES) {
        const name = JSON.stringify([validator, set])
        await db.command({ collMod: 'log', validator })
        // A field that is not there yet is reported for that too.
        const told = short(await findingsOn(db, policyThat(set)))
        const found = told.filter((one) => !one.includes('path_not_found'))
        assert.deepEqual(found, expected === null ? [] : [expected], name)
        const written = log.updateOne({ userId }, updateOf(set))
        if (expected === null) await written
        else await assert.rejects(written, { code: 121 }, name)
        await db.command({ collMod: 'log', validator: {} })
        await log.replaceOne({ userId }, { userId, ...ENTRY })
      }
    }))

  it('keep the users from being deleted while they refuse, and only warn where they make a note', () =>
    withDatabase(async (db) => {
      const id = await seed(db)
      const validator = props({ note: { bsonType: 'string' } })
      const policy = definePolicy({
        ...{ name: 'acme', version: 1 },
        user: { table: 'users', id: '_id', idType: 'objectId' },
        tables: {
          log: { match: 'userId', action: 'retain', reason: 'law', set: { note: null } },
        },
      })
      const warnings: string[] = []
      const logger = { warn: (message: string) => void warnings.push(message) }
      const engine = new UserDeletionEngine({
        store: mongoStore(db),
        policy,
        logger,
      })
      await engine.migrate()
      await db.command({ collMod: 'log', validator })
      await assert.rejects(engine.delete(id, {}), { code: 'schema_mismatch' })
      assert.equal(await db.collection('users').countDocuments(), 1)
      await db.command({ collMod: 'log', validator, validationAction: 'warn' })
      await engine.delete(id, {})
      assert.equal(warnings.length, 1)
      assert.equal((await db.collection('log').findOne())?.['note'], null)
    }))

  it('that are switched off say nothing', () =>
    withDatabase(async (db) => {
      await seed(db)
      const validator = props({ note: { bsonType: 'string' }, ownerId: { bsonType: 'string' } })
      await db.command({ collMod: 'log', validator, validationLevel: 'off' })
      assert.deepEqual(await findingsOn(db, policyThat({ note: null })), [])
    }))

  it('declare fields that no document has: neither is one taken for misspelt, nor one forgotten', () =>
    withDatabase(async (db) => {
      await seed(db)
      const validator = props({ phone: { bsonType: ['string', 'null'] } })
      await db.command({ collMod: 'log', validator })
      assert.deepEqual(await findingsOn(db, policyThat({ note: null, phone: null })), [])
      assert.deepEqual(short(await findingsOn(db, policyThat({ note: null }))), [
        'warning personal_column log.phone',
      ])
    }))

  it('are held against the ghost, in the type that it is written in', () =>
    withDatabase(async (db) => {
      await seed(db)
      const { tables: _, ...rest } = policyThat({})
      const log = { match: 'userId', action: 'detach', to: 'ghost' }
      for (const [bsonType, expected] of [
        ['objectId', []],
        ['string', ['error value_refused log.userId']],
      ] as const) {
        await db.command({ collMod: 'log', validator: props({ userId: { bsonType } }) })
        const found = await findingsOn(db, { ...rest, tables: { log } })
        assert.deepEqual(
          short(found).filter((one) => one.includes('log.userId')),
          expected,
        )
      }
    }))

  it('are held against the state of a disabled user, with what stands for the instant', () =>
    withDatabase(async (db) => {
      await seed(db)
      const { user, ...rest } = policyThat({ note: null })
      const disabled = { status: 'off', since: '$atDate', ms: '$atMs' }
      const status = { disabled, active: { status: 'on' } }
      const validator = props({
        status: { enum: ['on', 'off'] },
        since: { bsonType: 'date' },
        ms: { bsonType: 'int' },
      })
      await db.command({ collMod: 'users', validator })
      const found = await findingsOn(db, { ...rest, user: { ...user, status } })
      assert.deepEqual(short(found), ['error value_refused users.ms'])
    }))

  it('are held against the entry that the policy adds to the audit log', () =>
    withDatabase(async (db) => {
      await seed(db)
      const entry = {
        type: '$action',
        'actor.id': '$requestedBy',
        'about.id': '$userId',
        at: '$atDate',
      }
      const audit = { table: 'log', entry }
      const validator = props(
        {
          actor: { required: ['id', 'type'] },
          about: { properties: { id: { bsonType: 'objectId' } } },
          device: { required: ['name'] },
          at: { bsonType: 'string' },
        },
        { required: ['_id', 'type', 'actor', 'result'] },
      )
      await db.command({ collMod: 'log', validator, validationLevel: 'moderate' })
      const found = await findingsOn(db, policyThat({ note: null }, { audit }))
      assert.deepEqual(
        short(found)
          .filter((one) => one.startsWith('error'))
          .sort(),
        [
          'error null_into_not_null log.actor.type',
          'error null_into_not_null log.result',
          'error value_refused log.at',
        ],
      )
    }))

  const indexes: readonly (readonly [string, Document, Set, readonly string[]])[] = [
    ['null where it is unique', {}, { note: null }, ['error constant_into_unique log.note']],
    [
      'null in a sparse index',
      { sparse: true },
      { note: null },
      ['error constant_into_unique log.note'],
    ],
    [
      'null where the index asks for the field',
      { partialFilterExpression: { note: { $exists: true } } },
      { note: null },
      ['error constant_into_unique log.note'],
    ],
    [
      'null where the index asks for a text',
      { partialFilterExpression: { note: { $type: 'string' } } },
      { note: null },
      [],
    ],
    [
      'a text where the index asks for a text',
      { partialFilterExpression: { note: { $type: 'string' } } },
      { note: 'gone' },
      ['error constant_into_unique log.note'],
    ],
    ['a text where it is unique', {}, { note: 'gone' }, ['error constant_into_unique log.note']],
    [
      'a hidden unique index',
      { hidden: true },
      { note: null },
      ['error constant_into_unique log.note'],
    ],
    [
      'a unique index that ignores case',
      { collation: { locale: 'en', strength: 2 } },
      { note: 'gone' },
      ['error constant_into_unique log.note'],
    ],
  ]
  it('beside them, unique indexes are judged as the server judges them', () =>
    withDatabase(async (db) => {
      const userId = await seed(db)
      const log = db.collection('log')
      await log.insertOne({ userId: new ObjectId(), ...ENTRY, note: 'bob' })
      for (const [name, options, set, expected] of indexes) {
        const index = await log.createIndex({ note: 1 }, { unique: true, ...options })
        assert.deepEqual(short(await findingsOn(db, policyThat(set))), expected, name)
        const written = log.updateMany({}, updateOf(set))
        if (expected.length === 0) await written
        else await assert.rejects(written, { code: 11_000 }, name)
        await log.dropIndex(index)
        await log.updateOne({ userId }, { $set: { note: 'ann' } })
        await log.updateOne({ userId: { $ne: userId } }, { $set: { note: 'bob' } })
      }
    }))

  it('beside them, a unique index counts a field that is scrubbed as null, and a sparse one does not', () =>
    withDatabase(async (db) => {
      await seed(db)
      const log = db.collection('log')
      await log.insertOne({ userId: new ObjectId(), ...ENTRY, inner: { note: 'b', at: 2 } })
      const set = { note: null, inner: { scrub: ['note'] } } as const
      await log.createIndex({ 'inner.note': 1 }, { unique: true, name: 'inner' })
      assert.deepEqual(short(await findingsOn(db, policyThat(set))), [
        'error constant_into_unique log.inner.note',
      ])
      await assert.rejects(log.updateMany({}, { $unset: { 'inner.note': '' } }), { code: 11_000 })
      await log.dropIndex('inner')
      await log.updateMany({ 'inner.note': null }, { $set: { 'inner.note': 'a' } })
      await log.createIndex({ 'inner.note': 1 }, { unique: true, sparse: true })
      assert.deepEqual(await findingsOn(db, policyThat(set)), [])
      await log.updateMany({}, { $unset: { 'inner.note': '' } })
    }))
})
