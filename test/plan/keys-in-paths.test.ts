import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type Store, UserDeletionEngine } from '../../src/index.ts'

const policy = definePolicy({
  ...{ name: 'keys', version: 1 },
  user: { table: 'users', id: 'id' },
  tables: {
    teams: { match: 'owner', action: 'delete' },
    seats: {
      match: { column: 'team', through: { table: 'teams', key: 'code' } },
      action: 'delete',
    },
  },
})

/** Whether the seat of a team under this code goes with the owner of the team. */
async function goes(open: 'sqlite' | 'memory', code: string): Promise<boolean> {
  const data = {
    users: [{ id: 'u1' }, { id: 'u2' }],
    teams: [{ owner: 'u1', code }],
    seats: [{ id: 1, team: code }],
  }
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY);
    CREATE TABLE teams (owner TEXT, code TEXT UNIQUE);
    CREATE TABLE seats (id INTEGER PRIMARY KEY, team TEXT);
    INSERT INTO users VALUES ('u1'), ('u2')`)
  db.prepare("INSERT INTO teams VALUES ('u1', ?)").run(code)
  db.prepare('INSERT INTO seats (team) VALUES (?)').run(code)
  const memory = memoryStore({ data })
  const store: Store = open === 'sqlite' ? sqliteStore(db) : memory
  const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
  await engine.migrate()
  await engine.delete('u1')
  const left = open === 'sqlite' ? db.prepare('SELECT 1 FROM seats').all() : memory.rows('seats')
  return left.length === 0
}

describe('rows through a parent whose key is', () => {
  const shown = (code: string): string =>
    [...code].map((one) => `U+${one.codePointAt(0)?.toString(16)}`).join(' ')
  for (const open of ['sqlite', 'memory'] as const) {
    for (const code of ['', ' ', '\0', ' \0 ', '\u{e0041}', ' \u{e0100}\u200b', '\u{1d173}']) {
      it(`blank belong to nobody: ${shown(code)}, ${open}`, async () => {
        assert.equal(await goes(open, code), false)
      })
    }
    for (const code of ['a', '\0a', 'a\0', ' 0 ', '-', '^', ']', '[', '\u{1f600}', '\u{e1000}']) {
      it(`not blank go with it: ${shown(code)}, ${open}`, async () => {
        assert.equal(await goes(open, code), true)
      })
    }
  }
})
