/** What the schema check says of the values by which rows are found. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryStore } from '../../adapters/memory/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { openOdd } from '../worlds/odd-schema.ts'

const USER = { table: 'users', id: 'id', tenant: 'tenant', fields: { email: 'email' } } as const
const match = { column: 'email', equals: { user: 'email' } } as const
const TOLD = 'warning shared_value users.email'

const RULES = {
  'in the tenant': { match, tenant: 'tenant', action: 'delete' },
  'across tenants': { match, acrossTenants: true, action: 'delete' },
  'in any case': { match: { ...match, ignoreCase: true }, tenant: 'tenant', action: 'delete' },
  'by the id': { match: 'user', action: 'delete' },
  'even if shared': { match, acrossTenants: true, evenIfShared: true, action: 'delete' },
  elsewhere: { match, acrossTenants: true, action: 'external', reason: 'cleaned elsewhere' },
} as const

async function toldOf(
  users: string,
  rule: object,
  user: object = USER,
  rows = '',
): Promise<readonly string[]> {
  const { engine } = await openOdd({
    sql: `CREATE TABLE users (id TEXT ${users.includes('PRIMARY KEY') ? '' : 'PRIMARY KEY'}, tenant TEXT, email TEXT ${users};
      CREATE TABLE tokens (user TEXT, email TEXT, tenant TEXT); ${rows}`,
    user,
    tables: { tokens: rule },
  } as never)
  const { findings } = await engine.checkSchema()
  return findings
    .filter(({ code }) => code === 'shared_value' || code === 'other_case')
    .map(({ severity, code, table, column }) => `${severity} ${code} ${table}.${column}`)
}

describe('a field of the users that two may hold', () => {
  for (const [key, told] of Object.entries({
    ', PRIMARY KEY (id))': ['in the tenant', 'across tenants', 'in any case'],
    ', PRIMARY KEY (id), UNIQUE (tenant, email))': ['across tenants', 'in any case'],
    'UNIQUE, PRIMARY KEY (id))': ['in any case'],
    'COLLATE NOCASE UNIQUE, PRIMARY KEY (id))': [],
    'UNIQUE CHECK (email = lower(email)), PRIMARY KEY (id))': [],
    ', PRIMARY KEY (id)); CREATE UNIQUE INDEX u ON users (tenant, lower(email))': [
      'across tenants',
    ],
    ', PRIMARY KEY (id)); CREATE UNIQUE INDEX u ON users (email) WHERE email IS NOT NULL': [
      'in any case',
    ],
    ', PRIMARY KEY (id)); CREATE UNIQUE INDEX u ON users (email) WHERE tenant IS NOT NULL': [
      ...['in the tenant', 'across tenants', 'in any case'],
    ],
  })) {
    it(`is reported, and one that a key covers is not: ${key}`, async () => {
      for (const [name, rule] of Object.entries(RULES)) {
        const found = (await toldOf(key, rule)).filter((one) => one.includes('shared_value'))
        assert.deepEqual(found, told.some((one) => one === name) ? [TOLD] : [], name)
      }
    })
  }

  it('is reported where other tenants have the same ids', async () => {
    const [own, none] = [', PRIMARY KEY (tenant, id), UNIQUE (email))', ', PRIMARY KEY (id))']
    const told = ['warning shared_value users.id']
    assert.deepEqual(await toldOf(own, RULES['by the id']), told)
    assert.deepEqual(await toldOf(own, { ...RULES['by the id'], tenant: 'tenant' }), [])
    assert.deepEqual(await toldOf(none, RULES['by the id']), [])
  })

  it('is nothing to tell of where no table says what is unique', async () => {
    const policy = { name: 'values', version: 1, user: USER, tables: { tokens: RULES.elsewhere } }
    const engine = new UserDeletionEngine({
      policy: definePolicy({ ...policy, tables: { tokens: RULES['across tenants'] } }) as never,
      ...{ store: memoryStore({ data: { users: [], tokens: [] } }), clock: fixedClock() },
    })
    await engine.migrate()
    const { findings } = await engine.checkSchema()
    assert.deepEqual(
      findings.filter(({ code }) => code === 'shared_value'),
      [],
    )
  })
})

describe('a rule that finds an address in one case alone', () => {
  const exact = { match, acrossTenants: true, evenIfShared: true, action: 'delete' } as const
  const anyCase = { ...exact, match: { ...match, ignoreCase: true } }
  const told = ['warning other_case tokens.email']
  for (const [what, users, rows, expected] of [
    ['nothing compares in any case', ')', '', []],
    ["the user's column does", 'COLLATE NOCASE)', '', told],
    ['an index of the rows does', ')', 'CREATE INDEX t ON tokens (lower(email))', told],
    [
      "an index of the users' table does",
      ')',
      'CREATE UNIQUE INDEX u ON users (lower("email"))',
      told,
    ],
    ['it is kept in lower case', 'COLLATE NOCASE CHECK (email = lower(email)))', '', []],
  ] as const) {
    it(`is reported where that may not be enough: ${what}`, async () => {
      assert.deepEqual(await toldOf(users, exact, USER, rows), expected)
      assert.deepEqual(await toldOf(users, anyCase, USER, rows), [])
    })
  }
})
