/**
 * What a trigger of the host keeps as it was is not told as done.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'

const policy = definePolicy({
  name: 'kept',
  version: 1,
  user: {
    ...{ table: 'users', id: 'id' },
    status: { disabled: { status: 'disabled' }, active: { status: 'active' } },
  },
  tables: { posts: { match: 'author', action: 'delete' } },
})

async function opened(trigger: string) {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, status TEXT);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT);
    CREATE INDEX posts_author ON posts (author);
    INSERT INTO users VALUES ('ann', 'active');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
      INSERT INTO posts SELECT i, 'ann' FROM n;
    ${trigger}`)
  const engine = new UserDeletionEngine({
    ...{ store: sqliteStore(db), policy, logger: { warn() {} } },
    maxRowsPerTransaction: 8,
  })
  await engine.migrate()
  return { db, engine }
}

it('rows that a trigger keeps from a chunk are counted once, when they go', async () => {
  const { db, engine } =
    await opened(`CREATE TRIGGER keeps BEFORE DELETE ON posts WHEN old.id IN (3, 9, 17)
    BEGIN SELECT RAISE(IGNORE); END`)
  await assert.rejects(engine.delete('ann'), { code: 'residue_left' })
  db.exec('DROP TRIGGER keeps')
  await engine.resume()
  const receipts = []
  for await (const receipt of engine.ledger.receipts()) receipts.push(receipt)
  assert.deepEqual(
    receipts.map(({ steps }) => steps.find(({ table }) => table === 'posts')?.rows),
    [20],
  )
  assert.equal(db.prepare('SELECT count(*) FROM posts').pluck().get(), 0)
})

it('a state that a trigger takes back is not told as the one in which the user stands', async () => {
  const { engine } =
    await opened(`CREATE TRIGGER back AFTER UPDATE OF status ON users WHEN new.status = 'disabled'
    BEGIN UPDATE users SET status = 'active' WHERE id = new.id; END`)
  const { state, user } = await engine.disable('ann', { revokeSessions: false })
  const { state: now } = await engine.getStatus('ann')
  assert.deepEqual([state, user['status']], [now, 'active'])
})

it('users beside one whose trigger rolls everything back go once, and are told as gone', async () => {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, status TEXT);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, author TEXT);
    CREATE INDEX posts_author ON posts (author);
    CREATE TRIGGER keeps BEFORE DELETE ON users WHEN old.id = 'usr_7'
      BEGIN SELECT RAISE(ROLLBACK, 'kept'); END`)
  const ids = Array.from({ length: 20 }, (_, index) => `usr_${index}`)
  for (const id of ids) db.prepare('INSERT INTO users VALUES (?, NULL)').run(id)
  const told: string[] = []
  const hooks = {
    afterDelete: ({ userId }: { readonly userId: unknown }) => void told.push(String(userId)),
  }
  const logger = { warn() {} }
  const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, hooks, logger })
  await engine.migrate()
  const { deleted, failed, alreadyDeleted } = await engine.deleteMany(ids, { mode: 'throughput' })
  assert.deepEqual([deleted, failed, alreadyDeleted], [19, 1, 0])
  assert.deepEqual(told.toSorted(), ids.filter((id) => id !== 'usr_7').toSorted())
  assert.deepEqual(db.prepare('SELECT id FROM users').pluck().all(), ['usr_7'])
})
