/**
 * Clauses of the store contract: what is begun and refused, and what is decided about users beside deletions.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { UserDeletionError } from '../errors.ts'
import { ANN, BOB } from './contract-data.ts'
import { type Clause, IN_A, type World, withMethods } from './contract-world.ts'

const DAY = '2026-03-02T12:00:00.000Z'
const DAY_AFTER = '2026-03-03T12:00:00.000Z'

export function refusedClauses(clause: Clause): void {
  clause(
    'a purge that the database refuses gives way to its schedule and says why',
    async (world) => {
      for (const id of [ANN, BOB]) {
        await world.engine.scheduleDeletion(id, { ...IN_A, after: 'P1D', by: 'user' })
      }
      world.clock.set(DAY)
      const { deleted, postponed } = await refusing(world, ANN).purgeDue()
      assert.deepEqual(
        [deleted[0]?.userId, postponed[0]?.error.code],
        [BOB, 'constraint_violation'],
      )
      assert.equal(deleted.length + postponed.length, 2)
      const { at, ...why } = { at: DAY, kind: 'refused', code: 'constraint_violation' }
      assert.deepEqual(await reasons(world), [
        { ...why, at, details: { constraint: 'foreign_key', table: 'posts' } },
      ])
      const status = await world.engine.getStatus(ANN, IN_A)
      assert.deepEqual([status.state, status.deletion?.dueAt], ['scheduled', DAY])
    },
  )

  clause('who was refused can take the deletion back, and is as before', async (world) => {
    const before = await world.row('users', ANN)
    await world.engine.scheduleDeletion(ANN, { ...IN_A, after: 'P1D', by: 'user' })
    world.clock.set(DAY)
    await refusing(world, ANN).purgeDue()
    await world.engine.cancelDeletion(ANN, { ...IN_A, by: 'user' })
    assert.deepEqual(await world.row('users', ANN), before)
    assert.deepEqual(await world.store.listJobs({ limit: 10 }), [])
  })

  clause('who was refused goes with the next purge once nothing is in the way', async (world) => {
    await world.engine.scheduleDeletion(ANN, { ...IN_A, after: 'P1D', by: 'user' })
    world.clock.set(DAY)
    await refusing(world, ANN).purgeDue()
    world.clock.set(DAY_AFTER)
    const { deleted } = await world.engine.purgeDue()
    assert.deepEqual(
      deleted.map(({ userId }) => userId),
      [ANN],
    )
    assert.equal(await world.row('users', ANN), undefined)
    assert.deepEqual(await reasons(world), [])
  })

  clause('a deletion that has lost rows does not give way, and says why', async (world) => {
    await world.engine.scheduleDeletion(ANN, { ...IN_A, after: 'P1D', by: 'user' })
    world.clock.set(DAY)
    await refusing(world, ANN, { maxRowsPerTransaction: 3 }).purgeDue()
    assert.deepEqual((await reasons(world))[0]?.kind, 'refused')
    await assert.rejects(world.engine.cancelDeletion(ANN, IN_A), { code: 'invalid_transition' })
    assert.equal((await world.row('users', ANN))?.['status'], 'disabled')
  })
}

export function decisionClauses(clause: Clause): void {
  clause('what is decided about a user is an entry of the ledger', async (world) => {
    const { engine } = world
    const { id: holdId } = await engine.placeHold(ANN, { ...IN_A, reason: 'court_order' })
    await engine.releaseHold(ANN, { ...IN_A, holdId })
    await engine.disable(ANN, IN_A)
    await engine.enable(ANN, IN_A)
    await engine.scheduleDeletion(ANN, IN_A)
    await engine.cancelDeletion(ANN, IN_A)
    assert.deepEqual(await decided(world), [
      ['hold.placed', ANN],
      ['hold.released', ANN],
      ['user.disabled', ANN],
      ['user.enabled', ANN],
      ['deletion.scheduled', ANN],
      ['deletion.cancelled', ANN],
    ])
    assert.equal((await engine.ledger.verify()).valid, true)
  })

  clause(
    'a hold on rows of somebody who is gone is an entry too, and its release',
    async (world) => {
      const { engine } = world
      await engine.delete(ANN, IN_A)
      const { id: holdId } = await engine.placeHold(ANN, { ...IN_A, reason: 'court_order' })
      await engine.releaseHold(ANN, { ...IN_A, holdId })
      assert.deepEqual(await decided(world), [
        ['hold.placed', ANN],
        ['hold.released', ANN],
      ])
      assert.deepEqual(await engine.holds(ANN, IN_A), [])
      assert.equal((await engine.ledger.verify()).valid, true)
    },
  )

  clause('a decision whose entry cannot be written is not made', async (world) => {
    const { store } = world
    const refused = (): never => {
      throw new Error('no entry')
    }
    const failing = withMethods(store, {
      transition: (program, transition) =>
        store.transition(program, {
          ...transition,
          decide(standing) {
            const verdict = transition.decide(standing)
            if (verdict.kind === 'refuse') return verdict
            const { finish } = verdict
            return { ...verdict, finish: (cut) => ({ ...finish?.(cut), seal: refused }) }
          },
        }),
      saveHold: (hold) => store.saveHold(hold, refused),
    })
    await world.engine.delete(BOB, IN_A)
    const before = await world.snapshot()
    const entries = (await store.ledgerHead())?.seq
    const engine = world.engineWith({ store: failing })
    const reason = 'court_order'
    await assert.rejects(engine.placeHold(ANN, { ...IN_A, reason }))
    await assert.rejects(engine.placeHold(BOB, { ...IN_A, reason }))
    await assert.rejects(engine.disable(ANN, IN_A))
    await assert.rejects(engine.scheduleDeletion(ANN, IN_A))
    assert.deepEqual(await world.snapshot(), before)
    assert.deepEqual(await store.listHolds({ limit: 10 }), [])
    assert.deepEqual(await store.listJobs({ limit: 10 }), [])
    assert.equal((await store.ledgerHead())?.seq, entries)
  })
}

async function decided({ store }: World): Promise<readonly unknown[]> {
  const entries = await store.readLedger({ afterSeq: 0, limit: 50 })
  return entries.flatMap(({ kind, subject }) =>
    kind === 'user.deleted' || kind === 'storage.sanitized' ? [] : [[kind, subject]],
  )
}

/** An engine over a database that refuses the deletion of one user. */
function refusing(
  world: World,
  id: string,
  options: Parameters<World['engineWith']>[0] = {},
): ReturnType<World['engineWith']> {
  const store = withMethods(world.store, {
    async apply(program, slice) {
      const isTheirs = slice.users.some((user) => user.id === id)
      // A large user is looked at first, and refused when chunks have run.
      const isEarly = options.maxRowsPerTransaction !== undefined && !slice.journal?.cursors
      if (!isTheirs || isEarly) return world.store.apply(program, slice)
      throw new UserDeletionError('constraint_violation', 'A foreign key refused the deletion.', {
        details: { constraint: 'foreign_key', table: 'posts' },
      })
    },
  })
  return world.engineWith({ store, ...options })
}

async function reasons({ engine }: World): Promise<readonly { readonly kind: string }[]> {
  const found: { readonly kind: string }[] = []
  for await (const { why } of engine.jobs()) found.push(why)
  return found
}
