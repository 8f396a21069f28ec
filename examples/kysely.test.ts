import assert from 'node:assert/strict'
import { it } from 'node:test'
import Database from 'better-sqlite3'
import { openDatabase } from './kysely.ts'

async function open() {
  const handle = new Database(':memory:')
  handle.exec(`
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT);
    CREATE TABLE sessions (id INTEGER PRIMARY KEY, user_id TEXT NOT NULL REFERENCES users (id));
    CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id TEXT REFERENCES users (id), title TEXT NOT NULL);
    CREATE INDEX sessions_user ON sessions (user_id);
    CREATE INDEX posts_author ON posts (author_id);
  `)
  const world = openDatabase(handle)
  const { db, engine } = world
  await engine.migrate()
  for (const id of ['ann', 'bob']) {
    await db
      .insertInto('users')
      .values({ id, email: `${id}@example.com` })
      .execute()
    await db.insertInto('sessions').values({ user_id: id }).execute()
    await db
      .insertInto('posts')
      .values({ author_id: id, title: `of ${id}` })
      .execute()
  }
  return world
}

it('deletes a user through the handle that Kysely has open', async () => {
  const { db, engine, deleteUser } = await open()
  assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
  await deleteUser('ann')
  assert.deepEqual(await db.selectFrom('users').select('id').execute(), [{ id: 'bob' }])
  assert.deepEqual(await db.selectFrom('sessions').select('user_id').execute(), [
    { user_id: 'bob' },
  ])
  assert.deepEqual(await db.selectFrom('posts').select(['author_id', 'title']).execute(), [
    { author_id: null, title: 'of ann' },
    { author_id: 'bob', title: 'of bob' },
  ])
})

it('waits for a transaction of Kysely, and is refused inside one', async () => {
  const { db, engine, deleteUser } = await open()
  const deletion = await db.transaction().execute(async (transaction) => {
    const waiting = deleteUser('ann')
    await assert.rejects(engine.delete('ann', {}), { code: 'connection_busy' })
    await transaction.updateTable('posts').set({ title: 'kept' }).execute()
    return { waiting }
  })
  assert.equal((await deletion.waiting).userId, 'ann')
  assert.deepEqual(await db.selectFrom('posts').select(['author_id', 'title']).execute(), [
    { author_id: null, title: 'kept' },
    { author_id: 'bob', title: 'kept' },
  ])
})
