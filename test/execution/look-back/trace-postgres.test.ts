import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, type Trace, UserDeletionEngine } from '../../../src/index.ts'
import { openTestDatabase, type TestDatabase } from '../../worlds/postgres/test-database.ts'
import { foundOf, LOOKALIKES, PERSON, PLANTS, placesOf } from '../../worlds/traces/planted-forms.ts'

const inDocument = (text: string): string => JSON.stringify({ a: { list: [1, { to: text }] } })
const listOf = (text: string): string => `{x,${JSON.stringify(text)}}`

interface Kind {
  readonly type: string
  readonly value: (text: string) => unknown
  readonly place: string
}

const KINDS: readonly Kind[] = [
  { type: 'text', value: (text) => text, place: 'body' },
  { type: 'character varying(300)', value: (text) => text, place: 'body' },
  { type: 'character(300)', value: (text) => text, place: 'body' },
  { type: 'json', value: inDocument, place: 'body a.list[].to' },
  { type: 'jsonb', value: inDocument, place: 'body a.list[].to' },
  { type: 'jsonb', value: (text) => JSON.stringify(text), place: 'body' },
  { type: 'text[]', value: listOf, place: 'body []' },
  {
    type: 'jsonb[]',
    value: (text) => `{${JSON.stringify(inDocument(text))}}`,
    place: 'body [].a.list[].to',
  },
  { type: 'bytea', value: (text) => Buffer.from(text), place: 'body' },
]

