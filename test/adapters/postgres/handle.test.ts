import assert from 'node:assert/strict'
import { it } from 'node:test'
import { postgresStore } from '../../../adapters/postgres/index.ts'

const none = () => {}

it('names what was passed instead of a handle', () => {
  const others: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /was given nothing/],
    ['postgres://', /a text: make a Pool of it first/],
    [{ selectFrom: none, executeQuery: none }, /Kysely: pass the Pool that its dialect/],
    [{ select: none, insert: none, execute: none, $client: {} }, /Drizzle whose handle is none/],
    [{ $queryRawUnsafe: none }, /Prisma: pass the Pool/],
    [Object.assign(none.bind(null), { unsafe: none, savepoint: none }), /of postgres.js: pass/],
    [{ prepare: none }, /better-sqlite3: use sqliteStore/],
    [{ collection: none, command: none }, /MongoDB: use mongoStore/],
    [{}, /an object that is no such handle/],
  ]
  for (const [given, message] of others) {
    assert.throws(() => postgresStore(given as never), { code: 'invalid_argument', message })
  }
})
