/**
 * The tables of the memory store against the real thing: each clause runs on better-sqlite3 too, and
 * outcome and rows have to be the same. The memory store gets the schema that the SQLite store describes.
 *
 * A clause marked `todo` states what SQLite does and the memory store does not do yet.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { type MemoryStore, memoryStore, type Row } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { UserDeletionError } from '../../../src/errors.ts'
import { applySlice } from '../../../src/execution/units/delete-unit.ts'
import type { Assignment, Program, Step } from '../../../src/program/program.ts'
import type { Slice } from '../../../src/store/slice.ts'
import type { Store } from '../../../src/store/store.ts'

describe('memoryStore: inserts', () => {
  it('refuses a row that repeats a unique key, and lets keys with a NULL repeat', async () => {
    const twins = await open('CREATE TABLE t (a TEXT, b TEXT, UNIQUE (a, b))')
    insert(twins, 't', { a: 'x', b: 'y' }, { a: 'x', b: null }, { a: 'x', b: null })
    refuses(twins, 't', { a: 'x', b: 'y' }, 'unique')
  })

  it('refuses NULL in a NOT NULL column', async () => {
    const twins = await open('CREATE TABLE t (a TEXT NOT NULL, b TEXT)')
    refuses(twins, 't', { b: 'x' }, 'notnull')
  })

  it('refuses a child without its parent, and lets a child with a NULL in its key pass', async () => {
    const twins = await open(`CREATE TABLE p (a TEXT, b TEXT, PRIMARY KEY (a, b));
      CREATE TABLE c (a TEXT, b TEXT, FOREIGN KEY (a, b) REFERENCES p)`)
    insert(twins, 'p', { a: 'x', b: 'y' })
    insert(twins, 'c', { a: 'x', b: 'y' }, { a: 'gone', b: null })
    refuses(twins, 'c', { a: 'x', b: 'gone' }, 'foreignkey')
  })

  it('looks for parents when all rows of the call are in, and keeps none of a refused call', async () => {
    const { memory } = await open('CREATE TABLE t (id TEXT PRIMARY KEY, up TEXT REFERENCES t)')
    memory.insert('t', { id: 'b', up: 'a' }, { id: 'a', up: null })
    assert.throws(() => memory.insert('t', { id: 'c', up: null }, { id: 'd', up: 'gone' }))
    assert.deepEqual(
      memory.rows('t').map(({ id }) => id),
      ['b', 'a'],
    )
  })

  it('calls a repeated primary key `primarykey`', async () => {
    const twins = await open('CREATE TABLE t (id TEXT PRIMARY KEY)')
    insert(twins, 't', { id: 'a' })
    refuses(twins, 't', { id: 'a' }, 'primarykey')
  })

  it('tells keys of bytes apart', async () => {
    const twins = await open('CREATE TABLE t (id BLOB PRIMARY KEY)')
    insert(twins, 't', { id: Buffer.from([0xff]) }, { id: Buffer.from([0xfe]) })
  })

  it('refuses a column that the table lacks', async () => {
    const { memory } = await open('CREATE TABLE t (id TEXT PRIMARY KEY)')
    assert.throws(() => memory.insert('t', { id: 'a', typo: 1 }))
  })

  it('copies what is inside a row', () => {
    const memory = memoryStore()
    const data = { email: 'a@example.org' }
    memory.insert('t', { data })
    data.email = 'changed'
    assert.deepEqual(memory.rows('t'), [{ data: { email: 'a@example.org' } }])
  })
})

describe("memoryStore: the host's own writes", () => {
  const SQL = `CREATE TABLE p (id TEXT PRIMARY KEY, a INTEGER, b TEXT UNIQUE);
    CREATE TABLE c (id TEXT PRIMARY KEY, p TEXT REFERENCES p)`
  const DATA = {
    p: ['x', 'y', 'z'].map((id) => ({ id, a: id === 'x' ? null : 1, b: id })),
    c: [{ id: 'c', p: 'y' }],
  }

  it('update and delete the rows that hold the values, null included, and answer how many', async () => {
    const twins = await open(SQL, DATA)
    assert.equal(twins.memory.update('p', { a: null }, { a: true, b: null }), 1)
    twins.db.exec('UPDATE p SET a = true, b = null WHERE a IS null')
    assert.deepEqual(memoryRows(twins), sqliteRows(twins))
    assert.equal(twins.memory.remove('p', { a: 1, id: 'z' }), 1)
    twins.db.exec("DELETE FROM p WHERE a = 1 AND id = 'z'")
    assert.deepEqual(memoryRows(twins), sqliteRows(twins))
    assert.equal(twins.memory.update('p', { id: 'gone' }, { a: 2 }), 0)
    assert.equal(twins.memory.remove('p', { id: 'gone' }), 0)
  })

  it('change nothing when a rule of the table refuses one of the rows', async () => {
    const twins = await open(SQL, DATA)
    const before = memoryRows(twins)
    const refused = { code: 'constraint_violation' }
    assert.throws(() => twins.memory.update('p', { a: 1 }, { b: 'same' }), refused)
    assert.throws(() => twins.memory.remove('p', {}), refused)
    assert.throws(() => twins.memory.update('p', {}, { typo: 1 }), { code: 'schema_mismatch' })
    assert.deepEqual(memoryRows(twins), before)
  })
})

describe('memoryStore: deletes', () => {
  const two = (action: string, more = ''): string =>
    `CREATE TABLE p (id TEXT PRIMARY KEY, owner TEXT);
     CREATE TABLE c (id TEXT PRIMARY KEY, p TEXT ${more} REFERENCES p ON DELETE ${action})`
  const family = {
    p: [
      { id: 'p1', owner: 'u' },
      { id: 'p2', owner: null },
    ],
    c: [
      { id: 'c1', p: 'p1' },
      { id: 'c2', p: 'p2' },
    ],
  }
  const self = (action: string): string =>
    `CREATE TABLE t (id TEXT PRIMARY KEY, owner TEXT, up TEXT REFERENCES t ON DELETE ${action})`
  const parentFirst = {
    t: [
      { id: 'a', owner: 'u', up: null },
      { id: 'b', owner: 'u', up: 'a' },
    ],
  }

  it('refuses under RESTRICT and names the column of the child', async () => {
    const refused = { constraint: 'foreignkey', table: 'c', column: 'p' }
    await agree(await open(two('RESTRICT'), family), [removal('p')], refused)
  })

  it('refuses under NO ACTION when a child is left at the end', async () => {
    const refused = { constraint: 'foreignkey', table: 'c', column: 'p' }
    await agree(await open(two('NO ACTION'), family), [removal('p')], refused)
  })

  it('refuses under RESTRICT although the child would go later in the same statement', async () => {
    const refused = { constraint: 'foreignkey', table: 't', column: 'up' }
    await agree(await open(self('RESTRICT'), parentFirst), [removal('t')], refused)
  })

  it('goes on under NO ACTION when the child goes later in the same statement', async () => {
    const rows = await agree(await open(self('NO ACTION'), parentFirst), [removal('t')], 'deleted')
    assert.deepEqual(rows['t'], [])
  })

  it('lets a row go under RESTRICT that only refers to itself', async () => {
    const data = { t: [{ id: 'a', owner: 'u', up: 'a' }] }
    await agree(await open(self('RESTRICT'), data), [removal('t')], 'deleted')
  })

  it('takes children along under CASCADE, and theirs', async () => {
    const sql = `${two('CASCADE')}; CREATE TABLE g (id TEXT PRIMARY KEY, c TEXT REFERENCES c ON DELETE CASCADE)`
    const data = {
      ...family,
      g: [
        { id: 'g1', c: 'c1' },
        { id: 'g2', c: 'c2' },
      ],
    }
    const rows = await agree(await open(sql, data), [removal('p')], 'deleted')
    assert.deepEqual(rows['g'], [{ id: 'g2', c: 'c2' }])
  })

  it('nulls the reference under SET NULL, and under SET DEFAULT without a default', async () => {
    for (const action of ['SET NULL', 'SET DEFAULT']) {
      const rows = await agree(await open(two(action), family), [removal('p')], 'deleted')
      assert.deepEqual(rows['c'], [
        { id: 'c1', p: null },
        { id: 'c2', p: 'p2' },
      ])
    }
  })

  it('refuses under SET NULL where the column is NOT NULL', async () => {
    const refused = { constraint: 'notnull', table: 'c', column: 'p' }
    await agree(await open(two('SET NULL', 'NOT NULL'), family), [removal('p')], refused)
  })

  it('takes a cascade back when a row further down refuses', async () => {
    const sql = `${two('CASCADE')}; CREATE TABLE g (c TEXT REFERENCES c ON DELETE RESTRICT)`
    const twins = await open(sql, { ...family, g: [{ c: 'c1' }] })
    // Where the refusing row is further down, SQLite cannot say which: only that it is a foreign key.
    await agree(twins, [removal('p')], { constraint: 'foreignkey' })
    assert.equal(twins.memory.rows('c').length, 2)
  })

  it('leaves orphans where foreign keys are not enforced', async () => {
    const rows = await agree(await open(two('RESTRICT'), family, 'off'), [removal('p')], 'deleted')
    assert.equal(rows['c']?.length, 2)
  })

  it('rolls a refused user back alone, cascades and all', async () => {
    const sql = `${two('CASCADE')}; CREATE TABLE q (owner TEXT, id TEXT PRIMARY KEY); CREATE TABLE r (q TEXT REFERENCES q)`
    const data = {
      p: [
        { id: 'p1', owner: 'u' },
        { id: 'p2', owner: 'v' },
      ],
      c: [
        { id: 'c1', p: 'p1' },
        { id: 'c2', p: 'p2' },
      ],
      q: [{ id: 'q1', owner: 'u' }],
      r: [{ q: 'q1' }],
    }
    const steps = [removal('p'), removal('q')]
    const twins = await open(sql, data)
    await agree(twins, steps, { constraint: 'foreignkey' }, ['u'])
    const rows = await agree(twins, steps, 'deleted', ['v'])
    assert.deepEqual(rows['c'], [{ id: 'c1', p: 'p1' }])
    assert.deepEqual(rows['users'], [{ id: 'u' }])
  })

  it('refuses when a user row went with another one', async () => {
    const sql = 'CREATE TABLE t (owner TEXT REFERENCES users ON DELETE CASCADE, id TEXT)'
    const twins = await open(sql, {}, 'on', 'boss TEXT REFERENCES users ON DELETE CASCADE')
    insert(twins, 'users', { id: 'w', boss: 'v' })
    await agree(twins, [], { code: 'residue_left', table: 'users' }, ['v', 'w'])
  })

  it('does in random schemas what SQLite does', async () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const { sql, data, table } = randomSchema(seed)
      const twins = await open(sql, data)
      const [one, other] = [
        await run(twins.sqlite, [removal(table)]),
        await run(twins.memory, [removal(table)]),
      ]
      assert.equal(other.summary, one.summary, `seed ${seed}`)
      assert.deepEqual(memoryRows(twins), sqliteRows(twins), `seed ${seed}`)
    }
  })
})

describe('memoryStore: updates', () => {
  const parents = 'CREATE TABLE p (id TEXT PRIMARY KEY, code TEXT UNIQUE, owner TEXT)'

  it('refuses a reference to a row that is not there', async () => {
    const sql = `${parents}; CREATE TABLE c (owner TEXT, p TEXT REFERENCES p)`
    const twins = await open(sql, { p: [{ id: 'p1' }], c: [{ owner: 'u', p: 'p1' }] })
    const refused = { constraint: 'foreignkey', table: 'c', column: 'p' }
    await agree(twins, [writing('c', { p: 'gone' })], refused)
  })

  it('refuses a second row with the same unique value, and NULL in a NOT NULL column', async () => {
    const sql = `${parents}; CREATE TABLE n (owner TEXT, a TEXT NOT NULL)`
    const data = {
      p: [
        { id: 'a', owner: 'u' },
        { id: 'b', owner: 'u' },
      ],
      n: [{ owner: 'u', a: 'x' }],
    }
    const unique = { constraint: 'unique', table: 'p', column: 'code' }
    await agree(await open(sql, data), [writing('p', { code: 'x' })], unique)
    const notNull = { constraint: 'notnull', table: 'n', column: 'a' }
    await agree(await open(sql, data), [writing('n', { a: null })], notNull)
  })

  it('refuses to change a key that children refer to', async () => {
    const sql = `${parents}; CREATE TABLE c (p TEXT REFERENCES p (code))`
    const twins = await open(sql, { p: [{ id: 'a', code: 'x', owner: 'u' }], c: [{ p: 'x' }] })
    const refused = { constraint: 'foreignkey', table: 'c', column: 'p' }
    await agree(twins, [writing('p', { code: null })], refused)
  })
})

type Data = Readonly<Record<string, readonly Row[]>>

interface Twins {
  readonly db: Database.Database
  readonly tables: readonly string[]
  readonly sqlite: Store
  readonly memory: MemoryStore
}

/** Both stores with the same tables and rows, and the users `u` and `v`. */
async function open(sql: string, data: Data = {}, keys = 'on', more = ''): Promise<Twins> {
  const db = new Database(':memory:')
  db.pragma(`foreign_keys = ${keys}`)
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY${more === '' ? '' : `, ${more}`}); ${sql}`)
  const sqlite = sqliteStore(db)
  await sqlite.migrate()
  const { tables, foreignKeysEnforced } = await sqlite.describe()
  const memory = memoryStore({ schema: tables, foreignKeysEnforced })
  const twins = { db, sqlite, memory, tables: tables.map(({ name }) => name) }
  insert(twins, 'users', { id: 'u' }, { id: 'v' })
  for (const [table, rows] of Object.entries(data)) insert(twins, table, ...rows)
  return twins
}

function insert({ db, memory }: Twins, table: string, ...rows: readonly Row[]): void {
  for (const row of rows) {
    const names = Object.keys(row)
    const marks = names.map((name) => `@${name}`)
    db.prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${marks.join()})`).run(row)
  }
  memory.insert(table, ...rows)
}