describe('a trace on PostgreSQL', () => {
  let db: TestDatabase
  before(async () => {
    db = await openTestDatabase()
    await db.exec('CREATE TABLE users (id text PRIMARY KEY)')
  })
  after(() => db.close())

  for (const { type, value, place } of KINDS) {
    it(`finds every form in a column of type ${type}, as ${place}, and nothing like it`, async () => {
      await withTable(`CREATE TABLE held (id serial PRIMARY KEY, body ${type})`, async () => {
        await plant(PLANTS.map(({ text }) => value(text)))
        assert.deepEqual(placesOf(await trace()), new Map([[`held.${place}`, foundOf()]]))
        await db.exec('DELETE FROM held')
        await plant(LOOKALIKES.map(value))
        assert.deepEqual(placesOf(await trace()), new Map())
      })
    })
  }

  it('finds every form in a generated column', async () => {
    const sql =
      "CREATE TABLE held (id serial PRIMARY KEY, body text, made text GENERATED ALWAYS AS ('to ' || body) STORED)"
    await withTable(sql, async () => {
      await plant(PLANTS.map(({ text }) => text))
      assert.deepEqual([...placesOf(await trace()).keys()].sort(), ['held.body', 'held.made'])
      assert.deepEqual(placesOf(await trace()).get('held.made'), foundOf())
    })
  })

  it('finds the UUID itself, and lists of it', async () => {
    const sql = 'CREATE TABLE held (id serial PRIMARY KEY, body uuid, more uuid[])'
    await withTable(sql, async () => {
      await db.query('INSERT INTO held (body, more) VALUES ($1, $2)', [PERSON.id, `{${PERSON.id}}`])
      assert.deepEqual([...placesOf(await trace()).keys()], ['held.body', 'held.more []'])
    })
  })

  it('finds what a search vector holds, and says that it may hold more in words', async () => {
    const sql = 'CREATE TABLE held (id serial PRIMARY KEY, body tsvector)'
    await withTable(sql, async () => {
      await db.query("INSERT INTO held (body) VALUES (to_tsvector('simple', $1))", [
        'see zoe@example.com about it',
      ])
      const { places, unread, status } = await trace({ email: 'Zoe@Example.com' })
      assert.equal(places[0]?.rows, 1)
      assert.deepEqual(unread, [{ table: 'held', column: 'body', reason: 'search_words' }])
      assert.equal(status, 'unexplained')
    })
  })

  for (const [name, sql] of [
    [
      'a key of several columns',
      'CREATE TABLE held (a timestamptz DEFAULT clock_timestamp(), b bytea DEFAULT sha256(random()::text::bytea), body text, PRIMARY KEY (a, b))',
    ],
    ['no key', 'CREATE TABLE held (body text)'],
    [
      'no key, in partitions',
      'CREATE TABLE held (n serial, body text) PARTITION BY HASH (n); CREATE TABLE held_0 PARTITION OF held FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE held_1 PARTITION OF held FOR VALUES WITH (MODULUS 2, REMAINDER 1)',
    ],
  ] as const) {
    it(`reads each row of a table once that has ${name}`, async () => {
      await withTable(sql, async () => {
        const values = PLANTS.map(({ text }) => text)
        await plant([...values, ...Array.from({ length: 500 }, () => 'x'), ...values])
        const { rows, places } = await trace()
        assert.equal(rows, 500 + 2 * PLANTS.length)
        assert.deepEqual(
          places.map((place) => place.rows),
          [2 * PLANTS.length],
        )
      })
    })
  }

  it('looks at a view only where that keeps its rows', async () => {
    await withTable('CREATE TABLE held (id serial PRIMARY KEY, body text)', async () => {
      await plant([PERSON.email])
      await db.exec(
        'CREATE VIEW seen AS SELECT * FROM held; CREATE MATERIALIZED VIEW copy AS SELECT * FROM held',
      )
      assert.deepEqual([...placesOf(await trace()).keys()].sort(), ['copy.body', 'held.body'])
      await db.exec('DELETE FROM held')
      assert.deepEqual([...placesOf(await trace()).keys()], ['copy.body'])
    })
  })

  it('tells of rows and columns that the role may not see', async () => {
    const worker = await db.newRole()
    const sql = `CREATE TABLE held (id serial PRIMARY KEY, body text, secret text);
      CREATE TABLE closed (id serial PRIMARY KEY, body text);
      CREATE TABLE hiding (id serial PRIMARY KEY, body text);
      ALTER TABLE hiding ENABLE ROW LEVEL SECURITY`
    await withTable(sql, async () => {
      await db.query('INSERT INTO held (body, secret) VALUES ($1, $1)', [PERSON.email])
      await db.exec(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${worker};
        REVOKE ALL ON held, closed FROM ${worker}; GRANT SELECT (id, body) ON held TO ${worker};
        SET ROLE ${worker}`)
      try {
        const { places, unread } = await trace()
        assert.deepEqual(
          places.map(({ column }) => column),
          ['body'],
        )
        assert.deepEqual(
          unread.map(({ table, column, reason }) => [table, column, reason].join(' ')).sort(),
          ['closed  no_permission', 'held secret no_permission', 'hiding  hidden_rows'],
        )
      } finally {
        await db.exec('RESET ROLE; DROP TABLE closed, hiding')
      }
    })
  })

  async function withTable(sql: string, work: () => Promise<void>): Promise<void> {
    await db.exec(sql)
    try {
      await work()
    } finally {
      await db.exec('DROP TABLE held CASCADE')
    }
  }

  async function plant(values: readonly unknown[]): Promise<void> {
    for (const value of values) await db.query('INSERT INTO held (body) VALUES ($1)', [value])
  }

  /** The person is gone: what is known of them is looked for. */
  async function trace(more: Readonly<Record<string, string>> = {}): Promise<Trace> {
    const { rows } = await db.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND relname NOT LIKE 'user_deletion_%' AND relname <> 'users'",
    )
    const engine = new UserDeletionEngine({
      store: postgresStore(db.handle),
      policy: definePolicy({
        ...{ name: 'traces', version: 1 },
        user: { table: 'users', id: 'id', fields: {} },
        tables: Object.fromEntries(rows.map(({ name }) => [name, 'unrelated' as const])),
      }),
      logger: { warn() {} },
    })
    const { id, ...known } = PERSON
    const found = await db.query("SELECT 1 FROM pg_class WHERE relname = 'user_deletion_ledger'")
    if (found.rows.length === 0) await engine.migrate()
    return engine.trace(id, { known: { ...known, ...more } })
  }
})
