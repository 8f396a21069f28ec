/**
 * Clauses of the store contract: what each action does.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { ANN, BOB, contractData, GHOST, HELD, TENANT_A } from '../data.ts'
import { tombstonePolicy } from '../fixture.ts'
import { type Clause, changedTables, IN_A } from '../world.ts'

export function actionClauses(clause: Clause): void {
  clause('delete removes the rows and the user row', async ({ engine, row, rows }) => {
    await engine.delete(ANN, IN_A)
    assert.equal(await row('users', ANN), undefined)
    assert.deepEqual(
      (await rows('sessions')).filter(({ user_id }) => user_id === ANN),
      [],
    )
  })

  clause('delete works on a table with a composite key and no row id', async (world) => {
    await world.engine.delete(ANN, IN_A)
    const members = await world.rows('members')
    assert.equal(members.length, 4)
    assert.ok(members.every(({ user_id }) => user_id !== ANN))
  })

  clause('detach hands rows to the ghost user and keeps their other columns', async (world) => {
    await world.engine.delete(ANN, IN_A)
    assert.deepEqual(
      { ...(await world.row('posts', `post_${ANN}`)) },
      { id: `post_${ANN}`, author_id: GHOST, title: 'kept' },
    )
  })

  clause('detach writes null where there is no ghost', async ({ engine, row }) => {
    await engine.delete(ANN, IN_A)
    const invitation = await row('invitations', `inv_by_${ANN}`)
    assert.equal(invitation?.['invited_by'], null)
    assert.equal(invitation?.['email'], `x@${ANN}`)
  })

  clause('detach pulls the id out of an array and leaves the other elements', async (world) => {
    await world.engine.delete(ANN, IN_A)
    assert.deepEqual((await world.row('groups', 'grp_all'))?.['members'], [
      BOB,
      'usr_twin',
      7,
      { id: ANN },
    ])
  })

  clause('anonymize writes constants and scrubs the listed JSON paths only', async (world) => {
    const before = await world.row('audit_log', `aud_did_${ANN}`)
    await world.engine.delete(ANN, IN_A)
    assert.deepEqual(
      { ...(await world.row('audit_log', `aud_did_${ANN}`)) },
      {
        ...before,
        ...{ actor_email: null, ip_address: null, user_agent: 'removed' },
        metadata: { device: { os: 'x' } },
      },
    )
  })

  clause('anonymize writes one pseudonym, the same on every row and every run', async (world) => {
    const { engine, row } = world
    await engine.delete(ANN, IN_A)
    const first = (await row('feedback', `fb1_${ANN}`))?.['author']
    assert.match(String(first), /^anon_.{16,}/)
    assert.equal((await row('feedback', `fb2_${ANN}`))?.['author'], first)
    await engine.delete(BOB, IN_A)
    assert.notEqual((await row('feedback', `fb1_${BOB}`))?.['author'], first)
    assert.ok(!String(first).includes(ANN))
  })

  clause('anonymize writes one random token per deletion', async ({ engine, row }) => {
    await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    const first = (await row('visits', `vis1_${ANN}`))?.['visitor']
    assert.match(String(first), /^tok_.{16,}/)
    assert.equal((await row('visits', `vis2_${ANN}`))?.['visitor'], first)
    assert.notEqual((await row('visits', `vis1_${BOB}`))?.['visitor'], first)
  })

  clause('retain keeps the row, scrubs it at once, and says until when', async (world) => {
    const receipt = await world.engine.delete(ANN, IN_A)
    assert.deepEqual((await world.row('webhook_events', `hook_${ANN}`))?.['data'], {
      user: { id: ANN },
      kind: 'user.updated',
    })
    const step = receipt.steps.find(({ table }) => table === 'webhook_events')
    assert.equal(step?.until, '2026-03-31T12:00:00.000Z')
    assert.equal(step?.then, 'delete')
  })

  clause('block refuses the deletion, and nothing has changed', async (world) => {
    const before = await world.snapshot()
    await assert.rejects(world.engine.delete(HELD, IN_A), { code: 'deletion_blocked' })
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('external rows are counted and never touched', async (world) => {
    const before = await world.snapshot()
    const receipt = await world.engine.delete(ANN, IN_A)
    const after = await world.snapshot()
    assert.equal(after['crm_contacts'], before['crm_contacts'])
    assert.equal(after['newsletters'], before['newsletters'])
    const rows = (table: string): unknown =>
      receipt.steps.filter((step) => step.table === table).map((step) => [step.status, step.rows])
    assert.deepEqual(rows('crm_contacts'), [['applies', 1]])
    assert.deepEqual(rows('newsletters'), [['external', 0]])
  })

  clause('an unrelated table is left alone, even where it holds the same value', async (world) => {
    await world.engine.delete(ANN, IN_A)
    assert.equal((await world.rows('countries')).length, contractData()['countries']?.length)
  })

  clause('a tombstone stays with blank columns, and is not found any more', async (world) => {
    const engine = world.engineWith({}, tombstonePolicy)
    const receipt = await engine.delete(ANN, IN_A)
    assert.equal(receipt.userRow.action, 'anonymize')
    assert.deepEqual(
      { ...(await world.row('users', ANN)) },
      { id: ANN, tenant_id: TENANT_A, email: null, name: null, status: 'deleted' },
    )
    await assert.rejects(engine.getUser(ANN, IN_A), { code: 'resource_not_found' })
    await assert.rejects(engine.delete(ANN, IN_A), { code: 'resource_not_found' })
  })

  clause('the ghost user cannot be deleted', async ({ engine, snapshot }) => {
    const before = await snapshot()
    await assert.rejects(engine.delete(GHOST, IN_A), { code: 'deletion_blocked' })
    assert.deepEqual(await snapshot(), before)
  })

  clause('a plan changes nothing and counts what the deletion then does', async (world) => {
    const before = await world.snapshot()
    const plan = await world.engine.plan(ANN, IN_A)
    assert.deepEqual(changedTables(before, await world.snapshot()), [])
    const receipt = await world.engine.delete(ANN, IN_A)
    assert.deepEqual(receipt.steps, plan.steps)
  })
}
