/**
 * Clauses of the store contract: what holds when something fails, comes twice, or comes at the same time.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { applySlice } from '../../../execution/units/delete-unit.ts'
import { makeTransition } from '../../../execution/units/transition-unit.ts'
import type { Policy, PolicyInput } from '../../../policy/policy.ts'
import { listJobs } from '../../../records/job-records.ts'
import { ledgerHead, readLedger } from '../../../records/ledger-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import type { SliceOutcome } from '../../../store/slice.ts'
import type { Store } from '../../../store/store.ts'
import { withAnswers, withCommits, withOtherWrites } from '../altered-store.ts'
import { ANN, BOB, DEBTOR, NIL, OWNERS, type Row } from '../data.ts'
import { auditedPolicy, contractPolicy, type TenantPolicy } from '../fixture.ts'
import { programOf, sliceOf } from '../programs.ts'
import { withFewTables } from '../with-tables.ts'
import { type Clause, IN_A, type World } from '../world.ts'

const SMALL = { maxRowsPerTransaction: 3, leaseMs: 30_000 }

export function safetyClauses(clause: Clause): void {
  clause('a receipt that the database refuses takes the deletion back with it', async (world) => {
    const options = { ...IN_A, idempotencyKey: 'key_1' }
    await world.engine.delete(NIL, options)
    const before = await stateOf(world)
    // As when another process uses the key between the look-up and the commit.
    const store = withAnswers(world.store, (question, own) => {
      const { where = [] } = question.kind === 'records' ? question : {}
      return where.some(({ field }) => field === 'idempotencyKey') ? [] : own
    })
    await assert.rejects(world.engineWith({ store }).delete(ANN, options))
    assert.deepEqual(await stateOf(world), before)
    await world.engine.delete(ANN, IN_A)
    assert.equal(await world.row('users', ANN), undefined)
  })

  clause(
    'an audit entry that the database refuses takes the deletion back with it',
    async (world) => {
      const taken = { id: `aud_did_${BOB}` }
      const store = withOtherWrites(world.store, (write) =>
        write.kind === 'insert_row' ? { ...write, values: taken } : write,
      )
      const engine = world.engineWith({ store }, auditedPolicy)
      await assert.rejects(engine.erase(ANN, IN_A), { code: 'constraint_violation' })
      assert.notEqual(await world.row('users', ANN), undefined)
      assert.notEqual(await world.row('posts', `post_${ANN}`), undefined)
      assert.equal(await ledgerHead(world.store), null)
    },
  )

  clause(
    'a change that the schema refuses is a constraint_violation, and nothing is written',
    async (world) => {
      const program = await programOf(world)
      const before = await world.snapshot()
      for (const set of [{ status: null }, { email: 'bob@example.com' }]) {
        await assert.rejects(
          makeTransition(world.store, program, {
            ...IN_A,
            user: { id: ANN, subject: ANN },
            tokenHash: null,
            decide: () => ({
              kind: 'proceed',
              cutsAccess: true,
              set,
              finish: () => ({ job: null }),
            }),
          }),
          { code: 'constraint_violation' },
        )
        assert.deepEqual(await world.snapshot(), before)
      }
    },
  )

  clause(
    'a user who fails alone leaves no receipt and no event; the others have theirs',
    async (world) => {
      await world.engine.deleteMany([ANN, DEBTOR, BOB], { ...IN_A, mode: 'throughput' })
      const { foreignKeysEnforced } = await world.store.describe()
      const gone = foreignKeysEnforced ? [ANN, BOB] : [ANN, DEBTOR, BOB]
      const receipts: unknown[] = []
      for await (const { userId, steps } of world.engine.ledger.receipts()) {
        receipts.push([userId, steps.find(({ table }) => table === 'sessions')?.rows])
      }
      assert.deepEqual(
        receipts,
        gone.map((id) => [id, id === DEBTOR ? 1 : 2]),
      )
      assert.deepEqual(
        await eventsOf(world),
        [
          ...gone.flatMap((id) => (id === DEBTOR ? [] : [`org.member.removed ${id} 1`])),
          ...gone.map((id) => `session.revoked ${id} ${id === DEBTOR ? 1 : 2}`),
          ...gone.map((id) => `user.deleted ${id} 1`),
        ].sort(),
      )
    },
  )

  clause('in a slice every user has the events that a deletion alone gives', async (world) => {
    await world.engine.deleteMany([ANN, NIL, BOB], { ...IN_A, mode: 'throughput' })
    assert.deepEqual(
      await eventsOf(world),
      [
        `org.member.removed ${ANN} 1`,
        `org.member.removed ${BOB} 1`,
        `session.revoked ${ANN} 2`,
        `session.revoked ${BOB} 2`,
        `user.deleted ${ANN} 1`,
        `user.deleted ${BOB} 1`,
        `user.deleted ${NIL} 1`,
      ].sort(),
    )
  })

  clause(
    'of two co-owners only the first goes, also where the slice is tried in parts',
    async (world) => {
      let tries = 0
      const store = withCommits(world.store, (unit, commit) => {
        if (unit === 'deletion') tries += 1
        if (unit === 'deletion' && tries === 1) throw new Error('one of them fails')
        return commit()
      })
      const result = await world
        .engineWith({ store })
        .deleteMany(OWNERS, { ...IN_A, mode: 'throughput' })
      assert.deepEqual([result.deleted, result.failedByCode], [1, { deletion_blocked: 1 }])
      assert.ok(tries > 1)
      assert.equal(await world.row('users', OWNERS[0]), undefined)
      assert.notEqual(await world.row('users', OWNERS[1]), undefined)
    },
  )

  clause(
    'outcomes hold no entry where the slice keeps none, and the ledger holds all',
    async (world) => {
      const outcomes: SliceOutcome[] = []
      const program = await programOf(world)
      for (const keepsEntries of [false, true]) {
        const slice = sliceOf(program, keepsEntries ? [NIL] : [ANN, BOB], { keepsEntries })
        outcomes.push(...(await applySlice(world.store, program, slice)))
      }
      const entries = await readLedger(world.store, { afterSeq: 0, limit: 100 })
      const deletions = entries.filter(({ kind }) => kind === 'user.deleted')
      assert.deepEqual(deletions.map(({ subject }) => subject).sort(), [ANN, BOB, NIL].sort())
      const kept = deletions.find(({ subject }) => subject === NIL)
      assert.deepEqual(outcomes, [
        { kind: 'deleted', entry: null },
        { kind: 'deleted', entry: null },
        { kind: 'deleted', entry: kept },
      ])
    },
  )

  clause('engines that delete at the same time write one chain', async (world) => {
    const ids = [ANN, BOB, NIL]
    await Promise.all(ids.map((id) => world.engineWith().delete(id, IN_A)))
    const twice = [0, 1].map(() => world.engineWith().delete(OWNERS[0], IN_A))
    const ends = (await Promise.allSettled(twice)).map(({ status }) => status)
    assert.deepEqual(ends.sort(), ['fulfilled', 'rejected'])
    const entries = await readLedger(world.store, { afterSeq: 0, limit: 100 })
    const subjects = entries
      .filter(({ kind }) => kind === 'user.deleted')
      .map(({ subject }) => subject)
    assert.deepEqual(subjects.toSorted(), [...ids, OWNERS[0]].sort())
    assert.equal((await world.engine.ledger.verify()).valid, true)
    const events = await readOutbox(world.store, { afterId: null, limit: 100 })
    assert.equal(events.filter(({ type }) => type === 'user.deleted').length, 4)
  })

  clause(
    'clearing the journal changes no row, says what it reached, and can be repeated',
    async (world) => {
      await world.engine.delete(ANN, IN_A)
      const before = await stateOf(world)
      const first = await world.store.clearJournal?.()
      // A store that leaves rows in a journal has a way to clear it.
      if (first === undefined)
        return assert.notEqual(world.store.capabilities.erasure, 'rows_overwritten')
      assert.equal(first.level, 'journal_cleared')
      assert.equal(first.complete, true)
      assert.deepEqual(await world.store.clearJournal?.(), first)
      assert.deepEqual(await stateOf(world), before)
    },
  )
}

/** One rule of each action: every stop begins the deletion anew and looks at all that is there. */
const interrupted = (): Policy<TenantPolicy> => {
  const { audit_log, webhook_events, groups, comments } = contractPolicy.tables
  const kept = { audit_log, webhook_events, groups, comments }
  return withFewTables(kept as PolicyInput['tables'])
}

