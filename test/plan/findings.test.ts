import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type Policy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

async function findingsOf(sql: string, input: object): Promise<readonly string[]> {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  db.exec(sql)
  const policy = definePolicy({ name: 'findings', version: 1, ...input } as PolicyInput)
  const engine = new UserDeletionEngine({
    ...{ store: sqliteStore(db), policy: policy as unknown as Policy<PolicyInput> },
    ...{ clock: fixedClock(), keys: { pseudonym: 'a key of enough bytes' } },
  })
  await engine.migrate()
  const { findings } = await engine.checkSchema()
  return findings.map(
    ({ severity, code, table, column }) => `${severity} ${code} ${table}.${column}`,
  )
}

const USER = { table: 'users', id: 'id', fields: { email: 'email' } }

test('in a unique column a pseudonym of a value that a later user may hold is reported, and a pseudonym of the id is not', async () => {
  for (const [field, unique, expected] of [
    ['email', 'UNIQUE', ['warning constant_into_unique users.email']],
    ['id', 'UNIQUE', []],
    ['email', '', []],
  ] as const) {
    const email = { pseudonym: { user: field }, suffix: '@deleted.invalid' }
    const user = { ...USER, action: 'anonymize', reason: 'orders refer to it', set: { email } }
    assert.deepEqual(
      await findingsOf(`CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT ${unique})`, {
        ...{ user, tables: {} },
      }),
      expected,
    )
  }
})

test('a plain index does not help with an address in any case, and one on lower() does', async () => {
  const rows =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO resets SELECT i, 'u' || i FROM n"
  for (const [index, expected] of [
    ['CREATE INDEX r ON resets (email)', ['warning unindexed_reference resets.email']],
    ['CREATE INDEX r ON resets (lower(email))', []],
  ] as const) {
    const found = await findingsOf(
      `CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT); CREATE UNIQUE INDEX u ON users (lower(email)); CREATE TABLE resets (id INTEGER PRIMARY KEY, email TEXT); ${index}; ${rows}`,
      {
        user: USER,
        tables: {
          resets: {
            match: { column: 'email', equals: { user: 'email' }, ignoreCase: true },
            acrossTenants: true,
            action: 'delete',
          },
        },
      },
    )
    assert.deepEqual(found, expected)
  }
})
