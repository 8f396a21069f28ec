/**
 * Clauses of the store contract: what is said before and after a deletion is what the deletion does.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { definePolicy } from '../policy/define-policy.ts'
import type { Policy } from '../policy/policy.ts'
import { ANN, BOB, NIL } from './contract-data.ts'
import { type TenantPolicy, tombstonePolicy } from './contract-fixture.ts'
import { type Clause, IN_A } from './contract-world.ts'

export function agreementClauses(clause: Clause): void {
  clause('a blank user row is told from one that is gone, with its reason', async (world) => {
    const engine = world.engineWith({}, tombstonePolicy)
    await engine.delete(ANN, IN_A)
    const found = await engine.verify(ANN, IN_A)
    assert.deepEqual(
      [found.userRow, found.userRowReason, found.status],
      ['blanked', 'foreign keys of invoices', 'unverifiable'],
    )
    const { document } = await engine.proof(ANN, IN_A)
    const { userRow, userRowReason } = document.verification.user
    assert.deepEqual([userRow, userRowReason], ['blanked', 'foreign keys of invoices'])
    const [row] = document.done.filter(({ table }) => table === 'users')
    assert.deepEqual([row?.action, row?.reasons], ['anonymize', ['foreign keys of invoices']])
    await world.engine.delete(BOB, IN_A)
    const gone = await world.engine.verify(BOB, IN_A)
    assert.deepEqual([gone.userRow, gone.userRowReason], ['absent', null])
  })

  for (const [what, set] of [
    ['a constant', { email: null, name: null, status: 'blank' }],
    ['a pseudonym', { email: null, name: null, status: { pseudonym: { user: 'id' } } }],
    ['a token', { email: null, name: null, status: { randomToken: true } }],
  ] as const) {
    clause(
      `a blank user row that does not hold ${what} of the policy is residue`,
      async (world) => {
        await world.engineWith({}, tombstonePolicy).delete(ANN, IN_A)
        // What the row holds is not what this policy writes, as if a backup had filled it again.
        const found = await world.engineWith({}, tombstoneWith(set)).verify(ANN, IN_A)
        assert.deepEqual([found.userRow, found.userRowReason], ['present', null])
        assert.equal(found.status, 'residue')
      },
    )

    clause(`a blank user row that holds ${what} of the policy is none`, async (world) => {
      const engine = world.engineWith({}, tombstoneWith(set))
      await engine.delete(ANN, IN_A)
      const found = await engine.verify(ANN, IN_A)
      assert.deepEqual([found.userRow, found.status], ['blanked', 'unverifiable'])
    })
  }

  clause('a dry run over many counts each user and row once', async ({ engine }) => {
    const ids = [ANN, ANN, NIL, 'usr_nobody', ANN, 'usr_nobody']
    const once = await engine.planMany([ANN, NIL], IN_A)
    const twice = await engine.planMany(ids, IN_A)
    assert.deepEqual([once.found, once.duplicates], [2, 0])
    const { requested, found, notFound, duplicates } = twice
    assert.deepEqual([requested, found, notFound, duplicates], [6, 2, 1, 3])
    assert.deepEqual(twice.steps, once.steps)
    const result = await engine.deleteMany(ids, { ...IN_A, mode: 'throughput' })
    assert.deepEqual([result.deleted, result.duplicates], [found, duplicates])
  })
}

/** A blank row of other values. */
function tombstoneWith(
  set: Extract<TenantPolicy['user'], { readonly action: 'anonymize' }>['set'],
): Policy<TenantPolicy> {
  const user = { ...(tombstonePolicy as TenantPolicy).user, set }
  return definePolicy({ ...(tombstonePolicy as TenantPolicy), user }) as Policy<TenantPolicy>
}
