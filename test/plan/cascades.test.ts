import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type Policy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'

type Tables = PolicyInput['tables']
type Untenanted = PolicyInput & { readonly user: { readonly tenant?: never } }

interface World {
  readonly sql: string
  readonly tables: Tables
  readonly foreignKeys?: boolean
}

function open({ sql, tables, foreignKeys = true }: World) {
  const db = new Database(':memory:')
  db.pragma(`foreign_keys = ${foreignKeys ? 'ON' : 'OFF'}`)
  db.exec(sql)
  const engine = new UserDeletionEngine({
    store: sqliteStore(db),
    policy: definePolicy({
      ...{ name: 'p', version: 1, tables },
      user: { table: 'users', id: 'id', ghost: { id: 'ghost' } },
    }) as Policy<Untenanted>,
    logger: { warn: () => {} },
  })
  const left = (table: string): unknown[] =>
    db.prepare(`SELECT id FROM ${table} ORDER BY id`).pluck().all()
  return { db, engine, left }
}

/** Findings about foreign keys, less those of one table where nothing is said. */
async function keysTold(world: World): Promise<readonly string[]> {
  const { engine } = open(world)
  const { findings } = await engine.checkSchema()
  return findings
    .filter(({ code }) => code.startsWith('foreign_key_'))
    .map(({ severity, code, table, column }) => `${severity} ${code} ${table}.${column}`)
}

const folders = (action: string): string => `
  CREATE TABLE users (id TEXT PRIMARY KEY);
  CREATE TABLE folders (id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES users);
  CREATE TABLE letters (id TEXT PRIMARY KEY, sender TEXT, state TEXT, folder TEXT REFERENCES folders ${action});
  INSERT INTO users VALUES ('ann'), ('bob'), ('ghost');
  INSERT INTO folders VALUES ('f', 'ann');
  INSERT INTO letters VALUES ('sent', 'ann', 'sent', 'f'), ('draft', 'ann', 'draft', 'f')`

const OWN_FOLDERS = { match: 'owner', action: 'delete' } as const
const SENT = { match: 'sender', where: { state: 'sent' } } as const
const DRAFTS = { match: 'sender', where: { state: 'draft' }, action: 'delete' } as const

const KEEPING = {
  'handed to the ghost': { ...SENT, action: 'detach', to: 'ghost' },
  detached: { ...SENT, action: 'detach' },
  anonymized: { ...SENT, action: 'anonymize', reason: 'contract', set: { sender: null } },
  retained: { ...SENT, action: 'retain', reason: 'contract' },
} as const

describe('a foreign key that acts on rows which the policy keeps', () => {
  for (const [what, rule] of Object.entries(KEEPING)) {
    it(`refuses a cascade into rows that are ${what} beside others that go`, async () => {
      const world = {
        sql: folders('ON DELETE CASCADE'),
        tables: { folders: OWN_FOLDERS, letters: [rule, DRAFTS] },
      }
      assert.deepEqual(await keysTold(world), ['error foreign_key_deletes letters.folder'])
      const { engine, left } = open(world)
      await engine.migrate()
      await assert.rejects(engine.delete('ann', {}), { code: 'schema_mismatch' })
      assert.deepEqual(left('letters'), ['draft', 'sent'])
    })

    it(`tells of SET NULL in rows that are ${what} beside others that go`, async () => {
      const tables = { folders: OWN_FOLDERS, letters: [rule, DRAFTS] }
      assert.deepEqual(await keysTold({ sql: folders('ON DELETE SET NULL'), tables }), [
        'warning foreign_key_changes letters.folder',
      ])
    })
  }

  it('has nothing to act on where a rule cuts that very reference first', async () => {
    const byFolder = { column: 'folder', through: { table: 'folders', key: 'id' } }
    const tables = {
      folders: OWN_FOLDERS,
      letters: [
        { match: byFolder, action: 'detach' },
        { ...SENT, action: 'retain', reason: 'contract' },
      ],
    } as const
    const world = { sql: folders('ON DELETE CASCADE'), tables }
    const { db, engine } = open(world)
    await engine.migrate()
    await engine.delete('ann', {})
    assert.deepEqual(db.prepare('SELECT id, sender, folder FROM letters ORDER BY id').raw().all(), [
      ['draft', 'ann', null],
      ['sent', 'ann', null],
    ])
  })

  it('does nothing while foreign keys are off, and is not reported then', async () => {
    const world = {
      sql: folders('ON DELETE CASCADE'),
      tables: { folders: OWN_FOLDERS, letters: [KEEPING.detached, DRAFTS] },
      foreignKeys: false,
    }
    assert.deepEqual(await keysTold(world), [])
    const { engine, left } = open(world)
    await engine.migrate()
    await engine.delete('ann', {})
    assert.deepEqual(left('letters'), ['sent'])
  })
})

