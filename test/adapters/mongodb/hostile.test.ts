import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { type CommandStartedEvent, MongoClient, type ObjectId } from 'mongodb'
import type { UserDeletionEngine } from '../../../src/index.ts'
import { ANN, openHelloJohnOn } from '../../worlds/hosts/hellojohn-mongo.ts'
import { hostileValue, MARKER, noObjectId, seeded } from '../../worlds/mistakes/hostile-values.ts'
import { withKeptDatabase } from '../../worlds/mongodb/kept-databases.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

const COUNT = 1_000
const SEED = 20_260_301
const scope = { tenantId: 'tnt_1' }
const hex = String(ANN)

// biome-ignore lint/suspicious/noExplicitAny: what is passed here is what the types refuse.
type Anything = any
type Engine = UserDeletionEngine<Anything>
type Call = (engine: Engine, value: Anything) => Promise<unknown>

const drain = async (list: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of list);
}

/** Every call about one user, with the value in the place of the id or of one of the options. */
const ABOUT_ONE: Readonly<
  Record<string, (engine: Engine, id: Anything, options: Anything) => Promise<unknown>>
> = {
  getUser: (engine, id, options) => engine.getUser(id, options),
  plan: (engine, id, options) => engine.plan(id, options),
  delete: (engine, id, options) => engine.delete(id, options),
  getStatus: (engine, id, options) => engine.getStatus(id, options),
  disable: (engine, id, options) => engine.disable(id, options),
  enable: (engine, id, options) => engine.enable(id, options),
  scheduleDeletion: (engine, id, options) => engine.scheduleDeletion(id, options),
  cancelDeletion: (engine, id, options) => engine.cancelDeletion(id, options),
  erase: (engine, id, options) => engine.erase(id, options),
  placeHold: (engine, id, options) => engine.placeHold(id, { ...options, reason: 'court_order' }),
  releaseHold: (engine, id, options) => engine.releaseHold(id, { ...options, holdId: 'hld_1' }),
  holds: (engine, id, options) => engine.holds(id, options),
  isDeleted: (engine, id, options) => engine.isDeleted(id, options),
  verify: (engine, id, options) => engine.verify(id, options),
  proof: (engine, id, options) => engine.proof(id, options),
}

const own = (more: object) => ({ id: 'ses_1', userId: ANN, ...scope, ...more })
const confirmed = { confirm: true } as const

const ID_CALLS: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(
    Object.entries(ABOUT_ONE).map(([name, call]) => [
      name,
      (engine: Engine, value: Anything) => call(engine, value, scope),
    ]),
  ),
  'requestOwnDeletion, userId': (engine, userId) => engine.requestOwnDeletion(own({ userId })),
  'deleteOwnAccount, userId': (engine, userId) =>
    engine.deleteOwnAccount(own({ userId }), confirmed),
}

const ARGUMENT_CALLS: Readonly<Record<string, Call>> = {
  ...Object.fromEntries(
    Object.entries(ABOUT_ONE).map(([name, call]) => [
      `${name}, tenantId`,
      (engine: Engine, tenantId: Anything) => call(engine, ANN, { tenantId }),
    ]),
  ),
  'planMany, tenantId': (engine, tenantId) => engine.planMany([ANN], { tenantId }),
  'deleteMany, tenantId': (engine, tenantId) => engine.deleteMany([ANN], { tenantId }),
  'planTenant, tenantId': (engine, tenantId) => engine.planTenant(tenantId),
  'deleteTenant, tenantId': (engine, tenantId) =>
    engine.deleteTenant(tenantId, { expect: { max: 9 } }),
  'jobs, tenantId': (engine, tenantId) => drain(engine.jobs({ tenantId })),
  'overdue, tenantId': (engine, tenantId) => drain(engine.overdue({ tenantId })),
  'requestOwnDeletion, session.id': (engine, id) => engine.requestOwnDeletion(own({ id })),
  'deleteOwnAccount, session.id': (engine, id) => engine.deleteOwnAccount(own({ id }), confirmed),
  'requestOwnDeletion, session.tenantId': (engine, tenantId) =>
    engine.requestOwnDeletion(own({ tenantId })),
  'deleteOwnAccount, session.tenantId': (engine, tenantId) =>
    engine.deleteOwnAccount(own({ tenantId }), confirmed),
  'delete, idempotencyKey': (engine, idempotencyKey) =>
    engine.delete(ANN, { ...scope, idempotencyKey }),
  'erase, idempotencyKey': (engine, idempotencyKey) =>
    engine.erase(ANN, { ...scope, idempotencyKey }),
  'delete, requestedBy': (engine, requestedBy) => engine.delete(ANN, { ...scope, requestedBy }),
  'releaseHold, holdId': (engine, holdId) => engine.releaseHold(ANN, { ...scope, holdId }),
}