/** Both refuse the row, for the same kind of constraint. */
function refuses(twins: Twins, table: string, row: Row, constraint: string): void {
  const code = `SQLITE_CONSTRAINT_${constraint.toUpperCase()}`
  assert.throws(() => insert(twins, table, row), { code })
  assert.throws(
    () => twins.memory.insert(table, row),
    (error) => error instanceof UserDeletionError && error.details['constraint'] === constraint,
  )
  assert.deepEqual(memoryRows(twins), sqliteRows(twins))
}

/** Runs the steps on both: each ends as expected, and the rows left are the same. */
async function agree(
  twins: Twins,
  steps: readonly Step[],
  expected: string | Readonly<Record<string, string>>,
  ids: readonly string[] = ['u'],
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  for (const store of [twins.sqlite, twins.memory]) {
    const { summary, details } = await run(store, steps, ids)
    if (typeof expected === 'string') assert.equal(summary, expected, store.name)
    else {
      const { code = 'constraint_violation', ...place } = expected
      assert.equal(summary, code, store.name)
      for (const [name, value] of Object.entries(place))
        assert.equal(details[name], value, store.name)
    }
  }
  assert.deepEqual(memoryRows(twins), sqliteRows(twins))
  return memoryRows(twins)
}

function memoryRows({ memory, tables }: Twins): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(tables.map((table) => [table, memory.rows(table)]))
}

