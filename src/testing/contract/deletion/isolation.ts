/**
 * Clauses of the store contract: tenants, and the rows of others.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { ledgerHead } from '../../../records/ledger-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import { ANN, BOB, LOST, NIL, OWNERS, type Row, SHARED_EMAIL, TENANT_B, TWIN } from '../data.ts'
import { contractSchema } from '../fixture.ts'
import { type Clause, changedTables, IN_A } from '../world.ts'

const IN_B = { tenantId: TENANT_B }

export function tenantClauses(clause: Clause): void {
  clause('a user of another tenant is not found, and nothing changes', async (world) => {
    const before = await world.snapshot()
    await assert.rejects(world.engine.getUser(TWIN, IN_A), { code: 'resource_not_found' })
    await assert.rejects(world.engine.plan(TWIN, IN_A), { code: 'resource_not_found' })
    await assert.rejects(world.engine.delete(TWIN, IN_A), { code: 'resource_not_found' })
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('a match by e-mail stays in the tenant', async ({ engine, row }) => {
    const [invitation, entry] = [`inv_${TWIN}`, `aud_failed_${TWIN}`]
    const before = [await row('invitations', invitation), await row('audit_log', entry)]
    await engine.delete(ANN, IN_A)
    assert.deepEqual([await row('invitations', invitation), await row('audit_log', entry)], before)
    assert.equal(before[0]?.['email'], SHARED_EMAIL)
  })

  clause('the user of the same e-mail can be deleted in their own tenant', async (world) => {
    await world.engine.delete(TWIN, IN_B)
    assert.equal(await world.row('users', TWIN), undefined)
    assert.notEqual(await world.row('users', ANN), undefined)
    assert.equal(await world.row('invitations', `inv_${TWIN}`), undefined)
    assert.notEqual(await world.row('invitations', 'inv_ann_by_bob'), undefined)
  })

  clause('a deletion in one tenant is unknown in another', async ({ engine }) => {
    await engine.delete(ANN, IN_A)
    assert.equal(await engine.isDeleted(ANN, IN_A), true)
    assert.equal(await engine.isDeleted(ANN, IN_B), false)
  })
}

export function isolationClauses(clause: Clause): void {
  clause('rows of others stay byte for byte, except in the columns a step names', async (world) => {
    const before = await allRows(world.rows)
    await world.engine.delete(ANN, IN_A)
    const after = await allRows(world.rows)
    const changed = [...before].flatMap(([key, row]) => {
      const now = after.get(key)
      if (key.includes(ANN) || now === undefined) return []
      const columns = Object.keys(row).filter(
        (column) => JSON.stringify(row[column]) !== JSON.stringify(now[column]),
      )
      return columns.map((column) => `${key} ${column}`)
    })
    assert.deepEqual(changed.sort(), [
      'comments/com_pinned pinned_by',
      'groups/grp_all members',
      'rooms/room_all members',
    ])
    const gone = [...before.keys()].filter((key) => !after.has(key) && !key.includes(ANN))
    assert.deepEqual(gone.sort(), [
      ...['comments/com_both', 'invitations/inv_ann_by_ann', 'invitations/inv_ann_by_bob'],
    ])
    assert.ok([...after.keys()].every((key) => before.has(key)))
  })

  clause('a user without rows takes nothing but their own row away', async (world) => {
    const before = await world.snapshot()
    await world.engine.delete(NIL, IN_A)
    assert.deepEqual(changedTables(before, await world.snapshot()), ['users'])
  })

  clause('users deleted in one slice leave what they would leave one by one', async (world) => {
    await world.engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    assert.deepEqual((await world.row('groups', 'grp_all'))?.['members'], [TWIN, 7, { id: ANN }])
    assert.equal((await world.rows('sessions')).length, 3)
    const comments = await world.rows('comments')
    assert.deepEqual(
      comments.map(({ id, author_id, pinned_by }) => [id, author_id, pinned_by]).sort(),
      [
        [`com_${TWIN}`, TWIN, null],
        ['com_lost', LOST, null],
      ].sort(),
    )
  })

  clause('an absent user changes nothing', async ({ engine, snapshot, store }) => {
    const before = await snapshot()
    await assert.rejects(engine.delete('usr_nobody', IN_A), { code: 'resource_not_found' })
    assert.deepEqual(await snapshot(), before)
    assert.equal(await ledgerHead(store), null)
    assert.deepEqual(await readOutbox(store, { afterId: null, limit: 10 }), [])
  })

  clause('an id is compared as it is: case, spaces and wildcards match nobody', async (world) => {
    const before = await world.snapshot()
    for (const id of ['USR_ANN', 'usr_ann ', 'usr%', 'usr_an_', "' OR 1=1 --", 0, 1n]) {
      await assert.rejects(world.engine.delete(id, IN_A), { code: 'resource_not_found' })
    }
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('users are found in the order asked for', async ({ engine, store }) => {
    const plan = await engine.planMany([OWNERS[0], 'usr_nobody', ANN], IN_A)
    assert.deepEqual([plan.requested, plan.found, plan.notFound], [3, 2, 1])
    assert.equal(await ledgerHead(store), null)
  })
}

async function allRows(
  read: (table: string) => Promise<readonly Row[]>,
): Promise<ReadonlyMap<string, Row>> {
  const all = new Map<string, Row>()
  for (const { name, primaryKey } of contractSchema) {
    for (const row of await read(name)) {
      all.set(`${name}/${primaryKey.map((column) => row[column]).join('+')}`, row)
    }
  }
  return all
}
