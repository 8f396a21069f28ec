import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Binary as DriverBinary, ObjectId as DriverObjectId, UUID as DriverUuid } from 'mongodb'
import { memoryStore } from '../../adapters/memory/index.ts'
import { definePolicy, type Store, UserDeletionEngine, type UserIdInput } from '../../src/index.ts'
import { readLedger } from '../../src/records/ledger-records.ts'
import { readOutbox } from '../../src/records/outbox-records.ts'
import { withAnswers, withWrites } from '../../src/testing/contract/altered-store.ts'
import { withMethods } from '../../src/testing/contract/world.ts'

const HEX = '65f0c0ffee0000000000abcd'
const OTHER = '65f0c0ffee0000000000abce'
const UUID = '0190a1b2-c3d4-4e5f-8a6b-7c8d9e0f1a2b'

/** As the driver's class: the text is made from hidden bytes, and the kind stands on the prototype. */
class ObjectId {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  get _bsontype(): 'ObjectId' {
    return 'ObjectId'
  }
  toHexString(): string {
    return this.#text
  }
}

class Binary {
  readonly sub_type: number
  readonly buffer: Uint8Array
  constructor(hex: string, subtype = 4) {
    this.buffer = Buffer.from(hex.replaceAll('-', ''), 'hex')
    this.sub_type = subtype
  }
  get _bsontype(): 'Binary' {
    return 'Binary'
  }
}

function policyOf(idType: 'objectId' | 'uuid') {
  return definePolicy({
    name: 'n',
    version: 1,
    user: { table: 'users', id: '_id', idType },
    tables: { sessions: { match: 'userId', action: 'delete', event: 'session.revoked' } },
  })
}

/** A database whose ids are of the type; rows show them as text. `handed` is all that the store was given. */
async function open(idType: 'objectId' | 'uuid', ids: readonly string[]) {
  const memory = memoryStore({
    data: {
      users: ids.map((_id) => ({ _id })),
      sessions: ids.map((userId) => ({ _id: `of ${userId}`, userId })),
    },
  })
  const handed: unknown[] = []
  const capabilities = { ...memory.capabilities, nativeTypes: ['object_id', 'uuid'] as const }
  const asked = withAnswers(withMethods(memory, { capabilities }), (question, own) => {
    handed.push(question)
    return own
  })
  const typed = withWrites(asked, (write) => void handed.push(write))
  const store = new Proxy(typed, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        handed.push(...given)
        return value(...given)
      }
    },
  })
  const selfService = { isRecentlyAuthenticated: () => true, coolingOff: null }
  const engine = new UserDeletionEngine({ store, policy: policyOf(idType), selfService })
  await engine.migrate()
  handed.length = 0
  const left = (table: string): readonly unknown[] => memory.rows(table).map(({ _id }) => _id)
  return { engine, store: memory, handed, left }
}

const FORMS: readonly (readonly [string, 'objectId' | 'uuid', string, UserIdInput])[] = [
  ['an ObjectId', 'objectId', HEX, new ObjectId(HEX)],
  ['the text of an ObjectId', 'objectId', HEX, HEX],
  ['the text of an ObjectId in upper case', 'objectId', HEX, HEX.toUpperCase()],
  ['an ObjectId that speaks in upper case', 'objectId', HEX, new ObjectId(HEX.toUpperCase())],
  ["the driver's ObjectId", 'objectId', HEX, new DriverObjectId(HEX)],
  ["the driver's UUID", 'uuid', UUID, new DriverUuid(UUID)],
  ["the driver's Binary", 'uuid', UUID, new DriverBinary(new DriverUuid(UUID).buffer, 4)],
  ['a UUID', 'uuid', UUID, new Binary(UUID)],
  ['the text of a UUID', 'uuid', UUID, UUID],
  ['the text of a UUID in upper case', 'uuid', UUID, UUID.toUpperCase()],
]

