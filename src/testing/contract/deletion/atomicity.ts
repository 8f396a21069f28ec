/**
 * Clauses of the store contract: all of it or nothing, and one user's failure is their own.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { UserDeletionError } from '../../../errors.ts'
import type { DeletionContext } from '../../../execution/context/hooks.ts'
import { applySlice, deleteUnit } from '../../../execution/units/delete-unit.ts'
import { listJobs } from '../../../records/job-records.ts'
import { ledgerHead, readLedger } from '../../../records/ledger-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import { withCommits, withWork } from '../altered-store.ts'
import { ANN, BOB, DEBTOR, HELD, NIL, OWNERS } from '../data.ts'
import { programOf, sliceOf } from '../programs.ts'
import { type Clause, IN_A, type World } from '../world.ts'

export function atomicityClauses(clause: Clause): void {
  clause('a slice that is tried again in parts does not ask hooks again', async (world) => {
    const asked: unknown[] = []
    let tries = 0
    const store = withCommits(world.store, (unit, commit) => {
      if (unit === 'deletion') tries += 1
      if (unit === 'deletion' && tries === 1) throw new Error('one of them fails')
      return commit()
    })
    const hooks = { beforeDelete: ({ userId }: DeletionContext) => void asked.push(userId) }
    const engine = world.engineWith({ store, hooks })
    const result = await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    assert.equal(result.deleted, 2)
    assert.ok(tries > 1)
    assert.deepEqual(asked.toSorted(), [ANN, BOB])
  })

  clause(
    'of a slice with a user whom the database refuses the others go, and that one fails for its reason',
    async (world) => {
      const store = withWork(world.store, ({ users }) => {
        if (!users.some(({ fields }) => fields['id'] === BOB)) return
        throw new UserDeletionError('constraint_violation', 'A trigger keeps the user.')
      })
      const ids = [ANN, NIL, BOB, OWNERS[0]]
      const result = await world.engineWith({ store }).deleteMany(ids, {
        ...IN_A,
        mode: 'throughput',
      })
      assert.deepEqual([result.deleted, result.failedByCode], [3, { constraint_violation: 1 }])
      assert.deepEqual([result.errors[0]?.index, result.errors[0]?.id], [2, BOB])
      for (const id of ids) assert.equal((await world.row('users', id)) === undefined, id !== BOB)
      assert.equal(
        (await world.rows('sessions')).filter(({ user_id }) => user_id === BOB).length,
        2,
      )
      assert.equal((await deletions(world)).length, 3)
      assert.equal((await world.engine.ledger.verify()).valid, true)
    },
  )

  clause(
    'of commits in one transaction each may be refused alone, and one sees what those before wrote',
    async (world) => {
      if (world.store.commitEach === undefined) return
      const refused = new UserDeletionError('constraint_violation', 'not this one')
      const outcomes = await commitThree(world, refused)
      assert.deepEqual(outcomes, ['done', refused.code, 'done'])
      for (const id of [ANN, NIL]) assert.equal(await world.row('users', id), undefined)
      assert.notEqual(await world.row('users', BOB), undefined)
      const sessions = await world.rows('sessions')
      assert.equal(sessions.filter(({ user_id }) => user_id === BOB).length, 2)
      const entries = await readLedger(world.store, { afterSeq: 0, limit: 10 })
      assert.deepEqual(
        entries.map(({ seq, subject }) => [seq, subject]),
        [
          [1, ANN],
          [2, NIL],
        ],
      )
    },
  )

  clause(
    'what is about none of the commits of a transaction takes all of them back',
    async (world) => {
      if (world.store.commitEach === undefined) return
      const lost = new UserDeletionError('store_unavailable', 'the database is gone')
      await assertNothingChanges(world, async () => {
        await assert.rejects(commitThree(world, lost), { code: lost.code })
      })
    },
  )

  clause('a seal that throws leaves nothing changed', async (world) => {
    await assertNothingChanges(world, () => failIn(world, 'seal'))
  })

  clause('a decide that throws leaves nothing changed', async (world) => {
    await assertNothingChanges(world, () => failIn(world, 'decide'))
  })

  clause('after a failure the same deletion goes through', async (world) => {
    await failIn(world, 'seal')
    await world.engine.delete(ANN, IN_A)
    assert.equal(await world.row('users', ANN), undefined)
    assert.equal((await world.engine.ledger.verify()).valid, true)
  })

  clause('a vetoed user keeps everything', async (world) => {
    const engine = world.engineWith({ hooks: { beforeDelete: () => ({ veto: 'not_today' }) } })
    await assertNothingChanges(world, () =>
      assert.rejects(engine.delete(ANN, IN_A), { code: 'deletion_vetoed' }),
    )
  })

  clause(
    'a kept row with an enforced foreign key to the user blocks the deletion',
    async (world) => {
      const { foreignKeysEnforced } = await world.store.describe()
      if (foreignKeysEnforced) {
        await assertNothingChanges(world, () =>
          assert.rejects(world.engine.delete(DEBTOR, IN_A), { code: 'deletion_blocked' }),
        )
      } else {
        await world.engine.delete(DEBTOR, IN_A)
        assert.equal(await world.row('users', DEBTOR), undefined)
        assert.equal((await world.row('invoices', 'bill_1'))?.['user_id'], DEBTOR)
      }
    },
  )

  clause('in a slice, one bad user fails alone', async (world) => {
    const { foreignKeysEnforced } = await world.store.describe()
    const ids = [ANN, DEBTOR, BOB]
    const result = await world.engine.deleteMany(ids, { ...IN_A, mode: 'throughput' })
    assert.equal(await world.row('users', ANN), undefined)
    assert.equal(await world.row('users', BOB), undefined)
    assert.equal((await world.engine.ledger.verify()).valid, true)
    if (foreignKeysEnforced) {
      assert.deepEqual(result.failedByCode, { deletion_blocked: 1 })
      assert.deepEqual([result.errors[0]?.index, result.errors[0]?.id], [1, DEBTOR])
      assert.notEqual(await world.row('users', DEBTOR), undefined)
      assert.notEqual(await world.row('sessions', 'ses_debtor'), undefined)
    } else {
      assert.equal(result.deleted, 3)
    }
  })

  clause('in a slice, a blocked user stays and the others go', async (world) => {
    const ids = [HELD, NIL]
    const result = await world.engine.deleteMany(ids, { ...IN_A, mode: 'throughput' })
    assert.deepEqual([result.deleted, result.failedByCode], [1, { deletion_blocked: 1 }])
    assert.notEqual(await world.row('users', HELD), undefined)
    assert.equal(await world.row('users', NIL), undefined)
  })

  clause('of two co-owners in one slice only the first goes', async (world) => {
    const result = await world.engine.deleteMany(OWNERS, { ...IN_A, mode: 'throughput' })
    assert.deepEqual([result.deleted, result.failedByCode], [1, { deletion_blocked: 1 }])
    assert.equal(await world.row('users', OWNERS[0]), undefined)
    const owners = (await world.rows('members')).filter(({ role }) => role === 'owner')
    assert.deepEqual(
      owners.map(({ user_id }) => user_id),
      [OWNERS[1]],
    )
  })

  clause('a user given twice is deleted once', async (world) => {
    const ids = [ANN, ANN, '', 'usr_nobody', NIL, ANN]
    const result = await world.engine.deleteMany(ids, { ...IN_A, mode: 'throughput' })
    assert.deepEqual([result.requested, result.deleted, result.duplicates], [6, 2, 2])
    assert.deepEqual(result.failedByCode, { invalid_id: 1, resource_not_found: 1 })
    assert.equal(await world.row('users', ANN), undefined)
    assert.equal((await deletions(world)).length, 2)
  })

  clause('a user deleted in an earlier slice is already deleted in a later one', async (world) => {
    await world.engine.delete(ANN, IN_A)
    const result = await world.engine.deleteMany([ANN, NIL], IN_A)
    assert.deepEqual([result.deleted, result.alreadyDeleted, result.failed], [1, 1, 0])
    assert.equal((await deletions(world)).length, 2)
    assert.equal(await world.row('users', NIL), undefined)
  })
}

async function deletions({ store }: World): Promise<readonly unknown[]> {
  const entries = await readLedger(store, { afterSeq: 0, limit: 100 })
  return entries.filter(({ kind }) => kind === 'user.deleted')
}

async function assertNothingChanges(world: World, work: () => Promise<void>): Promise<void> {
  const before = await world.snapshot()
  await work()
  assert.deepEqual(await world.snapshot(), before)
  assert.equal(await ledgerHead(world.store), null)
  assert.deepEqual(await readLedger(world.store, { afterSeq: 0, limit: 10 }), [])
  assert.deepEqual(await readOutbox(world.store, { afterId: null, limit: 10 }), [])
  assert.deepEqual(await listJobs(world.store, { limit: 10 }), [])
}

/** Deletes three users by a commit each, of which the second ends with an error behind its work. */
async function commitThree(world: World, error: Error): Promise<readonly string[]> {
  const program = await programOf(world)
  const seal = (): never => {
    throw error
  }
  const slices = [ANN, BOB, NIL].map((id) => sliceOf(program, [id], id === BOB ? { seal } : {}))
  const committed = await world.store.commitEach?.(
    slices.map((slice) => () => deleteUnit(program, slice)),
  )
  return (committed ?? []).map((one) =>
    one.kind === 'done' ? one.kind : (one.error as UserDeletionError).code,
  )
}

/** Tries to delete Ann by a slice of which one function throws. */
async function failIn(world: World, name: 'seal' | 'decide'): Promise<void> {
  const program = await programOf(world)
  let called = 0
  const fail = (): never => {
    called += 1
    throw new Error(`${name} failed`)
  }
  await assert.rejects(applySlice(world.store, program, sliceOf(program, [ANN], { [name]: fail })))
  assert.ok(called > 0)
}
