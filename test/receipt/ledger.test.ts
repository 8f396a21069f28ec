import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { acmePolicy, openAcme } from '../worlds/acme.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { assertWhole } from '../worlds/found-whole.ts'

const tenantId = 'tnt_a'
const keys = { ledger: 'a ledger key of enough bytes' }

async function threeReceipts(options: Parameters<typeof openAcme>[0] = {}) {
  const world = await openAcme(options)
  await world.engine.deleteMany(['usr_a1', 'usr_a2', 'usr_a3'], { tenantId, mode: 'throughput' })
  return world
}

const TAMPERING: readonly (readonly [name: string, sql: string])[] = [
  [
    'a changed body',
    "UPDATE user_deletion_ledger SET body = replace(body, 'tnt_a', 'tnt_b') WHERE seq = 2",
  ],
  [
    'a changed time',
    "UPDATE user_deletion_ledger SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 2",
  ],
  ['a changed subject', "UPDATE user_deletion_ledger SET subject = 'usr_x' WHERE seq = 1"],
  [
    'a changed hash',
    "UPDATE user_deletion_ledger SET hash = 'f' || substr(hash, 2) || 'x' WHERE seq = 3",
  ],
  ['a removed entry', 'DELETE FROM user_deletion_ledger WHERE seq = 2'],
  ['a cut end', 'DELETE FROM user_deletion_ledger WHERE seq = 4'],
  [
    'two entries in exchanged places',
    `UPDATE user_deletion_ledger SET seq = 100 WHERE seq = 1;
     UPDATE user_deletion_ledger SET seq = 1 WHERE seq = 2;
     UPDATE user_deletion_ledger SET seq = 2 WHERE seq = 100`,
  ],
  ['an empty ledger', 'DELETE FROM user_deletion_ledger'],
  ['a changed head', 'UPDATE user_deletion_ledger_head SET seq = 3'],
]

describe('the ledger', () => {
  it('is whole after deletions, with a key and without', async () => {
    for (const options of [{}, { keys }]) {
      const { engine } = await threeReceipts(options)
      assertWhole(await engine.ledger.verify(), 4, 'keys' in options)
    }
  })

  for (const [name, sql] of TAMPERING) {
    it(`shows ${name}`, async () => {
      for (const options of [{}, { keys }]) {
        const { db, engine } = await threeReceipts(options)
        db.exec(sql)
        assert.equal((await engine.ledger.verify()).valid, false)
      }
    })
  }

  it('shows a head signed with another key', async () => {
    const { db } = await threeReceipts({ keys })
    const other = new UserDeletionEngine({
      store: sqliteStore(db),
      policy: acmePolicy,
      keys: { ledger: 'another ledger key of enough bytes' },
    })
    assert.equal((await other.ledger.verify()).valid, false)
  })

  it('lists receipts in order, from an instant on', async () => {
    const clock = fixedClock()
    const { engine } = await openAcme({ clock })
    await engine.delete('usr_a1', { tenantId })
    clock.set('2026-03-02T00:00:00.000Z')
    await engine.delete('usr_a2', { tenantId })
    const read = async (since?: Date) => {
      const ids: unknown[] = []
      for await (const { userId } of engine.ledger.receipts(since === undefined ? {} : { since }))
        ids.push(userId)
      return ids
    }
    assert.deepEqual(await read(), ['usr_a1', 'usr_a2'])
    assert.deepEqual(await read(new Date('2026-03-02T00:00:00.000Z')), ['usr_a2'])
  })

  it('can name users by a keyed hash instead of their id', async () => {
    const { db, engine } = await openAcme({ keys: { subject: 'a subject key of enough bytes' } })
    const receipt = await engine.delete('usr_a1', { tenantId })
    assert.equal(receipt.userId, null)
    assert.match(String(receipt.subject), /^hmac:[0-9a-f]{64}$/)
    const stored = JSON.stringify(db.prepare('SELECT * FROM user_deletion_ledger').all())
    assert.doesNotMatch(stored, /usr_a1/)
    assert.equal(await engine.isDeleted('usr_a1', { tenantId }), true)
    await assert.rejects(engine.delete('usr_a1', { tenantId }), {
      details: { receiptId: receipt.id },
    })
  })
})

describe('isDeleted', () => {
  it('counts only deletions after a token was issued', async () => {
    const { engine } = await openAcme()
    await engine.delete('usr_a1', { tenantId })
    const ask = (issuedAt: Date | number) => engine.isDeleted('usr_a1', { tenantId, issuedAt })
    assert.equal(await ask(new Date('2026-03-01T11:59:59.000Z')), true)
    assert.equal(await ask(Date.parse('2026-03-01T11:59:59.000Z') / 1_000), true)
    assert.equal(await ask(new Date('2026-03-01T12:00:00.000Z')), false)
    assert.equal(await engine.isDeleted('usr_a1', { tenantId: 'tnt_b' }), false)
    assert.equal(await engine.isDeleted('usr_a2', { tenantId }), false)
    await assert.rejects(ask(Number.NaN), { code: 'invalid_argument' })
  })
})

describe('an idempotency key', () => {
  it('gives the same receipt again, and is a conflict with other arguments', async () => {
    const { engine } = await openAcme()
    const options = { tenantId, idempotencyKey: 'k1', reason: 'user_request' }
    const receipt = await engine.delete('usr_a1', options)
    assert.deepEqual(await engine.delete('usr_a1', options), receipt)
    await assert.rejects(engine.delete('usr_a2', options), { code: 'idempotency_conflict' })
    await assert.rejects(engine.delete('usr_a1', { ...options, reason: 'fraud' }), {
      code: 'idempotency_conflict',
    })
  })
})

describe('expect', () => {
  it('deletes what the plan showed and refuses anything else', async () => {
    const { db, engine } = await openAcme()
    const ids = ['usr_a1', 'usr_a2']
    const { digest } = await engine.planMany(ids, { tenantId })
    const expect = { digest }
    await assert.rejects(engine.deleteMany([...ids, 'usr_a3'], { tenantId, expect }), {
      code: 'expectation_failed',
    })
    db.exec("INSERT INTO sessions VALUES ('late', 'usr_a1')")
    const result = await engine.deleteMany(
      (async function* () {
        yield* ids
      })(),
      { tenantId, expect },
    )
    assert.equal(result.deleted, 2)
    const plan = await engine.plan('usr_a3', { tenantId })
    await assert.rejects(engine.delete('usr_a3', { tenantId, expect }), {
      code: 'expectation_failed',
    })
    await engine.delete('usr_a3', { tenantId, expect: { digest: plan.digest } })
  })
})
