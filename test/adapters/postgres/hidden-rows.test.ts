/**
 * A role from which row security hides rows deletes nobody: what it does not see would stay.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { openTestDatabase } from '../../worlds/postgres/test-database.ts'

it('refuses tables whose rows may be hidden from the role', async () => {
  const db = await openTestDatabase()
  const worker = await db.newRole()
  await db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT, hidden BOOLEAN);
    CREATE INDEX posts_author ON posts (author);
    INSERT INTO users VALUES ('ann'), ('bob');
    INSERT INTO posts VALUES (1, 'ann', false), (2, 'ann', true), (3, 'bob', false);
    ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
    CREATE POLICY seen ON posts USING (NOT hidden);`)
  const policy = definePolicy({
    name: 'rows',
    version: 1,
    user: { table: 'users', id: 'id' },
    tables: { posts: { match: 'author', action: 'delete' } },
  })
  const engine = new UserDeletionEngine({ store: postgresStore(db.handle), policy })
  await engine.migrate()
  // The owner bypasses it.
  await engine.delete('bob')
  await db.exec(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${worker}; SET ROLE ${worker}`)
  await assert.rejects(engine.delete('ann'), { code: 'schema_mismatch' })
  await assert.rejects(engine.plan('ann'), { code: 'schema_mismatch' })
  await db.exec('RESET ROLE')
  const { rows } = await db.query('SELECT id FROM posts ORDER BY id')
  assert.deepEqual(rows, [{ id: 1 }, { id: 2 }])
  await engine.delete('ann')
  assert.deepEqual((await db.query('SELECT id FROM posts')).rows, [])
  await db.close()
})
