import assert from 'node:assert/strict'
import {
  definePolicy,
  type Store,
  UserDeletionEngine,
  type UserDeletionError,
} from '../../src/index.ts'
import { withCommits } from '../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { forEachTables } from '../worlds/hosts/each-tables.ts'

const policy = definePolicy({
  name: 'two-engines',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    tenant: 'tenant_id',
    status: { disabled: { status: 'disabled' } },
  },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
  },
})

const SCOPE = { tenantId: 'tnt_a' } as const
const IDS = Array.from({ length: 8 }, (_, index) => `usr_${index}`)
/** The last ones have more sessions than go into one transaction. */
const SESSIONS = IDS.map((_, index) => (index < 6 ? 2 : 9))

const SQL = `
CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT, status TEXT);
CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT);
INSERT INTO users VALUES ('other', 'tnt_b', 'active');
INSERT INTO sessions VALUES ('ses_other', 'other');
${IDS.map((id) => `INSERT INTO users VALUES ('${id}', 'tnt_a', 'active');`).join('\n')}
${IDS.flatMap((id, user) =>
  Array.from(
    { length: SESSIONS[user] ?? 0 },
    (_, number) => `INSERT INTO sessions VALUES ('ses_${id}_${number}', '${id}');`,
  ),
).join('\n')}`

/** What another engine may be the reason of. */
const BUSY = ['in_progress', 'store_busy', 'lease_lost']

forEachTables(({ name, it, open }) => {
  for (const stores of ['one store', 'a store each'] as const) {
    for (const order of ['the same order', 'opposite orders'] as const) {
      it(`two engines of one process over one list, with ${stores} and in ${order}, delete everybody once, on ${name}`, async () => {
        const host = await open(SQL)
        const second = stores === 'one store' ? host.store : host.openStore()
        const engines = [engineOn(host.store), engineOn(second)] as const
        await engines[0].migrate()
        const lists = [IDS, order === 'the same order' ? IDS : IDS.toReversed()]
        const results = await Promise.all(
          engines.map((engine, index) => engine.deleteMany(lists[index] ?? [], SCOPE)),
        )
        const codes = results.flatMap(({ errors }) => errors.map(({ code }) => code))
        assert.deepEqual(
          codes.filter((code) => !BUSY.includes(code)),
          [],
        )
        for (const engine of engines) await engine.resume()
        const last = await engines[1].deleteMany(IDS, SCOPE)
        assert.deepEqual([last.failed, last.deleted + last.alreadyDeleted], [0, IDS.length])
        assert.deepEqual(
          (await host.rows('users')).map(({ id }) => id),
          ['other'],
        )
        assert.deepEqual(
          (await host.rows('sessions')).map(({ id }) => id),
          ['ses_other'],
        )
        const subjects: unknown[] = []
        for await (const { subject } of engines[0].ledger.receipts()) subjects.push(subject)
        assert.deepEqual(subjects.toSorted(), IDS)
        const events: unknown[] = []
        for await (const { type, subject } of engines[0].outbox.pending()) {
          if (type === 'user.deleted') events.push(subject)
        }
        assert.deepEqual(events.toSorted(), IDS)
        assert.equal((await engines[0].ledger.verify()).valid, true)
        for await (const job of engines[0].jobs()) assert.fail(`${job.kind} is still open`)
      })
    }
  }

  it(`a large user who was deleted by another engine since the slice was decided is already deleted, on ${name}`, async () => {
    const host = await open(SQL)
    const first = engineOn(host.store)
    await first.migrate()
    const before = async (): Promise<void> => void (await first.delete(LARGE, SCOPE))
    const second = engineOn(beforeFirstTransition(host.openStore(), before))
    const result = await second.deleteMany([LARGE], SCOPE)
    assert.deepEqual([result.errors, result.alreadyDeleted, result.deleted], [[], 1, 0])
    for await (const job of second.jobs()) assert.fail(`${job.kind} is still open`)
  })

  it(`an erasure that another engine was quicker with names the receipt, on ${name}`, async () => {
    const host = await open(SQL)
    const first = engineOn(host.store)
    await first.migrate()
    let receiptId: string | undefined
    const before = async (): Promise<void> => {
      receiptId = (await first.delete(LARGE, SCOPE)).id
    }
    const second = engineOn(beforeFirstTransition(host.openStore(), before))
    await assert.rejects(second.erase(LARGE, SCOPE), (error: UserDeletionError) => {
      assert.deepEqual([error.code, error.details], ['resource_not_found', { receiptId }])
      return true
    })
  })
})

const LARGE = 'usr_7'

function beforeFirstTransition(store: Store, act: () => Promise<void>): Store {
  let isFirst = true
  return withCommits(store, async (unit, commit) => {
    if (unit === 'transition' && isFirst) {
      isFirst = false
      await act()
    }
    return commit()
  })
}

function engineOn(store: Store): UserDeletionEngine<typeof policy> {
  const quiet = { clock: fixedClock(), logger: { warn: () => {} } }
  return new UserDeletionEngine({ store, policy, maxRowsPerTransaction: 5, ...quiet })
}