export function journalClauses(clause: Clause): void {
  clause(
    'wherever the journalled way stops, access went first and the user row is there',
    async (world) => {
      const untouched = await world.snapshot()
      const access = ['sessions', 'session_hints', 'hint_items']
      let stops = 0
      const run = (): Promise<boolean> => {
        // Later runs look at finished steps again, so each is let go one chunk further.
        const store = stoppingAfter(world.store, stops + 1)
        return world
          .engineWith({ ...SMALL, store }, interrupted())
          .delete(ANN, IN_A)
          .then(
            () => true,
            () => false,
          )
      }
      while (!(await run())) {
        stops += 1
        assert.ok(stops < 100, 'it gets nowhere')
        assert.equal((await world.row('users', ANN))?.['status'], 'disabled')
        const now = await world.snapshot()
        const others = Object.keys(now).filter(
          (table) => table !== 'users' && !access.includes(table),
        )
        const begun = others.some((table) => now[table] !== untouched[table])
        if (begun) assert.deepEqual(await accessOf(world), [])
        assert.equal(await ledgerHead(world.store), null)
        world.clock.set(new Date(world.clock.now().getTime() + 60_000).toISOString())
      }
      assert.ok(stops > 3, `${stops} stops`)
      assert.equal(await world.row('users', ANN), undefined)
      assert.deepEqual(await accessOf(world), [])
      assert.deepEqual(await listJobs(world.store, { limit: 1 }), [])
      assert.equal((await world.engine.ledger.verify()).valid, true)
    },
  )

  clause('who goes on reads the identifiers of the user again', async (world) => {
    const store = stoppingAfter(world.store, 1)
    const stopped = world.engineWith({ ...SMALL, store }, interrupted())
    await assert.rejects(stopped.delete(ANN, IN_A))
    const program = await programOf(world)
    const invited = `inv_by_${BOB}`
    const email = String((await world.row('invitations', invited))?.['email'])
    await makeTransition(world.store, program, {
      ...IN_A,
      user: { id: ANN, subject: ANN },
      tokenHash: null,
      decide: () => ({ kind: 'proceed', set: { email } }),
    })
    world.clock.set('2026-03-01T12:05:00.000Z')
    const { finished } = await world.engineWith(SMALL, interrupted()).resume()
    assert.equal(finished.length, 1)
    assert.equal(await world.row('invitations', invited), undefined)
  })
}

/** The store, until so many chunks have run. */
function stoppingAfter(store: Store, chunks: number): Store {
  let left = chunks
  return withCommits(store, (unit, commit) => {
    if (unit !== 'chunk') return commit()
    if (left === 0) throw new Error('crash')
    left -= 1
    return commit()
  })
}

async function accessOf({ rows }: World): Promise<readonly Row[]> {
  const found = await Promise.all(['sessions', 'session_hints', 'hint_items'].map(rows))
  return found.flat().filter((row) => JSON.stringify(row).includes(ANN))
}

async function eventsOf({ store }: World): Promise<readonly string[]> {
  const events = await readOutbox(store, { afterId: null, limit: 100 })
  return events.map(({ type, subject, rows }) => `${type} ${String(subject)} ${rows}`).sort()
}

async function stateOf({ snapshot, store }: World): Promise<readonly unknown[]> {
  return [
    await snapshot(),
    await readLedger(store, { afterSeq: 0, limit: 100 }),
    await ledgerHead(store),
    await readOutbox(store, { afterId: null, limit: 100 }),
    await listJobs(store, { limit: 100 }),
  ]
}