describe('a row that a stronger rule keeps from the one that deletes it', () => {
  const notes = (action: string): string => `
    CREATE TABLE users (id TEXT PRIMARY KEY);
    CREATE TABLE notes (id TEXT PRIMARY KEY, owner TEXT REFERENCES users ${action}, signed_by TEXT);
    INSERT INTO users VALUES ('ann'), ('bob');
    INSERT INTO notes (id, owner, signed_by) VALUES ('own', 'ann', NULL), ('signed', 'ann', 'ann')`
  const rules = [
    { match: 'owner', action: 'delete' },
    { match: 'signed_by', action: 'retain', reason: 'a law' },
  ] as const

  it('is not lost to the cascade of the deleted one’s key', async () => {
    const world = { sql: notes('ON DELETE CASCADE'), tables: { notes: rules } }
    assert.deepEqual(await keysTold(world), ['error foreign_key_deletes notes.owner'])
  })

  it('may stay where a rule cuts its reference', async () => {
    const tables = { notes: [...rules, { match: 'owner', action: 'detach' }] } as const
    const world = { sql: notes('ON DELETE CASCADE'), tables }
    assert.deepEqual(await keysTold(world), [])
    const { db, engine } = open(world)
    await engine.migrate()
    const plan = await engine.plan('ann', {})
    assert.deepEqual(plan.steps.map(({ id, rows }) => [id, rows]).sort(), [
      ['notes#0', 1],
      ['notes#1', 1],
      ['notes#2', 1],
    ])
    await engine.delete('ann', {})
    assert.deepEqual(db.prepare('SELECT * FROM notes').raw().all(), [['signed', null, 'ann']])
  })

  it('cannot be both where their conditions exclude each other', async () => {
    const sql = notes('ON DELETE CASCADE').replace(
      'signed_by TEXT',
      "signed_by TEXT, kind TEXT DEFAULT 'a'",
    )
    const tables = {
      notes: [
        { ...rules[0], where: { kind: 'a' } },
        { ...rules[1], where: { kind: 'b' } },
      ],
    }
    assert.deepEqual(await keysTold({ sql, tables }), [])
  })
})

describe('a cascade past tables that the policy leaves to somebody else', () => {
  const sql = `
    CREATE TABLE users (id TEXT PRIMARY KEY);
    CREATE TABLE folders (id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES users);
    CREATE TABLE flows (id TEXT PRIMARY KEY, folder TEXT REFERENCES folders ON DELETE CASCADE);
    CREATE TABLE history (id TEXT PRIMARY KEY, flow TEXT REFERENCES flows ON DELETE CASCADE, actor TEXT);
    INSERT INTO users VALUES ('ann'), ('bob'); INSERT INTO folders VALUES ('f', 'ann');
    INSERT INTO flows VALUES ('w', 'f'); INSERT INTO history VALUES ('h', 'w', 'bob')`
  const kept = { match: 'actor', action: 'retain', reason: 'a law' } as const

  for (const flows of [{ action: 'external', reason: 'elsewhere' }, 'unrelated'] as const) {
    const name = typeof flows === 'string' ? flows : flows.action
    it(`is refused at each step of the way: ${name}`, async () => {
      const tables = { folders: OWN_FOLDERS, flows, history: kept } as const
      assert.deepEqual(await keysTold({ sql, tables }), [
        'error foreign_key_deletes flows.folder',
        'error foreign_key_deletes history.flow',
      ])
    })
  }
})