function sqliteRows({ db, tables }: Twins): Readonly<Record<string, readonly unknown[]>> {
  const rows = (table: string): unknown[] =>
    db.prepare(`SELECT * FROM ${table} ORDER BY rowid`).all()
  return Object.fromEntries(tables.map((table) => [table, rows(table)]))
}

async function run(
  store: Store,
  steps: readonly Step[],
  ids: readonly string[] = ['u'],
): Promise<{ readonly summary: string; readonly details: Readonly<Record<string, unknown>> }> {
  const users = ids.map((id) => ({ id, subject: id }))
  try {
    const outcomes = await applySlice(store, programOf(steps), {
      tenantId: null,
      users,
      keepsEntries: true,
      decide,
      seal,
    })
    return { summary: outcomes.map(({ kind }) => kind).join(), details: {} }
  } catch (error) {
    assert.ok(error instanceof UserDeletionError, `${store.name}: ${String(error)}`)
    return { summary: error.code, details: error.details }
  }
}

const decide: Slice['decide'] = ({ users }) => users.map(() => ({ kind: 'proceed', derived: [] }))

const seal: Slice['seal'] = (works, head) => {
  const start = head?.seq ?? 0
  const entries = works.map(({ found }, index) => {
    const subject = String(found.fields['id'])
    const common = {
      at: '2026-01-01T00:00:00Z',
      userTable: 'users',
      tenantId: null,
      idempotencyKey: null,
      body: '{}',
      hash: 'h',
    }
    return { seq: start + 1 + index, kind: 'user.deleted' as const, subject, ...common }
  })
  return { entries, events: [], head: { seq: start + works.length, hash: 'h', signature: null } }
}