describe('an id of a type that only some databases have', () => {
  for (const [name, idType, text, given] of FORMS) {
    it(`is its text from the first call to the ledger: ${name}`, async () => {
      const { engine, store, left } = await open(idType, [text])
      assert.equal((await engine.plan(given, {})).userId, text)
      const receipt = await engine.delete(given, {})
      assert.equal(receipt.userId, text)
      assert.deepEqual([left('users'), left('sessions')], [[], []])
      assert.equal(await engine.isDeleted(given, {}), true)
      const [entry] = await readLedger(store, { afterSeq: 0, limit: 9 })
      assert.equal(entry?.subject, text)
      const events = await readOutbox(store, { afterId: null, limit: 9 })
      assert.deepEqual(new Set(events.map(({ subject }) => subject)), new Set([text]))
    })
  }

  it('is the same user twice in a list, however it is written', async () => {
    const { engine, left } = await open('objectId', [HEX, OTHER])
    const ids = [new ObjectId(HEX), HEX.toUpperCase(), 'ann', 7, OTHER]
    const told: unknown[] = []
    const { deleted, duplicates, failedByCode } = await engine.deleteMany(ids, {
      mode: 'throughput',
      onOutcome: ({ id, status }) => told.push([id, status]),
    })
    assert.deepEqual([deleted, duplicates, failedByCode], [2, 1, { invalid_id: 2 }])
    assert.deepEqual(told.slice(-2), [
      [HEX, 'deleted'],
      [OTHER, 'deleted'],
    ])
    assert.deepEqual(left('users'), [])
  })

  it('survives the set-aside list of an expected run, and goes on when the list is fed again', async () => {
    const { engine, left } = await open('objectId', [HEX, OTHER])
    const { digest, found } = await engine.planMany([new ObjectId(HEX)], {})
    assert.equal(found, 1)
    const options = { expect: { digest } }
    assert.equal((await engine.deleteMany([HEX.toUpperCase()], options)).deleted, 1)
    const again = await engine.deleteMany([new ObjectId(HEX), OTHER], {})
    assert.deepEqual([again.alreadyDeleted, again.deleted], [1, 1])
    assert.deepEqual(left('users'), [])
  })

  it('is read from the session of a user who deletes the own account', async () => {
    const { engine, handed, left } = await open('objectId', [HEX, OTHER])
    const session = { id: 'ses_1', userId: new ObjectId(HEX) }
    const { token } = await engine.requestOwnDeletion(session)
    const outcome = await engine.deleteOwnAccount(session, { confirm: true, token })
    assert.equal(outcome.status === 'deleted' && outcome.receipt.userId, HEX)
    assert.equal(outcome.status === 'deleted' && outcome.receipt.requestedBy, HEX)
    assert.deepEqual(left('users'), [OTHER])
    assert.ok(!holdsBson(handed))
  })
})

const lying = (answer: unknown): object => ({ _bsontype: 'ObjectId', toHexString: () => answer })
const HOSTILE: readonly (readonly [string, 'objectId' | 'uuid', () => unknown])[] = [
  ['text that is too short', 'objectId', () => HEX.slice(1)],
  ['text of the right length', 'objectId', () => 'g'.repeat(24)],
  ['a number', 'objectId', () => 7],
  ['a UUID in place of an ObjectId', 'objectId', () => UUID],
  ['a UUID without hyphens', 'uuid', () => UUID.replaceAll('-', '')],
  ['an ObjectId in place of a UUID', 'uuid', () => new ObjectId(HEX)],
  ['an operator object', 'objectId', () => ({ $ne: null })],
  ['a list', 'objectId', () => [HEX]],
  [
    'parsed JSON that calls itself an ObjectId',
    'objectId',
    () => ({ _bsontype: 'ObjectId', toHexString: HEX }),
  ],
  ['a method that answers an operator', 'objectId', () => lying({ $ne: null })],
  ['a method that answers a list', 'objectId', () => lying([HEX])],
  ['a method that answers boxed text', 'objectId', () => lying(Object(HEX))],
  ['a method that answers other text', 'objectId', () => lying('$where')],
  ['a method that throws', 'objectId', () => ({ _bsontype: 'ObjectId', toHexString: fail })],
  ['a getter that throws', 'objectId', () => Object.defineProperty({}, '_bsontype', { get: fail })],
  [
    'what turns into text',
    'objectId',
    () => ({ [Symbol.toPrimitive]: () => HEX, toString: () => HEX }),
  ],
  ['bytes of another subtype', 'uuid', () => new Binary(UUID, 0)],
  ['too many bytes', 'uuid', () => new Binary(`${UUID}00`)],
  [
    'a list in place of bytes',
    'uuid',
    () => ({ _bsontype: 'Binary', sub_type: 4, buffer: Array(16).fill('$') }),
  ],
]

