/**
 * Rows that lead to a user by columns of different types.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { buildProgram } from '../../../src/plan/compile/build-program.ts'
import { compilePolicy } from '../../../src/plan/compile/compile-policy.ts'
import { openTestDatabase } from '../../worlds/postgres/test-database.ts'

const [ANN, BOB] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b']

const policy = definePolicy({
  name: 'mixed',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {
    sessions: [
      { match: 'user_id', action: 'delete' },
      { match: 'seen_by', action: 'delete' },
    ],
    hints: {
      match: { column: 'session_id', through: { table: 'sessions', key: 'id' } },
      action: 'delete',
    },
  },
})

const db = await openTestDatabase()
await db.exec(`
  CREATE TABLE users (id uuid PRIMARY KEY);
  CREATE TABLE sessions (id text PRIMARY KEY, user_id uuid, seen_by text);
  CREATE TABLE hints (id integer PRIMARY KEY, session_id text);
  INSERT INTO users VALUES ('${ANN}'), ('${BOB}');
  INSERT INTO sessions VALUES ('own', '${ANN}', '${ANN}'), ('seen', NULL, '${ANN}'), ('other', '${BOB}', 'somebody');
  INSERT INTO hints VALUES (1, 'own'), (2, 'seen'), (3, 'other');`)
const store = postgresStore(db.handle)
const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
await engine.migrate()

describe('columns of different types', () => {
  after(() => db.close())

  it('tell together whom rows name, each once', async () => {
    const program = buildProgram(compilePolicy(policy), [], 'digest', await store.describe())
    const step = program.steps.findIndex(({ table }) => table === 'hints')
    const page = (last: string | null, limit: number) =>
      store.read(function* () {
        const question = { kind: 'references', program, step, after: last, limit } as const
        const [ids] = yield [question]
        return ids
      })
    assert.deepEqual(await page(null, 2), [ANN, BOB])
    assert.deepEqual(await page(BOB, 2), ['somebody'])
  })

  it('lead to the user, whose rows are counted once', async () => {
    const { steps } = await engine.delete(ANN, {})
    assert.equal(steps.find(({ table }) => table === 'hints')?.rows, 2)
    assert.deepEqual((await db.query('SELECT id FROM hints')).rows, [{ id: 3 }])
    assert.deepEqual((await db.query('SELECT id FROM sessions')).rows, [{ id: 'other' }])
  })
})
