import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, describe, it } from 'node:test'
import pg from 'pg'
import { postgresStore } from '../../adapters/postgres/index.ts'
import type { Store } from '../../src/index.ts'
import {
  emailOf,
  engineOn,
  type Held,
  idOf,
  proveSamples,
  USERS,
} from '../worlds/knowledge/sampled-users.ts'
import { startPostgres } from '../worlds/postgres/postgres-server.ts'
import { openBothDatabases, type TestDatabase } from '../worlds/postgres/test-database.ts'

async function inPostgres(
  { handle, exec, query }: TestDatabase,
  held: Held,
  rows: number,
): Promise<Store> {
  const schema = `values_${randomUUID().replaceAll('-', '')}`
  await exec(
    `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.users (id text PRIMARY KEY, email text UNIQUE, number integer); CREATE TABLE ${schema}.things (id integer PRIMARY KEY, blob7 text, member_id text)`,
  )
  const all = (count: number, row: (one: number) => readonly unknown[]): string =>
    JSON.stringify(Array.from({ length: count }, (_, one) => row(one)))
  await query(
    `INSERT INTO ${schema}.users SELECT r ->> 0, r ->> 1, CAST(r ->> 2 AS integer) FROM jsonb_array_elements(CAST($1 AS jsonb)) AS e(r)`,
    [all(USERS, (one) => [idOf(one), emailOf(one), one])],
  )
  await query(
    `INSERT INTO ${schema}.things SELECT CAST(r ->> 0 AS integer), r ->> 1 FROM jsonb_array_elements(CAST($1 AS jsonb)) AS e(r)`,
    [all(rows, (one) => [one, held(one)])],
  )
  return postgresStore(handle, { schema })
}

for (const [place, db] of await openBothDatabases()) {
  describe(`what samples hold of users, in PostgreSQL ${place}`, () => {
    after(() => db.close())
    proveSamples((title, prove) =>
      it(title, () => prove((held, rows) => inPostgres(db, held, rows))),
    )

    it('leaves the settings of the session as they are', async () => {
      await db.exec("SET statement_timeout = '123456ms'")
      const { findings } = await engineOn(await inPostgres(db, idOf, 5)).checkSchema()
      assert.ok(findings.some(({ code }) => code === 'value_reference'))
      const { rows } = await db.query('SHOW statement_timeout')
      assert.deepEqual(rows, [{ statement_timeout: '123456ms' }])
    })
  })
}

const server = await startPostgres()

describe('samples on a server of PostgreSQL', { skip: server === null }, () => {
  if (server === null) return
  after(() => server.stop())

  it('are told of as cut short where somebody has locked the table, and say nothing of it', async () => {
    const [own, other] = [1, 2].map(
      () => new pg.Client({ connectionString: server.connectionString }),
    )
    assert.ok(own !== undefined && other !== undefined)
    await own.connect()
    await other.connect()
    try {
      await own.query(
        `CREATE TABLE users (id text PRIMARY KEY, email text UNIQUE); CREATE TABLE things (id integer PRIMARY KEY, blob7 text);
         INSERT INTO users VALUES ('${idOf(1)}', '${emailOf(1)}'); INSERT INTO things VALUES (1, '${idOf(1)}')`,
      )
      const engine = engineOn(postgresStore(own))
      await engine.migrate()
      const told = async (): Promise<readonly string[]> =>
        (await engine.checkSchema()).findings.map(({ code, table }) => `${code} ${table}`)
      assert.deepEqual(await told(), ['value_reference things'])
      await other.query('BEGIN; LOCK TABLE things')
      assert.deepEqual(await told(), ['sample_incomplete things'])
      await other.query('ROLLBACK; BEGIN; LOCK TABLE users')
      assert.deepEqual([...(await told())].sort(), [
        'sample_incomplete things',
        'sample_incomplete users',
      ])
      await other.query('ROLLBACK')
      assert.deepEqual(await told(), ['value_reference things'])
    } finally {
      await own.end()
      await other.end()
    }
  })
})
