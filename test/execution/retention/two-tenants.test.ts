/**
 * One id in two tenants, and rows of a rule that names no tenant: each row is told once, with the deletion it went with.
 */
import assert from 'node:assert/strict'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { retentionFactOf } from '../../../src/receipt/retention-fact.ts'
import { readLedger } from '../../../src/records/ledger-records.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'

const OTHERS = Array.from({ length: 20 }, (_, index) => `other_${index}`)
const DATA = `
  CREATE TABLE users (number INTEGER PRIMARY KEY, tenant_id TEXT, uid TEXT);
  CREATE TABLE orders (id TEXT PRIMARY KEY, buyer TEXT);
  INSERT INTO users VALUES (1001, 'A', 'ann'), (1002, 'B', 'ann');
  INSERT INTO orders VALUES ('ann_1', 'ann'), ('ann_2', 'ann');
  ${OTHERS.map((id, number) => `INSERT INTO users VALUES (${number + 1}, 'A', '${id}'); INSERT INTO orders VALUES ('order_${number}', '${id}');`).join('\n')}`

forEachTables(({ name, describe, it, open }) => {
  describe(`one id in two tenants, at the end of a retention, on ${name}`, () => {
    it('has its rows told once', async () => {
      const { store, rows } = await open(DATA)
      const clock = fixedClock('2026-03-01T12:00:00.000Z')
      const policy = definePolicy({
        name: 'shop',
        version: 1,
        user: { table: 'users', id: 'uid', tenant: 'tenant_id' },
        tables: {
          orders: { match: 'buyer', action: 'retain', reason: 'law', for: 'P1D', then: 'delete' },
        },
      })
      const engine = new UserDeletionEngine({ store, policy, clock, logger: { warn() {} } })
      await engine.migrate()
      // Batches grow, so that both are in one.
      for (const id of OTHERS) await engine.delete(id, { tenantId: 'A' })
      for (const tenantId of ['A', 'B']) await engine.delete('ann', { tenantId })
      clock.set('2026-03-03T12:00:00.000Z')
      const { steps } = await engine.expireRetained()
      assert.equal(steps[0]?.rows, OTHERS.length + 2)
      assert.deepEqual(await rows('orders', {}), [])
      const entries = await readLedger(store, { afterSeq: 0, limit: 1_000 })
      const told = entries.filter(({ kind }) => kind === 'retention.expired').map(retentionFactOf)
      assert.equal(
        told.reduce((sum, fact) => sum + fact.rows, 0),
        OTHERS.length + 2,
      )
    })
  })
})
