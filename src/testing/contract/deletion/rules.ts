/**
 * Clauses of the store contract: which rule has a row that two of them match, and rows outside the tenant.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { RuleInput } from '../../../policy/policy.ts'
import { ANN, BOB, SHARED_EMAIL, TENANT_A, TENANT_B, TWIN } from '../data.ts'
import { withTables } from '../with-tables.ts'
import { type Clause, changedTables, IN_A } from '../world.ts'

/** From the strongest to the weakest; `block` is stronger than all of them. */
const RANKED = ['retain', 'anonymize', 'delete', 'detach'] as const

type Ranked = (typeof RANKED)[number]

function ruleOf(action: Ranked, match: string): RuleInput {
  if (action === 'retain') return { match, action, reason: 'a law', set: { body: 'retained' } }
  if (action === 'anonymize') return { match, action, reason: 'a thread', set: { body: 'blank' } }
  return { match, action }
}

/** What is left of Ann's own comment that she pinned, when both actions have it. */
function leftBy(stronger: Ranked, weaker: Ranked): Readonly<Record<string, unknown>> | undefined {
  if (stronger === 'delete') return undefined
  const body = stronger === 'retain' ? 'retained' : 'blank'
  const pinnedBy = weaker === 'detach' ? null : ANN
  return { id: 'com_both', author_id: ANN, pinned_by: pinnedBy, body }
}

export function precedenceClauses(clause: Clause): void {
  for (const [rank, stronger] of RANKED.entries()) {
    for (const weaker of RANKED.slice(rank + 1)) {
      clause(
        `of two rules that match one row, ${stronger} has it before ${weaker}`,
        async (world) => {
          // An author may not be null, so the rule that detaches does it where the pin is.
          const [first, second] =
            weaker === 'detach' ? ['author_id', 'pinned_by'] : ['pinned_by', 'author_id']
          const comments = [ruleOf(weaker, second), ruleOf(stronger, first)]
          await world.engineWith({}, withTables({ comments })).delete(ANN, IN_A)
          const row = await world.row('comments', 'com_both')
          assert.deepEqual(row && { ...row }, leftBy(stronger, weaker))
        },
      )
    }
  }

  clause('block is in the way whatever else matches the row', async (world) => {
    const comments = [
      { match: 'author_id', action: 'delete' },
      { match: 'pinned_by', action: 'block', remedy: 'Unpin it.' },
    ] as const
    const engine = world.engineWith({}, withTables({ comments }))
    const before = await world.snapshot()
    await assert.rejects(engine.delete(ANN, IN_A), { code: 'deletion_blocked' })
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('a match by e-mail crosses tenants only where the rule says so', async (world) => {
    const before = await world.snapshot()
    const newsletters = {
      match: { column: 'address', equals: { user: 'email' } },
      acrossTenants: true,
      evenIfShared: true,
      action: 'delete',
    } as const
    const invitations = [
      {
        match: { column: 'email', equals: { user: 'email' } },
        acrossTenants: true,
        evenIfShared: true,
        action: 'delete',
      },
      { match: 'invited_by', action: 'detach' },
    ] as const
    await world.engineWith({}, withTables({ newsletters, invitations })).delete(ANN, IN_A)
    assert.equal(await world.row('newsletters', 'nl_1'), undefined)
    const left = await world.rows('invitations')
    assert.ok(!left.some(({ email, invited_by }) => email === SHARED_EMAIL && invited_by !== null))
    assert.equal(
      left.some(({ id }) => id === `inv_${TWIN}`),
      false,
    )
    assert.ok(left.some(({ tenant_id }) => tenant_id === TENANT_B))
    assert.ok(left.some(({ tenant_id }) => tenant_id === TENANT_A))
    assert.ok(changedTables(before, await world.snapshot()).includes('newsletters'))
    assert.notEqual(await world.row('users', TWIN), undefined)
  })

  clause(
    'a value is pulled out of a JSON array, and the other columns are written as told',
    async (world) => {
      const groups = {
        match: { array: 'members' },
        action: 'anonymize',
        reason: 'who was in it, without the person',
        set: { members: { pull: { user: 'id' } }, name: 'changed' },
      } as const
      await world.engineWith({}, withTables({ groups })).delete(ANN, IN_A)
      const row = await world.row('groups', 'grp_all')
      assert.deepEqual(row && { ...row }, {
        ...{ id: 'grp_all', name: 'changed' },
        members: [BOB, TWIN, 7, { id: ANN }],
      })
      assert.equal((await world.row('groups', 'grp_bob'))?.['name'], 'bob')
    },
  )
}
