/**
 * Clauses of the store contract: all of it or nothing, and one user's failure is their own.
 *
 * @module
 */

import assert from 'node:assert/strict'
import type { DeletionContext } from '../../../execution/context/hooks.ts'
import { listJobs } from '../../../records/job-records.ts'
import { ledgerHead, readLedger } from '../../../records/ledger-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import type { Store } from '../../../store/store.ts'
import { ANN, BOB, DEBTOR, HELD, NIL, OWNERS } from '../data.ts'
import { type Clause, IN_A, type World, withMethods } from '../world.ts'

export function atomicityClauses(clause: Clause): void {
  clause('a slice that is run again with savepoints does not ask hooks again', async (world) => {
    const asked: unknown[] = []
    let tries = 0
    const store = withMethods(world.store, {
      apply: async (program, slice) => {
        tries += 1
        if (slice.isolation === 'together') throw new Error('one of them fails')
        return world.store.apply(program, slice)
      },
    })
    const hooks = { beforeDelete: ({ userId }: DeletionContext) => void asked.push(userId) }
    const engine = world.engineWith({ store, hooks })
    const result = await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    assert.deepEqual([result.deleted, tries], [2, 2])
    assert.deepEqual(asked.toSorted(), [ANN, BOB])
  })

  clause('a seal that throws leaves nothing changed', async (world) => {
    const store = failingIn(world.store, 'seal')
    await assertNothingChanges(world, () =>
      assert.rejects(world.engineWith({ store }).delete(ANN, IN_A)),
    )
  })

  clause('a decide that throws leaves nothing changed', async (world) => {
    const store = failingIn(world.store, 'decide')
    await assertNothingChanges(world, () =>
      assert.rejects(world.engineWith({ store }).delete(ANN, IN_A)),
    )
  })

  clause('after a failure the same deletion goes through', async (world) => {
    const store = failingIn(world.store, 'seal')
    await assert.rejects(world.engineWith({ store }).delete(ANN, IN_A))
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

/** The store with a slice function that throws. */
function failingIn(store: Store, name: 'seal' | 'decide'): Store {
  const fail = (): never => {
    throw new Error(`${name} failed`)
  }
  return withMethods(store, {
    apply: (program, slice) => store.apply(program, { ...slice, [name]: fail }),
  })
}
