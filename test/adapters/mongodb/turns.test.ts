import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { isEveryFault } from '../../worlds/faults/every-fault.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import {
  assertSettled,
  bytesOfOthers,
  createSmallWorld,
} from '../../worlds/mongodb/mongo-small-world.ts'
import type { TurnsReport } from '../../worlds/mongodb/mongo-turns-child.ts'

const PROCESSES = isEveryFault ? 8 : 4
const SLICES = isEveryFault ? 8 : 4
const USERS_A_SLICE = isEveryFault ? 50 : 10
/** Where users are named who have to be gone. */
const PLACES = { users: 'id', sessions: 'user_id', posts: 'author_id' }
const SHARE = SLICES * USERS_A_SLICE

describeMongo('several processes that delete at once', 'replica set', ({ it, server }) => {
  it('have their turns one after the other: nobody ends the work of others, and nobody goes alone', () =>
    server().withDatabase(async (db) => {
      await createSmallWorld(db, PROCESSES * SHARE)
      // As if none of them had ever written: the first ones come at the same time.
      await db.collection('user_deletion_sessions').drop()
      const others = await bytesOfOthers(db)
      const children = Array.from({ length: PROCESSES }, (_, share) =>
        startChild(server().uri, db.databaseName, share),
      )
      const reports = await reportsOf(children)
      const sum = (key: 'deleted' | 'begun' | 'committed' | 'killed'): number =>
        reports.reduce((total, report) => total + report[key], 0)
      console.log(`${sum('begun')} transactions begun, ${sum('committed')} committed`)
      assert.deepEqual(
        reports.map(({ failedByCode, stopped }) => ({ failedByCode, stopped })),
        reports.map(() => ({ failedByCode: {}, stopped: null })),
      )
      assert.equal(sum('deleted'), PROCESSES * SHARE)
      assert.equal(sum('killed'), 0, 'sessions that were ended')
      // One for each slice; beyond that each process has asked once whether there are transactions.
      const slices = PROCESSES * SLICES
      assert.ok(sum('committed') <= slices + PROCESSES, `${sum('committed')} commits`)
      const aborted = sum('begun') - sum('committed')
      assert.ok(aborted <= 2 * sum('committed'), `${aborted} transactions in vain`)
      const receipts = await db
        .collection('user_deletion_ledger')
        .aggregate([{ $match: { kind: 'user.deleted' } }, { $sortByCount: '$subject' }])
        .toArray()
      assert.deepEqual(
        [receipts.length, receipts.filter(({ count }) => count !== 1)],
        [PROCESSES * SHARE, []],
        'each user has gone once',
      )
      const left = await Promise.all(
        Object.entries(PLACES).map(([name, path]) =>
          db.collection(name).countDocuments({ [path]: /^usr_/ }),
        ),
      )
      assert.deepEqual(left, [0, 0, 0])
      await assertSettled(db, others)
    }))
})

function startChild(uri: string, database: string, share: number): ChildProcess {
  const first = share * SHARE + 1
  const users = [first, first + SHARE - 1, USERS_A_SLICE].map(String)
  return fork(
    new URL('../../worlds/mongodb/mongo-turns-child.ts', import.meta.url),
    [uri, database, ...users],
    {
      execArgv: ['--import', 'tsx'],
    },
  )
}

/** All begin together. A process whose server is gone waits for it, and would outlive the test. */
async function reportsOf(children: readonly ChildProcess[]): Promise<readonly TurnsReport[]> {
  try {
    for (const child of children) await messageOf(child)
    const reports = children.map((child) => {
      child.send('go')
      return messageOf(child) as Promise<TurnsReport>
    })
    return await Promise.all(reports)
  } finally {
    for (const child of children) child.kill('SIGKILL')
  }
}

async function messageOf(child: ChildProcess): Promise<unknown> {
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => assert.fail(`a process ended with ${code}`)),
  ])
  return message
}
