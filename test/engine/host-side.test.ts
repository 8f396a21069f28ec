import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { memoryStore } from '../../adapters/memory/index.ts'
import { mongoStore } from '../../adapters/mongodb/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import {
  type BlockerFunction,
  definePolicy,
  type EngineOptions,
  type Hooks,
  type Policy,
  type PolicyInput,
  UserDeletionEngine,
} from '../../src/index.ts'

const INPUT = {
  name: 'small',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: { offices: 'unrelated' },
} as const satisfies PolicyInput
const policy = definePolicy(INPUT)
const IDS = Array.from({ length: 60 }, (_, index) => `usr_${index}`)

type Options = Partial<EngineOptions<typeof INPUT>>

async function open(options: Options = {}) {
  const users = IDS.map((id) => ({ id }))
  const store = memoryStore({ data: { users, offices: [{ id: 1 }] } })
  const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} }, ...options })
  await engine.migrate()
  return { store, engine, left: () => store.rows('users').length }
}

/** Fails the test where the process would have ended. */
async function withoutUnhandled(work: () => Promise<void>): Promise<void> {
  const unhandled: unknown[] = []
  const note = (cause: unknown): void => void unhandled.push(cause)
  process.on('unhandledRejection', note)
  try {
    await work()
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', note)
  }
  assert.deepEqual(unhandled, [])
}

const refused = (path: string) => ({ code: 'invalid_argument', details: { path } })

describe('callbacks that fail', () => {
  const failures: readonly (readonly [string, () => never])[] = [
    [
      'throws',
      () => {
        throw new Error('metrics are down')
      },
    ],
    [
      'throws a text',
      () => {
        throw 'disk full'
      },
    ],
    ['rejects', () => Promise.reject(new Error('metrics are down')) as never],
  ]
  for (const [how, fail] of failures) {
    it(`cost nobody: one that ${how}`, async () => {
      await withoutUnhandled(async () => {
        for (const option of ['onOutcome', 'onProgress'] as const) {
          const { engine, left } = await open()
          const { deleted } = await engine.deleteMany(IDS, { [option]: fail })
          assert.deepEqual([deleted, left()], [IDS.length, 0])
        }
        for (const hook of ['afterDelete', 'onRevoke'] as const) {
          const { engine, left } = await open({ hooks: { [hook]: fail } })
          assert.equal((await engine.deleteMany(IDS)).deleted, IDS.length)
          assert.equal(left(), 0)
        }
      })
    })

    it(`cost nobody: a logger that ${how}`, async () => {
      await withoutUnhandled(async () => {
        const db = new Database(':memory:')
        // A finding that goes to the logger with the first call.
        db.exec(
          'CREATE TABLE users (id TEXT PRIMARY KEY); CREATE TABLE offices (id INTEGER, phone TEXT)',
        )
        db.exec(`INSERT INTO users VALUES ('usr_1')`)
        const store = sqliteStore(db)
        const engine = new UserDeletionEngine({ store, policy, logger: { warn: fail } })
        await engine.migrate()
        await engine.delete('usr_1')
        assert.equal(db.prepare('SELECT count(*) FROM users').pluck().get(), 0)
      })
    })
  }

  it('end a call with a code where the clock answers no time', async () => {
    for (const now of [() => new Date(Number.NaN), () => 0 as never, failures[0]?.[1]]) {
      let isBroken = false
      const clock = { now: () => (isBroken ? (now as () => Date)() : new Date(0)) }
      const { engine, left } = await open({ clock })
      isBroken = true
      await assert.rejects(engine.delete('usr_1'), refused('clock'))
      assert.equal(left(), IDS.length)
    }
  })
})

describe('what a hook or a blocker answers', () => {
  const nonsense: readonly unknown[] = [{ allow: false }, 'no', 0, [], { veto: 7 }, Symbol('no')]
  for (const answer of nonsense) {
    it(`keeps the user where it means nothing: ${String(JSON.stringify(answer))}`, async () => {
      const { engine, left } = await open({ hooks: { beforeDelete: () => answer as never } })
      await assert.rejects(engine.delete('usr_1'), { code: 'hook_failed' })
      assert.equal(left(), IDS.length)
    })
  }

  it('keeps the user where a blocker answers neither yes nor no', async () => {
    for (const answer of [false, true, 'no', { allow: false }, [{ name: 'x' }], { name: 'x' }]) {
      const blocker = (() => answer) as unknown as BlockerFunction
      const { engine, left } = await open({ blockers: [blocker] })
      await assert.rejects(engine.delete('usr_1'), { code: 'hook_failed' })
      assert.equal(left(), IDS.length)
    }
  })

  it('lets the user go for nothing, null and true', async () => {
    for (const answer of [undefined, null, true]) {
      const { engine, left } = await open({ hooks: { beforeDelete: () => answer as never } })
      await engine.delete('usr_1')
      assert.equal(left(), IDS.length - 1)
    }
  })

  it('costs one time-out a slice where it never comes', async () => {
    for (const place of ['hook', 'blocker']) {
      let asked = 0
      const hang = (): Promise<never> => {
        asked += 1
        return new Promise(() => {})
      }
      const options = place === 'hook' ? { hooks: { beforeDelete: hang } } : { blockers: [hang] }
      const { engine, left } = await open({ ...options, hookTimeoutMs: 20 })
      const { failedByCode } = await engine.deleteMany(IDS, { mode: 'throughput' })
      assert.deepEqual(failedByCode, { hook_timeout: IDS.length })
      assert.ok(asked <= 10, `${asked} were asked`)
      assert.equal(left(), IDS.length)
    }
  })

  it('is not waited for once the run is stopped', async () => {
    const controller = new AbortController()
    const hooks: Hooks = {
      beforeDelete: () => {
        controller.abort()
        return new Promise(() => {})
      },
    }
    // Longer than any test may take.
    const { engine, left } = await open({ hooks, hookTimeoutMs: 3_600_000 })
    const result = await engine.deleteMany(IDS, { mode: 'throughput', signal: controller.signal })
    assert.equal(result.stopped?.by, 'signal')
    assert.deepEqual([result.deleted, left()], [0, IDS.length])
    assert.ok(result.errors.every(({ retryable }) => retryable))
  })
})

