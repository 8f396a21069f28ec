/**
 * Clauses of the store contract: a tenant as a whole.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { Policy, PolicyInput } from '../../../policy/policy.ts'
import { deletedAt, findEntries } from '../../../records/ledger-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import { ANN, HELD, TENANT_A, TENANT_B, TWIN } from '../data.ts'
import { contractPolicy, type TenantPolicy } from '../fixture.ts'
import { type Clause, changedTables } from '../world.ts'

const others = Object.keys(contractPolicy.tables).map((table) => [table, 'unrelated'] as const)

/** The contract's policy, and what becomes of a tenant's own rows. There is no table of tenants. */
const policy: Policy<TenantPolicy> = definePolicy({
  ...(contractPolicy as TenantPolicy),
  tenant: {
    tables: {
      ...(Object.fromEntries(others) as PolicyInput['tables']),
      invitations: { match: 'tenant_id', action: 'delete', event: 'invitation.removed' },
      audit_log: {
        match: 'tenant_id',
        action: 'anonymize',
        reason: 'what was done, not from where',
        set: { user_agent: 'removed with the tenant' },
      },
    },
  },
}) as Policy<TenantPolicy>

export function wholeTenantClauses(clause: Clause): void {
  clause("a tenant's own rows go after its users, and no other tenant's", async (world) => {
    const engine = world.engineWith({}, policy)
    const ofA = async (table: string): Promise<unknown> =>
      (await world.rows(table)).filter(({ tenant_id }) => tenant_id === TENANT_A)
    const before = [await ofA('invitations'), await ofA('audit_log'), await ofA('users')]
    const { users, tenant } = await engine.deleteTenant(TENANT_B, { expect: { max: 1 } })
    assert.deepEqual([users.deleted, tenant.status], [1, 'deleted'])
    assert.deepEqual([await ofA('invitations'), await ofA('audit_log'), await ofA('users')], before)
    assert.equal(await world.row('users', TWIN), undefined)
    const left = async (table: string) =>
      (await world.rows(table)).filter(({ tenant_id }) => tenant_id === TENANT_B)
    assert.deepEqual(await left('invitations'), [])
    const agents = (await left('audit_log')).map(({ user_agent }) => user_agent)
    assert.deepEqual(new Set(agents), new Set(['removed with the tenant']))
    assert.equal(agents.length, 3)
  })

  clause('a tenant has a receipt, an entry and events of its own', async (world) => {
    const engine = world.engineWith({}, policy)
    const { tenant } = await engine.deleteTenant(TENANT_B, { expect: { max: 1 } })
    const receipt = tenant.status === 'deleted' ? tenant.receipt : null
    const users = { userTable: 'users', tenantId: TENANT_B }
    const query = { ...users, subjects: [TENANT_B] }
    assert.deepEqual(await findEntries(world.store, query), [])
    const [entry] = await findEntries(world.store, { ...query, kind: 'tenant.deleted' })
    assert.equal(JSON.parse(entry?.body ?? '{}').id, receipt?.id)
    assert.equal(await deletedAt(world.store, { ...users, subject: TENANT_B }), null)
    const events = await readOutbox(world.store, { afterId: null, limit: 100 })
    const own = events.filter(({ subject }) => subject === TENANT_B)
    assert.deepEqual(
      own.map(({ type }) => type),
      ['invitation.removed', 'tenant.deleted'],
    )
    assert.equal((await engine.ledger.verify()).valid, true)
    await assert.rejects(engine.deleteTenant(TENANT_B, { expect: { max: 1 } }), {
      code: 'resource_not_found',
      details: { receiptId: receipt?.id },
    })
  })

  clause('a tenant in which somebody is left keeps its rows', async (world) => {
    const engine = world.engineWith({}, policy)
    const invited = (await world.rows('invitations')).length
    const { users, tenant } = await engine.deleteTenant(TENANT_A, { expect: { max: 100 } })
    assert.equal(tenant.status === 'kept' && tenant.because, 'users_left')
    assert.ok(users.failed > 0)
    assert.notEqual(await world.row('users', HELD), undefined)
    assert.equal(await world.row('users', ANN), undefined)
    // Of the invitations only those of deleted users went.
    const left = (await world.rows('invitations')).filter(({ tenant_id }) => tenant_id === TENANT_A)
    assert.ok(left.length > 0 && left.length < invited)
  })

  clause('more users than expected, and nothing has changed', async (world) => {
    const engine = world.engineWith({}, policy)
    const before = await world.snapshot()
    await assert.rejects(engine.deleteTenant(TENANT_A, { expect: { max: 7 } }), {
      code: 'expectation_failed',
    })
    assert.deepEqual(changedTables(before, await world.snapshot()), [])
  })
}