function programOf(steps: readonly Step[]): Program {
  const user = {
    table: 'users',
    id: 'id',
    tenant: null,
    fields: { id: 'id' },
    ghost: null,
  } as const
  return {
    digest: 'd',
    user: { ...user, idType: 'plain', action: 'delete', set: [], disabled: null, active: null },
    steps,
    checks: [],
    audit: null,
    derived: [],
  }
}

/** Deletes the rows that name the user as their owner. */
function removal(
  table: string,
  action: Step['action'] = 'delete',
  set: readonly Assignment[] = [],
): Step {
  const locator = { column: 'owner', path: null, each: false, element: null }
  const target = { kind: 'user', field: 'id', form: null } as const
  const ways = [{ table, locator, target, where: [], tenant: null }]
  const none = { event: null, reason: null, remedy: null, retention: null } as const
  return {
    id: `${table}#0`,
    table,
    rule: 0,
    action,
    ways,
    except: [],
    set,
    access: false,
    identity: 'removed',
    ...none,
  }
}

function writing(table: string, values: Readonly<Record<string, string | null>>): Step {
  const set = Object.entries(values).map(
    ([column, value]) => ({ kind: 'constant', column, value }) as const,
  )
  return removal(table, 'anonymize', set)
}

/** Three tables that refer to themselves and to earlier ones by random actions, with random rows. */
function randomSchema(seed: number): {
  readonly sql: string
  readonly data: Data
  readonly table: string
} {
  let state = seed * 7_919
  const below = (limit: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * limit)
  }
  const of = <T>(list: readonly T[]): T => list[below(list.length)] as T
  const names = ['a', 'b', 'c']
  const data: Record<string, Row[]> = {}
  const sql = names.map((name, place) => {
    const columns = ['f0', 'f1'].map((column) => ({
      column,
      parent: of(names.slice(0, place + 1)),
    }))
    const rows: Row[] = []
    for (let row = 0; row < 5; row += 1) {
      const known = (parent: string): unknown =>
        of([null, ...(parent === name ? rows : (data[parent] ?? []))])
      const links = columns.map(({ column, parent }) => [
        column,
        (known(parent) as Row | null)?.['id'] ?? null,
      ])
      rows.push({ id: `${name}${row}`, owner: of(['u', null]), ...Object.fromEntries(links) })
    }
    data[name] = rows
    const keys = columns.map(
      ({ column, parent }) =>
        `${column} TEXT REFERENCES ${parent} ON DELETE ${of(['NO ACTION', 'RESTRICT', 'CASCADE', 'SET NULL'])}`,
    )
    return `CREATE TABLE ${name} (id TEXT PRIMARY KEY, owner TEXT, ${keys.join()})`
  })
  return { sql: sql.join(';'), data, table: of(names) }
}
