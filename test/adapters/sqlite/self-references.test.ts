import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type Policy,
  type PolicyInput,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'

const LEVELS = 5

/** Comments of one user under which others answer, and answers to these; a report refers to one of them. */
function rowsWith(reported: number) {
  const comments = Array.from({ length: LEVELS }, (_, level) => ({
    ...{ id: level + 1, parent: level === 0 ? null : level, author: level === 0 ? 'u1' : 'u2' },
  }))
  return { comments, reports: [{ id: 1, comment: reported }] }
}

function inSqlite(reported: number): Store {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('u1'), ('u2');
    CREATE TABLE comments (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES comments (id) ON DELETE CASCADE, author TEXT);
    CREATE INDEX c ON comments (author); CREATE INDEX p ON comments (parent);
    CREATE TABLE reports (id INTEGER PRIMARY KEY, comment INTEGER REFERENCES comments (id));`)
  const { comments, reports } = rowsWith(reported)
  for (const one of comments)
    db.prepare('INSERT INTO comments VALUES (@id, @parent, @author)').run(one)
  for (const one of reports) db.prepare('INSERT INTO reports VALUES (@id, @comment)').run(one)
  return sqliteStore(db)
}

function inMemory(reported: number): Store {
  const table = (name: string, columns: readonly string[]) => ({
    ...({ name, kind: 'table', primaryKey: ['id'], uniqueKeys: [], triggers: [] } as const),
    columns: columns.map((column) => ({ name: column, nullable: true, generated: false })),
  })
  const references = { table: 'comments', columns: ['id'] }
  const store = memoryStore({
    schema: [
      { ...table('users', ['id']), foreignKeys: [] },
      {
        ...table('comments', ['id', 'parent', 'author']),
        foreignKeys: [{ columns: ['parent'], references, onDelete: 'cascade' }],
      },
      {
        ...table('reports', ['id', 'comment']),
        foreignKeys: [{ columns: ['comment'], references, onDelete: 'no_action' }],
      },
    ],
  })
  for (const id of ['u1', 'u2']) store.insert('users', { id })
  const { comments, reports } = rowsWith(reported)
  for (const one of comments) store.insert('comments', one)
  for (const one of reports) store.insert('reports', one)
  return store
}

describe('rows that refer to rows of the same table, and go along with them', () => {
  for (const [kind, open] of Object.entries({ SQLite: inSqlite, memory: inMemory })) {
    it(`are followed to the end: what refers to one of them is a blocker, in ${kind}`, async () => {
      for (let level = 1; level <= LEVELS; level += 1) {
        const policy = definePolicy({
          ...{ name: 'self', version: 1, user: { table: 'users', id: 'id' } },
          tables: { comments: { match: 'author', action: 'delete' }, reports: 'unrelated' },
        } as PolicyInput) as unknown as Policy<PolicyInput>
        const options = { store: open(level), policy, clock: fixedClock(), logger: { warn() {} } }
        const engine = new UserDeletionEngine(options) as unknown as UserDeletionEngine
        await engine.migrate()
        const { blockers } = await engine.plan('u1', {})
        const found = blockers.map(({ name, table, rows }) => [name, table, rows])
        assert.deepEqual(found, [['foreign_key', 'reports', 1]], `level ${level}`)
        await assert.rejects(engine.delete('u1', {}), { code: 'deletion_blocked' })
      }
    })
  }
})