describe('options', () => {
  it('may be left out where the policy names no tenant', async () => {
    const { engine } = await open()
    assert.equal((await engine.getUser('usr_1'))['id'], 'usr_1')
    assert.equal((await engine.plan('usr_1')).userId, 'usr_1')
    assert.equal((await engine.planMany(['usr_1'])).found, 1)
    assert.deepEqual(await engine.holds('usr_1'), [])
    assert.equal((await engine.getStatus('usr_1')).state, 'active')
    assert.equal((await engine.deleteMany(['usr_2'])).deleted, 1)
    assert.equal((await engine.erase('usr_3')).status, 'erased')
    assert.equal((await engine.delete('usr_4')).userId, 'usr_4')
    assert.equal(await engine.isDeleted('usr_4'), true)
    assert.equal((await engine.verify('usr_4')).status, 'clean')
    assert.match((await engine.proof('usr_4')).html, /usr_4/)
  })

  it('are refused by name where one is missing', async () => {
    const { engine } = await open()
    const calls = engine as unknown as Record<string, (id: string) => Promise<unknown>>
    await assert.rejects(async () => calls['placeHold']?.('usr_1'), refused('reason'))
    await assert.rejects(async () => calls['releaseHold']?.('usr_1'), refused('holdId'))
  })

  it('ask for the tenant where the policy names one', async () => {
    const tenants = definePolicy({ ...INPUT, user: { ...INPUT.user, tenant: 'tenant_id' } })
    const engine = new UserDeletionEngine({
      store: memoryStore({ data: { users: [{ id: 'usr_1', tenant_id: 'tnt_1' }] } }),
      policy: tenants as unknown as Policy<typeof INPUT>,
    })
    const given = () => assert.fail('it was taken')
    for (const call of [
      engine.getUser('usr_1').then(given),
      engine.delete('usr_1').then(given),
      engine.deleteMany(['usr_1']).then(given),
      engine.disable('usr_1').then(given),
      engine.scheduleDeletion('usr_1').then(given),
      engine.isDeleted('usr_1').then(given),
      engine.verify('usr_1').then(given),
    ]) {
      await assert.rejects(call, refused('tenantId'))
    }
  })

  it('are own properties alone', async () => {
    const { engine, left } = await open()
    const inherited = Object.create({ reason: 'user_request' }) as object
    await assert.rejects(engine.delete('usr_1', inherited), refused('reason'))
    const hooks = new (class {
      beforeDelete() {
        return false
      }
    })() as Hooks
    await assert.rejects(open({ hooks }), refused('beforeDelete'))
    assert.equal(left(), IDS.length)
  })

  it('are refused where no call knows them, of stores too', () => {
    const unknown = { retries: 3 } as object
    const calls: readonly (() => unknown)[] = [
      () => memoryStore(unknown),
      () => sqliteStore(new Database(':memory:'), unknown),
      () => mongoStore(DATABASE, unknown),
    ]
    for (const call of calls) assert.throws(call, refused('retries'))
  })

  it('take no signal but an AbortSignal', async () => {
    const { engine, left } = await open()
    for (const signal of [{ aborted: false }, 'stop', 1] as unknown as AbortSignal[]) {
      await assert.rejects(engine.deleteMany(IDS, { signal }), refused('signal'))
      await assert.rejects(engine.purgeDue({ signal }), refused('signal'))
      await assert.rejects(engine.expireRetained({ signal }), refused('signal'))
      await assert.rejects(engine.resume({ signal }), refused('signal'))
      await assert.rejects(engine.replay({ signal }), refused('signal'))
    }
    assert.equal(left(), IDS.length)
  })

  it('are copied when the engine is made', async () => {
    const hooks: { beforeDelete?: () => boolean } = { beforeDelete: () => false }
    const blockers: BlockerFunction[] = []
    const { engine } = await open({ hooks: hooks as Hooks, blockers })
    delete hooks.beforeDelete
    blockers.push(() => ({ name: 'late', remedy: 'none' }))
    await assert.rejects(engine.delete('usr_1'), { code: 'deletion_vetoed' })
    assert.deepEqual((await engine.plan('usr_1')).blockers, [])
  })
})

