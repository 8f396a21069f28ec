/**
 * A list that is fed again, after nine in ten of it have gone, and once more when all have.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { openDatabase } from '../support/database.ts'
import { growLedger } from '../support/long-ledger.ts'
import type { Goal } from '../support/part.ts'
import type { Sizes } from './sizes.ts'
import { took } from './took.ts'

const policy = definePolicy({
  name: 'list',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {},
})

export async function measureList({ folder, ids }: Sizes): Promise<readonly Goal[]> {
  const db = openDatabase(join(folder, 'list.sqlite'))
  db.exec('CREATE TABLE users (id TEXT PRIMARY KEY)')
  const gone = Math.floor(ids * 0.9)
  const insert = db.prepare('INSERT INTO users VALUES (?)')
  db.transaction(() => {
    insert.run(idOf(0))
    for (let index = gone; index < ids; index += 1) insert.run(idOf(index))
  })()
  const store = sqliteStore(db)
  const engine = new UserDeletionEngine({ store, policy })
  await engine.migrate()
  await engine.delete(idOf(0))
  await growLedger(db, store, idsFrom(1, gone))
  const goal = await took(`a list of ${ids}, ${gone} of them gone`, Infinity, async () => {
    const { deleted } = await engine.deleteMany(inTurn(ids), { mode: 'throughput' })
    assert.equal(deleted, ids - gone)
  })
  const again = await took('', Infinity, async () => {
    const { alreadyDeleted } = await engine.deleteMany(inTurn(ids), { mode: 'throughput' })
    assert.equal(alreadyDeleted, ids)
  })
  db.close()
  const figure = (ids / again.figure) * 1_000
  const what = `the same list once more, all ${ids} gone`
  return [goal, { what, figure, unit: 'ids a second', target: 50_000, is: 'at least' }]
}

async function* inTurn(ids: number): AsyncGenerator<string> {
  yield* idsFrom(0, ids)
}

function* idsFrom(first: number, end: number): Generator<string> {
  for (let index = first; index < end; index += 1) yield idOf(index)
}

function idOf(index: number): string {
  return `usr_${String(index).padStart(12, '0')}`
}
