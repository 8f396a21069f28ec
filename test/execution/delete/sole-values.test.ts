/**
 * A unique key says that no other row holds a user's value, as long as the user has a row, and as long as it is there.
 */
import assert from 'node:assert/strict'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'

const KEPT = { action: 'retain', reason: 'law', for: 'P1D', then: 'delete' } as const
const policy = definePolicy({
  name: 'sole',
  version: 1,
  user: { table: 'users', id: 'id', tenant: 'tenant_id', fields: { email: 'email' } },
  tables: {
    orders: { match: 'buyer', ...KEPT },
    invites: {
      match: { column: 'address', equals: { user: 'email' } },
      action: 'delete',
      acrossTenants: true,
    },
  },
})
const DATA = `
  CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT, email TEXT UNIQUE);
  CREATE TABLE orders (number TEXT PRIMARY KEY, buyer TEXT);
  CREATE TABLE invites (number TEXT PRIMARY KEY, address TEXT);
  INSERT INTO users VALUES ('ann', 'A', 'ann@example.com');
  INSERT INTO orders VALUES ('1', 'ann');
  INSERT INTO invites VALUES ('1', 'ann@example.com');`
const IN_A = { tenantId: 'A' }

forEachTables(({ name, describe, it, open }) => {
  describe(`what a unique key makes one user's alone, on ${name}`, () => {
    async function opened() {
      const host = await open(DATA)
      const clock = fixedClock('2026-03-01T12:00:00.000Z')
      const { store } = host
      const engine = new UserDeletionEngine({ store, policy, clock, logger: { warn() {} } })
      await engine.migrate()
      return { host, clock, engine }
    }

    it('goes with the user', async () => {
      const { host, engine } = await opened()
      const { steps } = await engine.delete('ann', IN_A)
      assert.equal(steps.find(({ table }) => table === 'invites')?.rows, 1)
      assert.deepEqual(await host.rows('invites', {}), [])
    })

    it('is somebody else’s once the user has gone: at the end of a retention', async () => {
      const { host, clock, engine } = await opened()
      await engine.delete('ann', IN_A)
      await host.insert('users', { id: 'ann', tenant_id: 'B', email: 'other@example.com' })
      await host.insert('orders', { number: '2', buyer: 'ann' })
      clock.set('2026-03-03T12:00:00.000Z')
      const { steps } = await engine.expireRetained()
      assert.equal(steps[0]?.rows, 0)
      assert.equal((await host.rows('orders', { number: '2' })).length, 1)
    })

    it('is somebody else’s once the user has gone: in what a look at the database finds', async () => {
      const { host, engine } = await opened()
      await engine.delete('ann', IN_A)
      await host.insert('users', { id: 'bob', tenant_id: 'A', email: 'ann@example.com' })
      await host.insert('invites', { number: '2', address: 'ann@example.com' })
      const known = { email: 'ann@example.com' }
      const found = await engine.verify('ann', { ...IN_A, known })
      const step = found.steps.find(({ table }) => table === 'invites')
      assert.deepEqual([step?.status, step?.shared], ['kept', 1])
    })
  })
})
