/**
 * Clauses of the store contract: the journalled way, and looking back.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { claimJob, listJobs } from '../../../records/job-records.ts'
import { ledgerHead } from '../../../records/ledger-records.ts'
import type { Job } from '../../../store/records.ts'
import { withCommits } from '../altered-store.ts'
import { ANN, GHOST, LOST, SHARED_EMAIL } from '../data.ts'
import { withTables } from '../with-tables.ts'
import { type Clause, IN_A, type World } from '../world.ts'

const SMALL = { maxRowsPerTransaction: 3, leaseMs: 30_000 }
const BEFORE_LEASE_END = '2026-03-01T12:00:29.000Z'
const AFTER_LEASE_END = '2026-03-01T12:01:00.000Z'

export function jobClauses(clause: Clause): void {
  clause('a user with more rows than the cap ends the same, in several steps', async (world) => {
    const plan = await world.engine.plan(ANN, IN_A)
    const receipt = await world.engineWith(SMALL).delete(ANN, IN_A)
    assert.equal(plan.way, 'transaction')
    assert.equal(receipt.way, 'journal')
    const rest = (steps: typeof plan.steps): unknown =>
      steps.filter(({ table }) => table !== 'comments')
    assert.deepEqual(rest(receipt.steps), rest(plan.steps))
    await assertGone(world)
  })

  clause('a row that a stronger rule keeps stays in the journalled way too', async (world) => {
    const engine = world.engineWith(SMALL, keepingPinned())
    const plan = await engine.plan(ANN, IN_A)
    const receipt = await engine.delete(ANN, IN_A)
    assert.equal((await world.row('comments', 'com_both'))?.['pinned_by'], null)
    assert.equal(await world.row('comments', `com_${ANN}`), undefined)
    assert.deepEqual(receipt.steps, plan.steps)
  })

  clause('an interrupted deletion leaves a disabled user and a job', async (world) => {
    await interrupt(world)
    assert.equal((await world.row('users', ANN))?.['status'], 'disabled')
    const jobs = await listJobs(world.store, { limit: 10 })
    assert.deepEqual(
      jobs.map(({ userId, fence }) => [userId, fence]),
      [[ANN, 1]],
    )
    const other = { tenantId: 'tnt_b', userId: ANN }
    assert.deepEqual(await listJobs(world.store, { limit: 10, user: other }), [])
    assert.equal(await ledgerHead(world.store), null)
  })

  clause('another worker waits for the lease to end, then finishes', async (world) => {
    await interrupt(world)
    const worker = world.engineWith(SMALL)
    world.clock.set(BEFORE_LEASE_END)
    assert.equal((await worker.resume()).held, 1)
    await assert.rejects(worker.delete(ANN, IN_A), { code: 'in_progress' })
    assert.notEqual(await world.row('users', ANN), undefined)
    world.clock.set(AFTER_LEASE_END)
    const { finished, failed } = await worker.resume()
    assert.deepEqual([finished.map(({ userId }) => userId), failed], [[ANN], []])
    await assertGone(world)
  })

  clause('a job is claimed only after its lease, and only once', async (world) => {
    const { job } = await interrupt(world)
    const claim = (now: string): Promise<Job | null> => {
      const { id, fence } = job
      return claimJob(world.store, { id, fence, owner: 'b', now, leaseUntil: '2026-03-01T13:00' })
    }
    assert.equal(await claim(BEFORE_LEASE_END), null)
    const claimed = await claim(AFTER_LEASE_END)
    assert.deepEqual([claimed?.fence, claimed?.owner], [job.fence + 1, 'b'])
    assert.equal(await claim('2026-03-02T12:00:00.000Z'), null)
    assert.equal((await world.row('users', ANN))?.['status'], 'disabled')
  })

  clause('the writes of an earlier owner are refused, and change nothing', async (world) => {
    const { job, chunkAgain } = await interrupt(world)
    const { id, fence } = job
    const now = AFTER_LEASE_END
    await claimJob(world.store, { id, fence, owner: 'b', now, leaseUntil: '2026-03-01T13:00' })
    const before = await world.snapshot()
    await assert.rejects(chunkAgain(), { code: 'lease_lost' })
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('an earlier owner cannot end the job either', async (world) => {
    let chunks = 0
    let endAgain: (() => Promise<unknown>) | undefined
    const store = withCommits(world.store, (unit, commit) => {
      if (unit === 'chunk') chunks += 1
      // The first one only finds that there is too much for it.
      if (unit !== 'deletion' || chunks === 0) return commit()
      endAgain = commit
      throw new Error('crash')
    })
    await assert.rejects(world.engineWith({ ...SMALL, store }).delete(ANN, IN_A))
    const [job] = await listJobs(world.store, { limit: 1 })
    assert.ok(job !== undefined && endAgain !== undefined)
    const { id, fence } = job
    const now = AFTER_LEASE_END
    await claimJob(world.store, { id, fence, owner: 'b', now, leaseUntil: now })
    const before = await world.snapshot()
    await assert.rejects(endAgain(), { code: 'lease_lost' })
    assert.deepEqual(await world.snapshot(), before)
    assert.equal(await ledgerHead(world.store), null)
  })
}

export function verifyClauses(clause: Clause): void {
  const statusOf = async (
    { engine }: World,
    known: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, string>>> => {
    const { steps } = await engine.verify(ANN, { ...IN_A, known })
    return Object.fromEntries(steps.map(({ id, status }) => [id, status]))
  }

  clause('verify finds residue while the user is there, and changes nothing', async (world) => {
    const before = await world.snapshot()
    const found = await world.engine.verify(ANN, IN_A)
    assert.deepEqual([found.status, found.userRow, found.receiptId], ['residue', 'present', null])
    const sessions = found.steps.find(({ table }) => table === 'sessions')
    assert.deepEqual([sessions?.status, sessions?.rows], ['residue', 2])
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('verify tells clean, kept and unverifiable apart', async (world) => {
    const { id } = await world.engine.delete(ANN, IN_A)
    const found = await world.engine.verify(ANN, IN_A)
    assert.deepEqual([found.userRow, found.receiptId], ['absent', id])
    const status = await statusOf(world, {})
    assert.equal(status['sessions#0'], 'clean')
    assert.equal(status['audit_log#0'], 'kept')
    assert.equal(status['webhook_events#0'], 'kept')
    assert.equal(status['session_hints#0'], 'unverifiable')
    assert.equal(status['invitations#0'], 'unverifiable')
    assert.equal(await world.row('users', ANN), undefined)
  })

  clause('a row that a stronger rule keeps is no residue', async (world) => {
    const engine = world.engineWith({}, keepingPinned())
    await engine.delete(ANN, IN_A)
    assert.notEqual(await world.row('comments', 'com_both'), undefined)
    assert.equal((await engine.verify(ANN, IN_A)).status, 'unverifiable')
  })

  clause('a field that is still known makes its steps verifiable', async (world) => {
    await world.engine.delete(ANN, IN_A)
    const status = await statusOf(world, { email: SHARED_EMAIL })
    assert.equal(status['invitations#0'], 'clean')
    assert.equal(status['session_hints#0'], 'unverifiable')
  })

  clause('verify finds rows of a user who is gone', async (world) => {
    const found = await world.engine.verify(LOST, IN_A)
    const comments = found.steps.find(({ id }) => id === 'comments#0')
    assert.deepEqual([found.status, found.userRow], ['residue', 'absent'])
    assert.deepEqual([comments?.status, comments?.rows], ['residue', 1])
    assert.equal((await world.row('comments', 'com_lost'))?.['author_id'], LOST)
  })
}

/** Comments that somebody has pinned stay, and those of the author go. */
function keepingPinned(): ReturnType<typeof withTables> {
  const set = { pinned_by: null }
  return withTables({
    comments: [
      { match: 'author_id', action: 'delete' },
      { match: 'pinned_by', action: 'anonymize', reason: 'a thread', set },
    ],
  })
}

