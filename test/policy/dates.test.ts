import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import {
  type DisabledUser,
  definePolicy,
  type Policy,
  type PolicyInput,
  UserDeletionEngine,
} from '../../src/index.ts'
import { withOtherWrites } from '../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

const NOW = '2026-03-01T12:00:00.000Z'
const EARLIER = new Date('2025-01-02T03:04:05.678Z')

const policy = definePolicy({
  name: 'dates',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    status: {
      disabled: { status: 'disabled', changedAt: '$atDate' },
      active: { status: 'active', changedAt: '$atDate' },
    },
  },
  audit: { table: 'log', entry: { id: '$id', userId: '$userId', at: '$atDate', text: '$at' } },
  tables: { log: { match: 'userId', action: 'retain', reason: 'SOC 2' } },
})

/** `recorded` is what the store was given to keep of the columns, as it would come back from JSON. */
async function open(user: object) {
  const memory = memoryStore({ data: { users: [{ id: 'usr_1', ...user }], log: [] } })
  const recorded: DisabledUser[] = []
  const store = withOtherWrites(memory, (write) => {
    if (write.kind !== 'put' || write.table !== 'disabled') return write
    const record = JSON.parse(JSON.stringify(write.record)) as typeof write.record
    recorded.push(record)
    return { ...write, record }
  })
  const clock = fixedClock(NOW)
  const engine = new UserDeletionEngine({ store, policy, clock })
  await engine.migrate()
  const row = () => memory.rows('users')[0]
  return { engine, clock, memory, recorded, row }
}

describe('a status column that holds dates', () => {
  it('is written as a date, and holds again what it held, though the record went through JSON', async () => {
    const { engine, recorded, row } = await open({ status: 'trial', changedAt: EARLIER })
    assert.equal((await engine.disable('usr_1', {})).state, 'disabled')
    assert.deepEqual(row(), { id: 'usr_1', status: 'disabled', changedAt: new Date(NOW) })
    const [record] = recorded
    assert.deepEqual(record?.before, {
      status: 'trial',
      changedAt: { date: EARLIER.toISOString() },
    })
    assert.equal((await engine.enable('usr_1', {})).state, 'active')
    assert.deepEqual(row(), { id: 'usr_1', status: 'trial', changedAt: EARLIER })
  })

  it('holds nothing again where it held nothing', async () => {
    const { engine, row } = await open({ status: 'active', changedAt: null })
    await engine.disable('usr_1', {})
    await engine.enable('usr_1', {})
    assert.deepEqual(row(), { id: 'usr_1', status: 'active', changedAt: null })
  })

  it('is written for a user whom the host has disabled by itself', async () => {
    const { engine, row } = await open({ status: 'disabled', changedAt: EARLIER })
    await engine.enable('usr_1', {})
    assert.deepEqual(row(), { id: 'usr_1', status: 'active', changedAt: new Date(NOW) })
  })

  it('is given back by a cancelled deletion', async () => {
    const { engine, row } = await open({ status: 'active', changedAt: EARLIER })
    await engine.scheduleDeletion('usr_1', {})
    assert.deepEqual(row()?.['changedAt'], new Date(NOW))
    await engine.cancelDeletion('usr_1', {})
    assert.deepEqual(row(), { id: 'usr_1', status: 'active', changedAt: EARLIER })
  })

  it('that holds no instant is refused before anything is written', async () => {
    const { engine, row } = await open({ status: 'active', changedAt: new Date(Number.NaN) })
    await assert.rejects(engine.disable('usr_1', {}), {
      code: 'schema_mismatch',
      details: { column: 'changedAt' },
    })
    assert.equal(row()?.['status'], 'active')
  })
})

it('an audit entry may hold a date', async () => {
  const { engine, memory } = await open({ status: 'active', changedAt: null })
  await engine.erase('usr_1', {})
  const [entry] = memory.rows('log')
  assert.deepEqual(
    [entry?.['userId'], entry?.['at'], entry?.['text']],
    ['usr_1', new Date(NOW), NOW],
  )
})

describe('a store without dates', () => {
  const build = (refused: Policy<PolicyInput>): unknown =>
    new UserDeletionEngine({ store: sqliteStore(new Database(':memory:')), policy: refused })

  it('refuses a policy that writes one into a status column, or into the audit log', () => {
    const refused = { code: 'invalid_policy', details: { path: 'user.status.disabled.changedAt' } }
    assert.throws(() => build(policy as unknown as Policy<PolicyInput>), refused)
    const { status: _, ...user } = policy.user
    const audited = definePolicy({ ...policy, user }) as unknown as Policy<PolicyInput>
    assert.throws(() => build(audited), { details: { path: 'audit.entry.at' } })
  })
})
