/**
 * Clauses of the store contract: what a deleted user held stays taken for a while.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { UserDeletionEngine } from '../../../engine/engine.ts'
import type { EngineOptions } from '../../../engine/options.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { Policy, PolicyInput } from '../../../policy/policy.ts'
import { answerOf } from '../../../store/inquiry.ts'
import type { Reservation } from '../../../store/records.ts'
import type { Store } from '../../../store/store.ts'
import { ANN, BOB, contractData, NIL, SHARED_EMAIL, TENANT_A, TENANT_B, TWIN } from '../data.ts'
import { contractPolicy, contractSchema } from '../fixture.ts'
import {
  type Clause,
  type ContractRunner,
  createWorld,
  IN_A,
  type OpenStore,
  type World,
} from '../world.ts'

const IN_B = { tenantId: TENANT_B }
const KEYS = { pseudonym: 'a pseudonym key for tests', reserve: 'a reserve key for tests' }
const BOBS = 'bob@example.com'

type ReservingPolicy = PolicyInput & {
  readonly user: {
    readonly tenant: string
    readonly reserve: { readonly email: unknown; readonly name?: unknown }
  }
}
type Engine = UserDeletionEngine<ReservingPolicy>

function reservingPolicy(reserve: NonNullable<PolicyInput['user']['reserve']>) {
  const { user } = contractPolicy
  return definePolicy({
    ...contractPolicy,
    user: { ...user, fields: { email: 'email', name: 'name' }, reserve },
  } as PolicyInput) as Policy<ReservingPolicy>
}

const YEAR = reservingPolicy({ email: 'P1Y' })

function reserving(
  { engineWith }: Pick<World, 'engineWith'>,
  options: Partial<EngineOptions> = {},
  policy: Policy<ReservingPolicy> = YEAR,
): Engine {
  const given = { keys: KEYS, ...options } as Parameters<World['engineWith']>[0]
  return engineWith(given, policy as unknown as typeof contractPolicy) as unknown as Engine
}

function reservations(store: Store): Promise<readonly Reservation[]> {
  return answerOf(store, { kind: 'records', table: 'reservations' })
}

export function reserveClauses(clause: Clause): void {
  clause('what a deleted user held stays taken, in their tenant alone', async (world) => {
    const engine = reserving(world)
    assert.equal(await engine.isReserved({ email: SHARED_EMAIL }, IN_A), false)
    const receipt = await engine.delete(ANN, IN_A)
    assert.deepEqual(receipt.userRow.reserved, { email: 'P1Y' })
    assert.equal(await engine.isReserved({ email: SHARED_EMAIL }, IN_A), true)
    assert.equal(await engine.isReserved({ email: SHARED_EMAIL }, IN_B), false)
    for (const other of [BOBS, 'Ann@Example.com', `${SHARED_EMAIL} `, '', ' ', null]) {
      assert.equal(await engine.isReserved({ email: other }, IN_A), false)
    }
  })

  clause('a reservation says neither what nor whose it was, nor when they went', async (world) => {
    const engine = reserving(world)
    const { id } = await engine.delete(ANN, IN_A)
    const [one, ...others] = await reservations(world.store)
    assert.deepEqual(others, [])
    const { hash, keyName, id: own, ...rest } = one ?? assert.fail('nothing is reserved')
    assert.deepEqual(rest, { userTable: 'users', until: '2027-03-02T00:00:00.000Z' })
    const text = JSON.stringify(one)
    for (const told of [SHARED_EMAIL, ANN, TENANT_A, id.slice(4), KEYS.reserve]) {
      assert.equal(text.includes(told), false, told)
    }
    assert.match(`${hash} ${keyName} ${own}`, /^[0-9a-f]{64} [0-9a-f]{16} [0-9a-f]{32}$/)
  })

  clause('nothing is reserved of a blank, of who stays, or by a rehearsal', async (world) => {
    const engine = reserving(world)
    const vetoing = reserving(world, { hooks: { beforeDelete: () => ({ veto: 'stays' }) } })
    await engine.delete(NIL, IN_A)
    await assert.rejects(vetoing.delete(BOB, IN_A))
    const { userRow } = await reserving(world).plan(BOB, IN_A)
    assert.deepEqual(userRow.reserved, { email: 'P1Y' })
    if (world.store.capabilities.transactions) {
      await reserving(world).plan(BOB, { ...IN_A, rehearse: true })
    }
    assert.deepEqual(await reservations(world.store), [])
    assert.equal(await engine.isReserved({ email: BOBS }, IN_A), false)
  })

  clause('each way to leave reserves', async (world) => {
    const engine = reserving(world)
    const large = reserving(world, { maxRowsPerTransaction: 3 })
    assert.equal((await engine.plan(ANN, IN_A)).blockers.length, 0)
    assert.equal((await large.delete(ANN, IN_A)).way, 'journal')
    assert.equal(await engine.isReserved({ email: SHARED_EMAIL }, IN_A), true)
    await engine.scheduleDeletion(BOB, { ...IN_A, after: 'P1D' })
    assert.equal(await engine.isReserved({ email: BOBS }, IN_A), false)
    world.clock.set('2026-03-03T12:00:00.000Z')
    assert.equal((await engine.purgeDue()).deleted.length, 1)
    assert.equal(await engine.isReserved({ email: BOBS }, IN_A), true)
    assert.equal((await engine.erase('usr_owner1', IN_A)).status, 'erased')
    assert.equal(await engine.isReserved({ email: 'owner1@example.com' }, IN_A), true)
    await engine.deleteTenant(TENANT_B, { expect: { max: 5 } })
    assert.equal(await engine.isReserved({ email: SHARED_EMAIL }, IN_B), true)
  })

  clause('a reservation ends on the day, and by no clock that has leapt', async (world) => {
    const engine = reserving(world)
    await engine.delete(ANN, IN_A)
    await engine.delete(TWIN, IN_B)
    await engine.expireRetained()
    world.clock.set('2027-03-02T00:00:00.000Z')
    await assert.rejects(engine.expireRetained(), { code: 'clock_jumped' })
    assert.equal(await engine.isReserved({ email: SHARED_EMAIL }, IN_A), true)
    world.clock.set('2027-03-01T23:59:59.999Z')
    assert.equal((await engine.expireRetained({ confirmClock: true })).reservations, 0)
    world.clock.set('2027-03-02T00:00:00.000Z')
    const { reservations: ended, more } = await engine.expireRetained({ limit: 1 })
    assert.deepEqual([ended, more], [1, true])
    assert.equal((await engine.expireRetained()).reservations, 1)
    assert.equal((await engine.expireRetained()).reservations, 0)
    assert.deepEqual(await reservations(world.store), [])
    assert.equal(await engine.isReserved({ email: SHARED_EMAIL }, IN_A), false)
  })

  clause('the letters A to Z are a to z where the policy says so', async (world) => {
    const policy = reservingPolicy({ email: { for: 'P1Y', ignoreCase: true }, name: 'P1D' })
    const engine = reserving(world, {}, policy)
    await engine.delete(ANN, IN_A)
    assert.equal(await engine.isReserved({ email: 'ANN@Example.com' }, IN_A), true)
    assert.equal(await engine.isReserved({ name: `Name of ${ANN}` }, IN_A), true)
    assert.equal(await engine.isReserved({ name: `name of ${ANN}` }, IN_A), false)
    assert.equal(await engine.isReserved({ email: BOBS, name: `Name of ${ANN}` }, IN_A), true)
    assert.equal(await engine.isReserved({ name: SHARED_EMAIL }, IN_A), false)
  })

  clause(
    'a changed key reads what the old one has written, and says so without it',
    async (world) => {
      const [old, next] = [KEYS.reserve, 'the next reserve key of tests']
      await reserving(world).delete(ANN, IN_A)
      const changed = reserving(world, { keys: { ...KEYS, reserve: next, oldReserve: [old] } })
      const without = reserving(world, { keys: { ...KEYS, reserve: next } })
      assert.equal(await changed.isReserved({ email: SHARED_EMAIL }, IN_A), true)
      const wrong = { code: 'wrong_key', details: { path: 'keys.reserve' } }
      await assert.rejects(without.isReserved({ email: BOBS }, IN_A), wrong)
      await assert.rejects(without.delete(BOB, IN_A), wrong)
      await changed.delete(BOB, IN_A)
      await assert.rejects(reserving(world).isReserved({ email: BOBS }, IN_A), wrong)
      assert.equal(await changed.isReserved({ email: BOBS }, IN_A), true)
      await world.engine.expireRetained()
      world.clock.set('2027-03-02T00:00:00.000Z')
      assert.equal((await changed.expireRetained({ confirmClock: true })).reservations, 2)
      assert.equal(await without.isReserved({ email: BOBS }, IN_A), false)
    },
  )

  clause('a policy that reserves nothing any more still ends what was reserved', async (world) => {
    await reserving(world).delete(ANN, IN_A)
    world.clock.set('2027-03-02T00:00:00.000Z')
    const ended = await world.engine.expireRetained({ confirmClock: true })
    assert.equal(ended.reservations, 1)
    assert.deepEqual(await reservations(world.store), [])
  })
}

/** Reservations of a database that was restored from a backup of before the first deletion. */
export function restoredReserveClauses({ it }: ContractRunner, open: OpenStore): void {
  it('come back with an import, also of users whom the backup never had', async () => {
    const [lost, backup] = [
      await open(contractSchema, contractData()),
      await open(contractSchema, contractData()),
    ]
    try {
      const [first, second] = [createWorld(lost), createWorld(backup)]
      const ledgerKeys = { keys: { ...KEYS, ledger: 'a ledger key for the tests' } }
      const [engine, restored] = [reserving(first, ledgerKeys), reserving(second, ledgerKeys)]
      await engine.migrate()
      await restored.migrate()
      await engine.deleteMany([ANN, BOB], IN_A)
      const lines: string[] = []
      for await (const line of engine.ledger.export()) lines.push(line)
      assert.equal(lines.join('').includes(SHARED_EMAIL), false)
      const without = lines.filter((_, place) => place !== lines.length - 2)
      await assert.rejects(restored.ledger.import(without), { code: 'invalid_argument' })
      assert.deepEqual(await reservations(second.store), [])
      const { imported, reservations: back } = await restored.ledger.import(lines)
      assert.equal(back, 2)
      assert.deepEqual(await restored.ledger.import(lines), { imported: 0, known: imported })
      assert.deepEqual(
        (await reservations(second.store)).toSorted(byId),
        (await reservations(first.store)).toSorted(byId),
      )
      assert.equal(await restored.isReserved({ email: BOBS }, IN_A), true)
      const stranger = reserving(second, {
        keys: { ...ledgerKeys.keys, reserve: 'another key of these tests' },
      })
      await assert.rejects(stranger.isReserved({ email: BOBS }, IN_A), { code: 'wrong_key' })
      assert.equal((await restored.replay()).deletedAgain, 2)
      assert.equal((await reservations(second.store)).length, 4)
    } finally {
      await lost.close?.()
      await backup.close?.()
    }
  })
}

function byId(a: Reservation, b: Reservation): number {
  return a.id < b.id ? -1 : 1
}