/** A value in the place of the session has no user of ours in it. */
const SESSION_CALLS: Readonly<Record<string, Call>> = {
  'requestOwnDeletion, session': (engine, session) => engine.requestOwnDeletion(session),
  'deleteOwnAccount, session': (engine, session) => engine.deleteOwnAccount(session, confirmed),
}

/** Places that take any text, a number, a boolean or a date as data; objects are none. */
const OBJECT_CALLS: Readonly<Record<string, Call>> = {
  'verify, known': (engine, email) => engine.verify(ANN, { ...scope, known: { email } }),
  'proof, known': (engine, email) => engine.proof(ANN, { ...scope, known: { email } }),
  'proof, receiptId': (engine, receiptId) => engine.proof(ANN, { ...scope, receiptId }),
  'cancelDeletion, cancelToken': (engine, cancelToken) =>
    engine.cancelDeletion(ANN, { ...scope, cancelToken }),
  'deleteOwnAccount, token': (engine, token) =>
    engine.deleteOwnAccount(own({}), { ...confirmed, token }),
}

describeMongo('hostile values in the place of ids', 'replica set', ({ it, server }) => {
  /** An engine that has looked at its database, and every command that it sends from then on. */
  async function withEngine(
    use: (world: {
      readonly engine: Engine
      readonly commands: CommandStartedEvent[]
      readonly dump: () => Promise<string>
    }) => Promise<void>,
  ): Promise<void> {
    await withKeptDatabase(server(), async (db) => {
      const client = new MongoClient(server().uri, { monitorCommands: true })
      const commands: CommandStartedEvent[] = []
      client.on('commandStarted', (event: CommandStartedEvent) => void commands.push(event))
      try {
        const selfService = { isRecentlyAuthenticated: () => true }
        const world = await openHelloJohnOn(client.db(db.databaseName), { selfService })
        await world.engine.getUser(ANN, scope)
        const dump = async (): Promise<string> => {
          const names = (await db.listCollections({}, { nameOnly: true }).toArray()).map(
            ({ name }) => name,
          )
          const all = names
            .filter((name) => !TURNS.includes(name))
            .sort()
            .map(async (name) => [name, await db.collection(name).find().toArray()])
          return JSON.stringify(await Promise.all(all))
        }
        commands.length = 0
        await use({ engine: world.engine, commands, dump })
      } finally {
        await client.close()
      }
    })
  }

  async function refuses(
    calls: Readonly<Record<string, Call>>,
    codes: readonly string[],
    values: readonly unknown[],
  ): Promise<void> {
    await withEngine(async ({ engine, commands, dump }) => {
      const before = await dump()
      let refused = 0
      for (const [name, call] of Object.entries(calls)) {
        for (const value of values) {
          const what = () => `${name} with ${inspect(value, { depth: 3 }).slice(0, 200)}`
          // Nothing but the answer counts; a value whose text is a trap must not be asked for it.
          const error = await call(engine, value).then(
            () => assert.fail(`answered: ${what()}`),
            (thrown: { code?: string; message: string; details?: unknown }) => thrown,
          )
          if (!codes.includes(error.code ?? ''))
            assert.fail(`${error.code}: ${error.message}: ${what()}`)
          const said = JSON.stringify([error.message, error.details])
          assert.ok(!said.includes(MARKER), `the value is in the error: ${name}`)
          refused += 1
        }
      }
      assert.equal(refused, Object.keys(calls).length * values.length)
      assert.deepEqual(
        commands.map(({ commandName }) => commandName),
        [],
      )
      assert.equal(await dump(), before)
    })
  }

  const random = seeded(SEED)
  const values = Array.from({ length: COUNT }, () => hostileValue(random, hex))
  const noIds = Array.from({ length: COUNT }, (_, index) =>
    index % 4 === 0 ? noObjectId(random, hex) : hostileValue(random, hex),
  )
  const objects = values.filter(
    (value) =>
      ['object', 'function', 'symbol'].includes(typeof value) &&
      !(value instanceof Date) &&
      value !== null,
  )

  it('is refused as an id by every call, before any command', () =>
    refuses(ID_CALLS, ['invalid_id'], noIds))

  it('is refused as a tenant, session or key by every call, before any command', () =>
    refuses(ARGUMENT_CALLS, ['invalid_argument'], values))

  it('is refused as a remembered field or a token where it is an object, before any command', async () => {
    assert.ok(objects.length > COUNT / 2)
    await refuses(OBJECT_CALLS, ['invalid_argument'], objects)
  })

  it('is refused as a session, or as one without a user, before any command', () =>
    refuses(SESSION_CALLS, ['invalid_argument', 'invalid_id'], values))

  for (const mode of ['throughput', 'cooperative'] as const) {
    it(`is an error of its own in a list, and no command holds it: ${mode}`, () =>
      withEngine(async ({ engine, commands, dump }) => {
        const before = await dump()
        const result = await engine.deleteMany(noIds as never, { ...scope, mode })
        assert.deepEqual(
          [result.requested, result.deleted, result.failedByCode],
          [COUNT, 0, { invalid_id: COUNT }],
        )
        const expect = { max: COUNT }
        const expected = await engine.deleteMany(noIds as never, { ...scope, mode, expect })
        assert.deepEqual(expected.failedByCode, { invalid_id: COUNT })
        const plan = await engine.planMany(noIds as never, scope)
        assert.deepEqual([plan.requested, plan.found, plan.invalid], [COUNT, 0, COUNT])
        for (const { commandName, command } of commands) {
          assert.ok(!inspect(command, { depth: 20 }).includes(MARKER), commandName)
          const written = command[commandName]
          // The list of an expected deletion is kept for its time, with a null in the place of each value.
          if (WRITES.includes(commandName)) assert.equal(written, 'user_deletion_spool')
        }
        assert.equal(await dump(), before)
      }))
  }

  it('does not keep the others in the list from going', () =>
    withEngine(async ({ engine, commands }) => {
      const list: readonly (unknown | ObjectId)[] = [
        ...noIds.slice(0, 50),
        ANN,
        ...noIds.slice(50, 99),
      ]
      const { deleted, failedByCode } = await engine.deleteMany(list as never, scope)
      assert.deepEqual([deleted, failedByCode], [1, { invalid_id: 99 }])
      for (const { command } of commands) {
        assert.ok(!inspect(command, { depth: 20 }).includes(MARKER))
      }
    }))

  it('that is text is nothing but text', () =>
    withEngine(async ({ engine, dump }) => {
      const before = await dump()
      for (const tenantId of [
        '{"$ne":null}',
        '$where',
        '__proto__',
        'constructor',
        '$tenantId',
        '.*',
      ]) {
        await assert.rejects(engine.delete(ANN, { tenantId }), { code: 'resource_not_found' })
        const { users } = await engine.planTenant(tenantId)
        assert.equal(users.found, 0)
      }
      assert.equal(await dump(), before)
    }))
})

/** Who writes, and whose turn it is: also what in the end writes nothing takes its turn. */
const TURNS: readonly string[] = ['user_deletion_writer', 'user_deletion_sessions']
const WRITES: readonly string[] = ['insert', 'update', 'delete', 'findAndModify', 'bulkWrite']
