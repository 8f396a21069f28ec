import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { type BulkResult, UserDeletionEngine, UserDeletionError } from '../../../src/index.ts'
import { withCommits } from '../../../src/testing/contract/altered-store.ts'
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

/** Deletes all of them as one slice; `before` is called with the users of each try. */
async function deleteAll(
  db: Database.Database,
  before: (users: number) => void,
): Promise<BulkResult> {
  const logger = { warn: () => {} }
  const store = withCommits(sqliteStore(db), async (unit, commit, asked) => {
    const users = asked.flatMap((question) => (question.kind === 'users' ? question.ids : []))
    if (unit === 'deletion') before(users.length)
    return commit()
  })
  const engine = new UserDeletionEngine({ store, policy: acmePolicy, logger })
  return engine.deleteMany(ids, { tenantId: 'tnt_a', mode: 'throughput' })
}

describe('a large slice with a user whom the database refuses', () => {
  it('goes together but for the part with that user, which is tried in smaller ones', async () => {
    const db = await openRefusing()
    const tried: number[] = []
    const result = await deleteAll(db, (users) => void tried.push(users))
    assert.equal(tried[0], USERS)
    assert.ok(tried.length <= 2 * Math.ceil(Math.log2(USERS)) + 1, `${tried.length} tries`)
    const again = tried.reduce((sum, users) => sum + users, 0) - USERS
    assert.ok(again <= 3 * USERS, `${again} users written again`)
    assert.deepEqual([result.deleted, result.failed], [USERS - 1, 1])
    assert.deepEqual(db.prepare(USERS_LEFT.replace('count(*)', 'id')).pluck().all(), ['usr_a700'])
    assert.equal(
      count(db, "SELECT count(*) FROM user_deletion_ledger WHERE kind = 'user.deleted'"),
      USERS - 1,
    )
  })

  it('tells the truth about the parts before the one at which the store gives out', async () => {
    const db = await openRefusing()
    const calls: number[] = []
    const result = await deleteAll(db, (users) => {
      calls.push(users)
      if (calls.length > 2)
        throw new UserDeletionError('store_unavailable', 'The database is gone.')
    })
    const [whole, gone = 0] = calls
    assert.deepEqual([whole, calls.length], [USERS, 3])
    assert.deepEqual(
      [result.deleted, result.failed, result.stopped?.by],
      [gone, USERS - gone, 'store'],
    )
    assert.equal(count(db, USERS_LEFT), USERS - gone)
  })

  it('tells the truth about users who were deleted one by one before the store fails', async () => {
    const db = await openRefusing()
    const singles: number[] = []
    const result = await deleteAll(db, (users) => {
      if (users !== 1) throw new Error('none of several goes')
      singles.push(users)
      if (singles.length > 2)
        throw new UserDeletionError('store_unavailable', 'The database is gone.')
    })
    assert.deepEqual([result.deleted, result.failed, result.stopped?.by], [2, USERS - 2, 'store'])
    assert.equal(count(db, USERS_LEFT), USERS - 2)
  })

  it('tells the truth about the groups that went before the store gives out', async () => {
    const db = await openRefusing()
    const result = await deleteAll(db, (users) => {
      // Those of the group that was refused, each alone.
      if (users === 5) throw new UserDeletionError('store_unavailable', 'The database is gone.')
    })
    const left = count(db, USERS_LEFT)
    assert.ok(left >= 5 && left < USERS - 5, `${left} left`)
    assert.deepEqual(
      [result.deleted, result.failed, result.stopped?.by],
      [USERS - left, left, 'store'],
    )
  })
})