interface Interrupted {
  readonly job: Job
  /** The commit of the first owner that crashed. */
  readonly chunkAgain: () => Promise<unknown>
}

/** Deletes until the third chunk, which crashes. */
async function interrupt(world: World): Promise<Interrupted> {
  const chunks: (() => Promise<unknown>)[] = []
  const store = withCommits(world.store, (unit, commit) => {
    if (unit === 'chunk') chunks.push(commit)
    if (unit === 'chunk' && chunks.length === 3) throw new Error('crash')
    return commit()
  })
  await assert.rejects(world.engineWith({ ...SMALL, store }).delete(ANN, IN_A))
  const [job] = await listJobs(world.store, { limit: 10 })
  const chunkAgain = chunks.at(-1)
  assert.ok(job !== undefined && chunkAgain !== undefined)
  return { job, chunkAgain }
}

async function assertGone(world: World): Promise<void> {
  assert.equal(await world.row('users', ANN), undefined)
  for (const table of ['sessions', 'session_hints', 'hint_items']) {
    const left = await world.rows(table)
    assert.ok(!left.some((row) => JSON.stringify(row).includes(ANN)), table)
  }
  assert.equal((await world.row('posts', `post_${ANN}`))?.['author_id'], GHOST)
  const entry = await world.row('audit_log', `aud_did_${ANN}`)
  assert.deepEqual([entry?.['actor_email'], entry?.['metadata']], [null, { device: { os: 'x' } }])
  assert.match(String((await world.row('visits', `vis1_${ANN}`))?.['visitor']), /^tok_/)
  assert.deepEqual(await listJobs(world.store, { limit: 10 }), [])
  assert.equal((await world.engine.ledger.verify()).valid, true)
}
