import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { type BulkResult, UserDeletionEngine, UserDeletionError } from '../../../src/index.ts'
import type { Store } from '../../../src/store/store.ts'
import { withMethods } from '../../../src/testing/contract/world.ts'
import { acmePolicy, count, openAcme } from '../../worlds/acme.ts'

const USERS = 1_200
const ids = Array.from({ length: USERS }, (_, index) => `usr_a${index + 1}`)
const USERS_LEFT = "SELECT count(*) FROM users WHERE tenant_id = 'tnt_a'"

/** A database that refuses to let one user go. */
async function openRefusing(): Promise<Database.Database> {
  const { db } = await openAcme({ users: USERS })
  db.exec(`CREATE TRIGGER refuse BEFORE DELETE ON sessions WHEN OLD.user_id = 'usr_a700'
    BEGIN SELECT RAISE(ABORT, 'this one stays'); END`)
  return db
}

/** Deletes all of them as one slice; `apply` stands in front of the store's. */
async function deleteAll(db: Database.Database, apply: Store['apply']): Promise<BulkResult> {
  const logger = { warn: () => {} }
  const store = withMethods(sqliteStore(db), { apply })
  const engine = new UserDeletionEngine({ store, policy: acmePolicy, logger })
  return engine.deleteMany(ids, { tenantId: 'tnt_a', mode: 'throughput' })
}

describe('a large slice with a user whom the database refuses', () => {
  it('goes together but for the part with that user', async () => {
    const db = await openRefusing()
    const store = sqliteStore(db)
    const applied: string[] = []
    const result = await deleteAll(db, (program, slice) => {
      applied.push(`${slice.users.length} ${slice.isolation}`)
      return store.apply(program, slice)
    })
    assert.deepEqual(applied, [
      '1200 together',
      '500 together',
      '500 together',
      '500 each',
      '200 together',
    ])
    assert.deepEqual([result.deleted, result.failed], [USERS - 1, 1])
    assert.deepEqual(db.prepare(USERS_LEFT.replace('count(*)', 'id')).pluck().all(), ['usr_a700'])
    assert.equal(
      count(db, "SELECT count(*) FROM user_deletion_ledger WHERE kind = 'user.deleted'"),
      USERS - 1,
    )
  })

  it('tells the truth about the parts before the one at which the store gives out', async () => {
    const db = await openRefusing()
    const store = sqliteStore(db)
    let calls = 0
    const result = await deleteAll(db, (program, slice) => {
      calls += 1
      if (calls > 2) throw new UserDeletionError('store_unavailable', 'The database is gone.')
      return store.apply(program, slice)
    })
    assert.equal(calls, 3)
    assert.deepEqual(
      [result.deleted, result.failed, result.stopped?.by],
      [500, USERS - 500, 'store'],
    )
    assert.equal(count(db, USERS_LEFT), USERS - 500)
  })
})