describe('what only claims to be an id', () => {
  for (const [name, idType, make] of HOSTILE) {
    it(`is invalid_id, and the store hears nothing of it: ${name}`, async () => {
      const { engine, handed, left } = await open(idType, [idType === 'uuid' ? UUID : HEX])
      const id = make() as UserIdInput
      for (const method of ['delete', 'plan', 'getUser', 'isDeleted', 'verify'] as const) {
        await assert.rejects(engine[method](id, {}), { code: 'invalid_id' })
      }
      const session = { id: 'ses_1', userId: id }
      await assert.rejects(engine.deleteOwnAccount(session, { confirm: true }), {
        code: 'invalid_id',
      })
      assert.deepEqual(handed, [])
      const { failedByCode } = await engine.deleteMany([id], { expect: { max: 1 } })
      assert.deepEqual(failedByCode, { invalid_id: 1 })
      assert.equal((await engine.planMany([id], {})).invalid, 1)
      assert.equal(left('users').length, 1)
      assert.ok(!holdsBson(handed))
    })
  }

  it('keeps no hold on an object that answers differently each time', async () => {
    const { engine, handed, left } = await open('objectId', [HEX, OTHER])
    const answers = [HEX, OTHER, OTHER, OTHER]
    const id = { _bsontype: 'ObjectId', toHexString: () => answers.shift() ?? '' } as const
    assert.equal((await engine.delete(id, {})).userId, HEX)
    assert.deepEqual(left('users'), [OTHER])
    assert.ok(!holdsBson(handed))
  })

  it('is no id at all where the policy names no type', async () => {
    const store = memoryStore({ data: { users: [{ id: HEX }] } })
    const user = { table: 'users', id: 'id' } as const
    const policy = definePolicy({ name: 'n', version: 1, user, tables: {} })
    const engine = new UserDeletionEngine({ store, policy })
    for (const id of [new ObjectId(HEX), new Binary(UUID)]) {
      await assert.rejects(engine.delete(id, {}), { code: 'invalid_id' })
    }
    assert.equal(store.rows('users').length, 1)
  })
})

describe('a store without the type', () => {
  const refused: readonly (readonly [string, object, object])[] = [
    ['user.idType', { idType: 'objectId' }, {}],
    ['tables.a.match.form', {}, { a: { match: { column: 'u', form: 'uuid' }, action: 'delete' } }],
    [
      'tables.a[1].set.members.form',
      {},
      {
        a: [
          { match: 'u', action: 'delete' },
          {
            match: 'v',
            action: 'anonymize',
            reason: 'r',
            set: { members: { pull: { user: 'id' }, form: 'objectId' } },
          },
        ],
      },
    ],
  ]
  for (const [path, more, tables] of refused) {
    it(`refuses the policy before it is used: ${path}`, () => {
      const input = { name: 'n', version: 1, user: { table: 'users', id: 'id', ...more }, tables }
      const policy = definePolicy(input as Parameters<typeof definePolicy>[0])
      const build = (store: Store): unknown => new UserDeletionEngine({ store, policy })
      assert.throws(() => build(memoryStore()), { code: 'invalid_policy', details: { path } })
    })
  }
})

function holdsBson(value: unknown, seen: Set<unknown> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false
  seen.add(value)
  return '_bsontype' in value || Object.values(value).some((inner) => holdsBson(inner, seen))
}

function fail(): never {
  throw new Error('never to be called')
}
