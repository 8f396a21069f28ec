/**
 * Clauses of the store contract: what is said before and after a deletion is what the deletion does.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { Policy, PolicyInput } from '../../../policy/policy.ts'
import { listJobs } from '../../../records/job-records.ts'
import { ledgerHead } from '../../../records/ledger-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import type { Store } from '../../../store/store.ts'
import { withDecisions } from '../altered-store.ts'
import { ANN, BOB, DEBTOR, GHOST, HELD, NIL } from '../data.ts'
import { contractPolicy, type TenantPolicy, tombstonePolicy } from '../fixture.ts'
import { type Clause, IN_A, type World } from '../world.ts'

export function agreementClauses(clause: Clause): void {
  clause(
    'verify tells a blank user row from one that is gone, and gives its reason',
    async (world) => {
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
    },
  )

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

  clause(
    'what a foreign key keeps is a blocker of its own user, and of nobody else',
    async (world) => {
      const { foreignKeysEnforced } = await world.store.describe()
      const { engine } = world
      const { blockers } = await engine.plan(DEBTOR, IN_A)
      const found = blockers.map(({ name, table, column, rows }) => [name, table, column, rows])
      const expected = foreignKeysEnforced ? [['foreign_key', 'invoices', 'user_id', 1]] : []
      assert.deepEqual(found, expected)
      assert.deepEqual((await engine.plan(ANN, IN_A)).blockers, [])
      const many = await engine.planMany([ANN, DEBTOR, NIL], IN_A)
      assert.equal(many.blocked, expected.length)
      const result = await engine.deleteMany([ANN, DEBTOR, NIL], { ...IN_A, mode: 'throughput' })
      assert.deepEqual([result.deleted, result.failed], [3 - many.blocked, many.blocked])
    },
  )

  clause('with a blank row in place of the user, no foreign key keeps anybody', async (world) => {
    const engine = world.engineWith({}, tombstonePolicy)
    assert.deepEqual((await engine.plan(DEBTOR, IN_A)).blockers, [])
    await engine.delete(DEBTOR, IN_A)
  })

  clause(
    'a row of somebody else that refers to one which goes is a blocker, unless both go',
    async (world) => {
      // Bob's invitation refers to him; hers is found by her address.
      const { foreignKeysEnforced } = await world.store.describe()
      const invitations = {
        match: { column: 'email', equals: { user: 'email' } },
        tenant: 'tenant_id',
        action: 'delete',
      } as const
      const accept = [{ code: 'user_reference', table: 'invitations' }] as const
      const engine = world.engineWith({ schemaCheck: { accept } }, withTables({ invitations }))
      const { blockers } = await engine.plan(BOB, IN_A)
      const held = blockers.filter(({ name }) => name === 'foreign_key').map(({ rows }) => rows)
      assert.deepEqual(held, foreignKeysEnforced ? [2] : [])
    },
  )

  clause(
    'a large user whom a foreign key keeps is refused before the first chunk',
    async (world) => {
      const { foreignKeysEnforced } = await world.store.describe()
      if (!foreignKeysEnforced) return
      const engine = world.engineWith({ maxRowsPerTransaction: 1 })
      const before = await world.snapshot()
      await assert.rejects(engine.delete(DEBTOR, IN_A), { code: 'deletion_blocked' })
      assert.deepEqual(await world.snapshot(), before)
      assert.equal((await engine.getStatus(DEBTOR, IN_A)).state, 'active')
    },
  )

  clause('a rehearsal tells what the deletion then does, and leaves nothing', async (world) => {
    const { transactions } = await capabilitiesOf(world)
    const before = await world.snapshot()
    if (!transactions) {
      await assert.rejects(world.engine.plan(ANN, { ...IN_A, rehearse: true }), {
        code: 'transactions_unsupported',
      })
    } else {
      const asked: unknown[] = []
      const hooks = { beforeDelete: () => void asked.push('before') }
      const engine = world.engineWith({ hooks })
      const plan = await engine.plan(ANN, { ...IN_A, rehearse: true })
      assert.deepEqual([plan.rehearsal, plan.blockers, asked], ['passed', [], []])
      const { rehearsal: _, ...same } = plan
      assert.deepEqual(await world.engine.plan(ANN, IN_A), same)
    }
    assert.deepEqual(await world.snapshot(), before)
    assert.equal(await ledgerHead(world.store), null)
    assert.deepEqual(await readOutbox(world.store, { afterId: null, limit: 9 }), [])
    assert.deepEqual(await listJobs(world.store, { limit: 9 }), [])
    await world.engine.delete(ANN, IN_A)
  })

  clause(
    'a rehearsal runs the writes: what the database refuses is a blocker then',
    async (world) => {
      const { transactions } = await capabilitiesOf(world)
      if (!transactions) return
      // Both of them come to have one address, and the key over it takes it but once.
      const user = { ...(tombstonePolicy as TenantPolicy).user, set: { email: 'bob@example.com' } }
      const policy = definePolicy({ ...(tombstonePolicy as TenantPolicy), user })
      const accept = [{ code: 'constant_into_unique', table: 'users' }] as const
      const engine = world.engineWith(
        { schemaCheck: { accept } },
        policy as unknown as Policy<TenantPolicy>,
      )
      const before = await world.snapshot()
      const plan = await engine.plan(ANN, { ...IN_A, rehearse: true })
      assert.deepEqual(await world.snapshot(), before)
      const { uniqueKeys } = (await world.store.describe()).tables.find(
        ({ name }) => name === 'users',
      ) ?? { uniqueKeys: [] }
      if (uniqueKeys.length === 0) return
      assert.equal(plan.rehearsal, 'refused')
      assert.deepEqual(
        plan.blockers.map(({ name }) => name),
        ['unique'],
      )
      await assert.rejects(engine.delete(ANN, IN_A), { code: 'constraint_violation' })
    },
  )

  clause('what is in the way already is not rehearsed', async (world) => {
    const { transactions } = await capabilitiesOf(world)
    if (!transactions) return
    const plan = await world.engine.plan(HELD, { ...IN_A, rehearse: true })
    assert.equal(plan.rehearsal, 'blocked')
    assert.equal(plan.blockers.length, 1)
  })

  clause('a large user is rehearsed in one transaction', async (world) => {
    const { transactions } = await capabilitiesOf(world)
    if (!transactions) return
    const engine = world.engineWith({ maxRowsPerTransaction: 1 })
    const before = await world.snapshot()
    const plan = await engine.plan(ANN, { ...IN_A, rehearse: true })
    assert.deepEqual([plan.rehearsal, plan.way], ['passed', 'journal'])
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('a decision says to the store that it is a rehearsal', async (world) => {
    const { transactions } = await capabilitiesOf(world)
    if (!transactions) return
    let isTold = false
    const store = withDecisions(world.store, (decision, unit) => {
      isTold ||= unit === 'deletion' && decision.change !== null && decision.isRehearsal === true
      return decision
    })
    await world.engineWith({ store }).plan(NIL, { ...IN_A, rehearse: true })
    assert.equal(isTold, true)
    assert.notEqual(await world.row('users', NIL), undefined)
  })

  clause('rows cannot be handed to a ghost that is not there', async (world) => {
    const { foreignKeysEnforced } = await world.store.describe()
    if (!foreignKeysEnforced) return
    const user = { ...(contractPolicy as TenantPolicy).user, ghost: { id: 'usr_nobody' } }
    const policy = definePolicy({ ...(contractPolicy as TenantPolicy), user })
    const engine = world.engineWith({}, policy as Policy<TenantPolicy>)
    const { blockers } = await engine.plan(ANN, IN_A)
    assert.deepEqual(
      blockers.map(({ name, table, column, rows }) => [name, table, column, rows]),
      [['foreign_key', 'posts', 'author_id', 1]],
    )
    assert.deepEqual((await engine.plan(NIL, IN_A)).blockers, [])
    await assert.rejects(engine.delete(ANN, IN_A), { code: 'deletion_blocked' })
    assert.equal((await world.row('users', GHOST)) === undefined, false)
  })
}

/** Known once the store has been asked something. */
async function capabilitiesOf({ store }: World): Promise<Store['capabilities']> {
  await ledgerHead(store)
  return store.capabilities
}

/** The contract's policy with other rules for some tables. */
function withTables(tables: PolicyInput['tables']): Policy<TenantPolicy> {
  return definePolicy({
    ...(contractPolicy as TenantPolicy),
    tables: { ...contractPolicy.tables, ...tables },
  }) as Policy<TenantPolicy>
}

/** A blank row of other values. */
function tombstoneWith(
  set: Extract<TenantPolicy['user'], { readonly action: 'anonymize' }>['set'],
): Policy<TenantPolicy> {
  const user = { ...(tombstonePolicy as TenantPolicy).user, set }
  return definePolicy({ ...(tombstonePolicy as TenantPolicy), user }) as Policy<TenantPolicy>
}
