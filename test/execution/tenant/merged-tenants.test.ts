/** Tenants that the users' table takes for one, and the table of the tenants does not. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'

const policy = definePolicy({
  name: 'tenants',
  version: 1,
  user: { table: 'users', id: 'id', tenant: 'tenant_id' },
  tables: { tenants: 'unrelated' },
  tenant: { table: 'tenants', id: 'id', tables: {} },
})

async function open(users: string, tenants: string) {
  const db = new Database(':memory:')
  db.exec(`
    CREATE TABLE tenants (id TEXT ${tenants} PRIMARY KEY);
    CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT ${users});
    INSERT INTO users VALUES ('ann', 'T'), ('bob', 't');
    INSERT INTO tenants VALUES ('T')`)
  const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, logger: { warn() {} } })
  await engine.migrate()
  const left = () => db.prepare('SELECT id FROM users').pluck().all()
  return { db, engine, left }
}

describe('a tenant whose spellings only the users’ table takes for one', () => {
  for (const collation of ['NOCASE', 'RTRIM']) {
    it(`is not deleted, as users of another tenant might go: ${collation}`, async () => {
      const { db, engine, left } = await open(`COLLATE ${collation}`, '')
      db.exec("INSERT INTO tenants VALUES ('t')")
      const refusal = { code: 'schema_mismatch', details: { path: 'tenant.id' } }
      await assert.rejects(engine.planTenant('T'), refusal)
      await assert.rejects(engine.deleteTenant('T', { expect: { max: 9 } }), refusal)
      assert.deepEqual(left(), ['ann', 'bob'])
    })
  }

  it('goes with all of its users where both tables compare alike', async () => {
    for (const [collation, gone] of [
      ['COLLATE NOCASE', 2],
      ['', 1],
    ] as const) {
      const { engine, left } = await open(collation, collation)
      const { users } = await engine.deleteTenant('T', { expect: { max: 9 } })
      assert.equal(users.deleted, gone, collation)
      assert.equal(left().length, 2 - gone)
    }
  })
})
