import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getMigrations } from 'better-auth/db/migration'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import type { EngineOptions, PolicyInput, SchemaFinding } from '../../src/index.ts'
import { authjsPolicy } from '../../src/presets/authjs/index.ts'
import { type BetterAuthPlugin, betterAuthPolicy } from '../../src/presets/better-auth/index.ts'
import { helloJohnPolicy, helloJohnSchema } from '../../src/presets/hellojohn/index.ts'
import { seeded } from '../worlds/mistakes/hostile-values.ts'
import { assertFound, findingsOf } from '../worlds/mistakes/schema-findings.ts'
import type { Mutant } from '../worlds/mistakes/schema-mistake.ts'
import { MISTAKES } from '../worlds/mistakes/schema-mistakes.ts'
import { putTogether, type SchemaWorld, takeApart } from '../worlds/mistakes/schema-world.ts'
import { AUTHJS_SCHEMA } from '../worlds/presets/authjs-schema.ts'
import { authOptions, PLUGINS } from '../worlds/presets/better-auth-world.ts'

const SEED = 20260301

function findingsIn(
  db: Database.Database,
  policy: PolicyInput,
  schemaCheck: NonNullable<EngineOptions['schemaCheck']> = {},
): Promise<readonly SchemaFinding[]> {
  return findingsOf(sqliteStore(db), policy, schemaCheck)
}

/** A database that better-auth's own migration made. */
async function migrated(plugins: 'core' | 'all'): Promise<Database.Database> {
  const db = new Database(':memory:')
  const { plugins: all, ...core } = authOptions()
  const options = plugins === 'core' ? core : { ...core, plugins: all }
  const { runMigrations } = await getMigrations({ ...options, database: db })
  await runMigrations()
  return db
}

function opened(sql: string): Database.Database {
  const db = new Database(':memory:')
  db.exec(sql)
  return db
}

const databases: readonly (readonly [string, Database.Database, PolicyInput])[] = [
  ['the built-in schema', opened(helloJohnSchema), helloJohnPolicy],
  ['better-auth', await migrated('core'), betterAuthPolicy()],
  ['better-auth with its plugins', await migrated('all'), betterAuthPolicy({ plugins: PLUGINS })],
  ['Auth.js', opened(AUTHJS_SCHEMA), authjsPolicy()],
]
const worlds: readonly SchemaWorld[] = databases.map(([name, db, policy]) =>
  takeApart(name, db, policy),
)

describe('the schema check where nothing is wrong', () => {
  for (const [name, db, policy] of databases) {
    it(`finds nothing: ${name}`, async () => {
      assert.deepEqual(await findingsIn(db, policy), [])
    })
  }

  it('finds nothing in the same databases put together from their parts', async () => {
    for (const world of worlds) {
      const db = putTogether(world)
      assert.deepEqual(await findingsIn(db, world.policy), [], world.name)
      db.close()
    }
  })

  it('finds an index behind every look-up of the built-in schema', async () => {
    const [[, db, policy] = assert.fail()] = databases
    assert.deepEqual(await findingsIn(db, policy, { minUnindexedRows: 0 }), [])
  })
})

describe('a plugin that the policy does not know', () => {
  const plugins: readonly (readonly [BetterAuthPlugin, readonly string[]])[] = [
    ['organization', ['invitation', 'member', 'organization']],
    ['teams', ['team', 'teamMember']],
    ['dynamicAccessControl', ['organizationRole']],
    ['twoFactor', ['twoFactor']],
    ['passkey', ['passkey']],
    ['apiKey', ['apikey']],
    ['deviceAuthorization', ['deviceCode']],
    ['siwe', ['walletAddress']],
    ['jwt', ['jwks']],
  ]
  const [, , [, db]] = databases as readonly [unknown, unknown, (typeof databases)[number]]
  for (const [plugin, tables] of plugins) {
    it(`of better-auth is reported by its tables: ${plugin}`, async () => {
      const known = PLUGINS.filter((one) => one !== plugin)
      const found = await findingsIn(db, betterAuthPolicy({ plugins: known }))
      const unclassified = found.filter(({ code }) => code === 'unclassified_table')
      assert.deepEqual(unclassified.map(({ table }) => table).toSorted(), tables)
    })
  }

  it('of better-auth that adds a reference to a table is reported by its column: admin', async () => {
    const known = PLUGINS.filter((one) => one !== 'admin')
    const found = await findingsIn(db, betterAuthPolicy({ plugins: known }))
    assert.deepEqual(
      found.map(({ code, table, column }) => `${code} ${table}.${column}`),
      ['user_reference session.impersonatedBy'],
    )
  })

  it('of Auth.js is reported by its table: WebAuthn', async () => {
    const sql = `${AUTHJS_SCHEMA}CREATE TABLE Authenticator (
      credentialID TEXT PRIMARY KEY, userId TEXT NOT NULL REFERENCES User (id) ON DELETE CASCADE)`
    const found = await findingsIn(opened(sql), authjsPolicy())
    assert.deepEqual(
      found.map(({ code, table }) => `${code} ${table}`),
      ['unclassified_table Authenticator'],
    )
  })
})

describe('the schema check where something is wrong', () => {
  const random = seeded(SEED)
  const mutants = MISTAKES.map((mistake) => ({
    mistake,
    made: worlds.flatMap((world) => mistake.put(world, random)),
  }))

  it('is tried on at least 25 kinds of mistakes and 500 mutants, each kind in some place', () => {
    assert.ok(MISTAKES.length >= 25)
    assert.ok(mutants.reduce((sum, { made }) => sum + made.length, 0) >= 500)
    for (const { mistake, made } of mutants) assert.notEqual(made.length, 0, mistake.kind)
  })

  for (const { mistake, made } of mutants) {
    it(`${mistake.kind}: ${mistake.code}`, async () => {
      for (const mutant of made) {
        assertFound(await findingsWith(mutant), mistake, mutant)
      }
    })
  }

  async function findingsWith({ world }: Mutant): Promise<readonly SchemaFinding[]> {
    const db = putTogether(world)
    try {
      return await findingsIn(db, world.policy, { minUnindexedRows: 0 })
    } finally {
      db.close()
    }
  }
})
