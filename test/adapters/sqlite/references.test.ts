import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { programSql } from '../../../adapters/sql/program-sql.ts'
import { sliceParameters } from '../../../adapters/sql/slice-parameters.ts'
import { sqliteDialect } from '../../../adapters/sqlite/sql/dialect.ts'
import { definePolicy, type Program } from '../../../src/index.ts'
import { compilePolicy } from '../../../src/plan/compile/compile-policy.ts'

const FIELDS = ['ann', 'bob'].map((id) => ({ fields: { id } }))

/** A table of settings with an index on their keys, and the statements of one rule over it. */
function open(match: object, set: object = { action: 'delete' }) {
  const db = new Database(':memory:')
  db.exec(`
    CREATE TABLE users (id TEXT PRIMARY KEY);
    CREATE TABLE settings (id INTEGER PRIMARY KEY, key TEXT, value TEXT);
    CREATE INDEX settings_key ON settings (key);`)
  const tables = { settings: { match, ...set } }
  const policy = definePolicy({
    name: 'n',
    version: 1,
    user: { table: 'users', id: 'id' },
    tables,
  } as unknown as Parameters<typeof definePolicy>[0])
  const program: Program = { digest: 'd', ...compilePolicy(policy), checks: [] }
  const sql = programSql(sqliteDialect, program, { tables: [], foreignKeysEnforced: true })
  const [step] = sql.steps
  assert.ok(step != null)
  const parameters = sliceParameters(sql.values, null, FIELDS, () => [])
  const planOf = (statement: string): string => {
    const named = Object.fromEntries(
      [...statement.matchAll(/@(\w+)/g)].map(([, name = '']) => [name, parameters[name]]),
    )
    return db
      .prepare(`EXPLAIN QUERY PLAN ${statement}`)
      .all(named)
      .map((row) => (row as { readonly detail: string }).detail)
      .join('\n')
  }
  return { step, planOf }
}

describe('a reference behind a prefix in SQLite', () => {
  for (const match of [
    { column: 'key', prefix: 'user:' },
    { column: 'key', form: 'string' },
  ]) {
    it(`is found by the index of its column: ${JSON.stringify(match)}`, () => {
      const { step, planOf } = open(match)
      const statements = [step.count.sql, step.write?.sql, step.residue?.sql, step.chunk?.first]
      for (const statement of statements) {
        assert.ok(statement != null)
        assert.match(planOf(statement), /SEARCH t0 USING (COVERING )?INDEX settings_key/, statement)
      }
    })
  }
})