/** What the driver's `Db` looks like. */
const DATABASE = {
  databaseName: 'auth',
  client: { startSession: () => assert.fail() },
  collection: () => assert.fail(),
  command: () => assert.fail(),
  listCollections: () => assert.fail(),
} as never

describe('a handle', () => {
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    ['auth.sqlite', /a text/],
    [undefined, /nothing/],
    [null, /nothing/],
    [7, /a number/],
    [{}, /no such handle/],
    [{ query() {}, connect() {} }, /PostgreSQL/],
    [{ execute() {}, batch() {} }, /libsql/],
    [{ isOpen: true, isTransaction: false, prepare() {} }, /node:sqlite/],
    [DATABASE, /mongoStore/],
    [new Kysely({ dialect: new SqliteDialect({ database: new Database(':memory:') }) }), /Kysely/],
  ]
  for (const [given, named] of wrong) {
    it(`of another kind is named by sqliteStore: ${named.source}`, () => {
      assert.throws(() => sqliteStore(given as never), { ...refused('handle'), message: named })
    })
  }

  it('is taken out of an instance of Drizzle', async () => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('usr_1')`)
    const engine = new UserDeletionEngine({
      store: sqliteStore(drizzle(db)),
      policy: definePolicy({ ...INPUT, tables: {} }),
    })
    await engine.migrate()
    await engine.delete('usr_1')
    assert.equal(db.prepare('SELECT count(*) FROM users').pluck().get(), 0)
  })

  it('of another kind is named by mongoStore', () => {
    const cases: readonly (readonly [unknown, RegExp])[] = [
      ['mongodb://localhost/auth', /a text/],
      [undefined, /nothing/],
      [new Database(':memory:'), /SQLite/],
      [{ db() {}, connect() {} }, /MongoClient/],
      [{ getClient() {}, createCollection() {} }, /Mongoose/],
    ]
    for (const [given, named] of cases) {
      assert.throws(() => mongoStore(given as never), { ...refused('db'), message: named })
    }
  })

  it('is no store, and neither is nothing', () => {
    for (const store of [undefined, new Database(':memory:'), {}] as never[]) {
      assert.throws(() => new UserDeletionEngine({ store, policy }), refused('store'))
    }
  })
})

describe('a policy that nobody has checked', () => {
  const wrong: readonly (readonly [string, object])[] = [
    ['a key that no rule has', { match: 'user_id', action: 'delete', grantAccess: true }],
    ['an action that there is not', { match: 'user_id', action: 'remove' }],
    ['a reason that is missing', { match: 'user_id', action: 'retain' }],
    ['a key that JavaScript knows', { match: 'user_id', action: 'delete', constructor: 1 }],
  ]
  for (const [what, rule] of wrong) {
    it(`is checked by the engine: ${what}`, () => {
      const input = { ...INPUT, tables: { offices: rule } } as unknown as typeof policy
      assert.throws(() => new UserDeletionEngine({ store: memoryStore(), policy: input }), {
        code: 'invalid_policy',
      })
    })
  }

  it('is taken as it is where it is right, and copied', async () => {
    const input = structuredClone(INPUT) as unknown as typeof policy
    const { engine } = await open({ policy: input })
    Object.assign(input, { user: { table: 'offices', id: 'id' } })
    await engine.delete('usr_1')
    await assert.rejects(engine.getUser('usr_1'), { code: 'resource_not_found' })
  })

  for (const name of ['constructor', 'prototype', '__proto__', 'toString', 'hasOwnProperty']) {
    it(`is checked under the name ${name}`, () => {
      const tables = (entry: string): PolicyInput => ({
        ...INPUT,
        tables: JSON.parse(`{"${name}":${entry}}`) as PolicyInput['tables'],
      })
      const refusal = { code: 'invalid_policy' }
      assert.throws(() => definePolicy(tables('5')), refusal)
      assert.throws(() => definePolicy(tables('{"match":"u","action":"nuke"}')), refusal)
      assert.throws(() => definePolicy(tables('{"match":"u","action":"retain"}')), refusal)
      definePolicy(tables('{"match":"u","action":"delete"}'))
      const where = `{"t":{"match":"u","action":"delete","where":{"${name}":{"a":1}}}}`
      assert.throws(
        () => definePolicy({ ...INPUT, tables: JSON.parse(where) as PolicyInput['tables'] }),
        refusal,
      )
      const set = `{"t":{"match":"u","action":"anonymize","reason":"r","set":{"${name}":null}}}`
      definePolicy({ ...INPUT, tables: JSON.parse(set) as PolicyInput['tables'] })
    })
  }
})
