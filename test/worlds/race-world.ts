/** One user on either host, engines whose every step waits for its turn, and what is left afterwards. */

import assert from 'node:assert/strict'
import type fc from 'fast-check'
import { UserDeletionEngine } from '../../src/engine/engine.ts'
import type { EngineOptions } from '../../src/engine/options.ts'
import { UserDeletionError } from '../../src/errors.ts'
import { listJobs } from '../../src/records/job-records.ts'
import { readLedger } from '../../src/records/ledger-records.ts'
import type { Store } from '../../src/store/store.ts'
import { fixedClock } from './fixed-clock.ts'
import { HOST_TABLES, type Host, policyOf, TENANTS, wrapStore } from './hosts/life-cycle-host.ts'

const policy = policyOf('status')
export type RaceEngine = UserDeletionEngine<typeof policy>

export const USER = 'usr_1'
export const [TENANT] = TENANTS
export const SCOPE = { tenantId: TENANT } as const

type Turn = (work: () => Promise<unknown>, label: string) => Promise<unknown>

export interface Race {
  readonly host: Host
  readonly clock: ReturnType<typeof fixedClock>
  /** An engine each of whose store calls goes through `turn`. */
  engine(turn: Turn, options?: Partial<EngineOptions<typeof policy>>): RaceEngine
  /** Looks and sets up, without waiting for turns. */
  readonly still: RaceEngine
  /** A careful host: the look at the user row and the session are one transaction. */
  signIn(session: string): boolean | Promise<boolean>
  /** Every row of the host's tables, the ledger and the jobs as text. */
  snapshot(): Promise<string>
  receipts(): Promise<number>
}

/** A user with two sessions and `posts` posts; more rows than `maxRows` go in chunks. */
export async function openRace(
  open: () => Host | Promise<Host>,
  posts: number,
  maxRows = 4,
): Promise<Race> {
  const host = await open()
  const clock = fixedClock()
  const email = 'ann@example.com'
  await host.insert('users', {
    id: USER,
    tenant_id: TENANT,
    email,
    status: 'active',
    disabled_at: null,
  })
  for (const session of ['ses_1', 'ses_2'])
    await host.insert('sessions', { id: session, user_id: USER })
  for (let post = 1; post <= posts; post += 1) {
    await host.insert('posts', { id: `post_${post}`, author_id: USER })
  }
  const engine: Race['engine'] = (turn, options = {}) =>
    new UserDeletionEngine({
      store: wrapStore(host.openStore?.() ?? host.store, turn),
      policy,
      clock,
      leaseMs: 30_000,
      maxRowsPerTransaction: maxRows,
      logger: { warn: () => {} },
      ...options,
    })
  const still = engine((work) => work())
  await still.migrate()
  return {
    host,
    clock,
    engine,
    still,
    signIn: (session) => host.signIn(USER, session),
    async snapshot() {
      const ledger = (await wholeLedger(host.store)).filter(({ kind }) => kind === 'user.deleted')
      const jobs = await listJobs(host.store, { limit: 100 })
      const tables = await Promise.all(HOST_TABLES.map((table) => host.rows(table)))
      return JSON.stringify([tables, ledger, jobs])
    },
    async receipts() {
      return (await wholeLedger(host.store)).filter(({ kind }) => kind === 'user.deleted').length
    },
  }
}

function wholeLedger(store: Store): ReturnType<typeof readLedger> {
  return readLedger(store, { afterSeq: 0, limit: 1_000 })
}

/** Each call begins when the scheduler says so, and is atomic then, as a method of a store is. */
export function inTurns(scheduler: fc.Scheduler): Turn {
  return async (work, label) => {
    await scheduler.schedule(Promise.resolve(), label)
    return work()
  }
}

/** What a call came to: `done`, or the code of its error. Anything else fails the test. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof UserDeletionError && error.code !== 'store_failed') return error.code
    throw error
  }
}

/** The user is gone with everything, and one receipt says so. */
export async function assertGone({ host, receipts, still }: Race): Promise<void> {
  for (const table of ['users', 'sessions', 'posts'] as const) {
    assert.deepEqual(await host.rows(table), [], table)
  }
  assert.equal(await receipts(), 1, 'receipts')
  for await (const job of still.jobs()) assert.fail(`${job.kind} is still open`)
  assert.ok((await still.ledger.verify()).valid)
}
