/**
 * Clauses of the store contract: which rows belong to a user, and which rule has them.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { RuleInput } from '../../../policy/policy.ts'
import { ANN, BOB, NIL, SHARED_EMAIL } from '../data.ts'
import { contractPolicy, contractSchema, nestedArrayPolicy } from '../fixture.ts'
import { withTables } from '../with-tables.ts'
import { type Clause, IN_A } from '../world.ts'

export function shapeClauses(clause: Clause): void {
  clause('it has a name and says what it can do', async ({ store }) => {
    assert.equal(typeof store.name, 'string')
    assert.notEqual(store.name, '')
    assert.equal(typeof store.capabilities.transactions, 'boolean')
    assert.ok(
      ['rows_removed', 'rows_overwritten', 'journal_cleared'].includes(store.capabilities.erasure),
    )
  })

  clause('it describes the host tables and none of its own', async ({ store }) => {
    const { tables } = await store.describe()
    assert.deepEqual(
      tables.map(({ name }) => name).sort(),
      contractSchema.map(({ name }) => name).sort(),
    )
  })

  clause('an unchanged schema is described by the same object', async ({ store }) => {
    assert.equal(await store.describe(), await store.describe())
  })

  clause('migrating again changes nothing', async ({ store, engine, snapshot }) => {
    await engine.delete(ANN, IN_A)
    const before = await snapshot()
    await store.migrate()
    assert.deepEqual(await snapshot(), before)
    assert.equal((await engine.ledger.verify()).valid, true)
    assert.equal(await engine.isDeleted(ANN, IN_A), true)
  })

  clause('a user is answered as the host stores them', async ({ engine, row }) => {
    const user = await engine.getUser(ANN, IN_A)
    const stored = Object.entries((await row('users', ANN)) ?? {})
    assert.ok(stored.length > 0)
    // A database may keep a key of its own beside.
    for (const [column, value] of stored) assert.deepEqual(user[column], value)
  })
}

export function belongingClauses(clause: Clause): void {
  clause('by a column that holds the id', async ({ engine, rows }) => {
    await engine.delete(ANN, IN_A)
    const sessions = await rows('sessions')
    assert.equal(sessions.filter(({ user_id }) => user_id === BOB).length, 2)
    assert.equal(sessions.filter(({ user_id }) => user_id === ANN).length, 0)
  })

  clause('through the rows of another table', async ({ engine, rows }) => {
    await engine.delete(ANN, IN_A)
    const hints = await rows('session_hints')
    assert.equal(hints.filter(({ session_id }) => String(session_id).includes(ANN)).length, 0)
    assert.equal(hints.length, 4)
  })

  clause('through the rows of a table that is itself reached through another', async (world) => {
    await world.engine.delete(ANN, IN_A)
    const items = await world.rows('hint_items')
    assert.equal(items.filter(({ hint_id }) => String(hint_id).includes(ANN)).length, 0)
    assert.equal(items.length, 4)
  })

  clause('by one of the fields of the user', async ({ engine, row }) => {
    await engine.delete(ANN, IN_A)
    assert.equal(await row('invitations', `inv_${ANN}`), undefined)
    assert.equal(await row('invitations', 'inv_ann_by_bob'), undefined)
  })

  clause('by a value inside a JSON column', async ({ engine, row }) => {
    await engine.delete(ANN, IN_A)
    const entry = await row('audit_log', `aud_failed_${ANN}`)
    assert.equal(entry?.['ip_address'], null)
    assert.deepEqual(entry?.['metadata'], { device: { name: 'a phone', os: 'x' } })
  })

  clause('by an element of a JSON array, compared as a whole', async ({ engine, row }) => {
    const receipt = await engine.delete(BOB, IN_A)
    assert.equal(receipt.steps.find(({ table }) => table === 'groups')?.rows, 2)
    assert.deepEqual((await row('groups', 'grp_bob'))?.['members'], [])
  })

  clause('by an element of an array inside a JSON column', async (world) => {
    const engine = world.engineWith({}, nestedArrayPolicy)
    const receipt = await engine.delete(BOB, IN_A)
    assert.equal(receipt.steps.find(({ table }) => table === 'groups')?.rows, 1)
    const members = async (id: string): Promise<unknown> =>
      (await world.row('groups', id))?.['members']
    assert.deepEqual(await members('grp_nested'), { by: { ids: [ANN] } })
    assert.deepEqual(await members('grp_bob'), [BOB])
  })

  clause('only where the side conditions hold', async ({ engine, row }) => {
    const before = await row('audit_log', 'aud_admin')
    await engine.delete(BOB, IN_A)
    assert.deepEqual(await row('audit_log', 'aud_admin'), before)
  })

  clause(
    'as the one something was done to: the administrator stays in the entry',
    async (world) => {
      await world.engine.delete(ANN, IN_A)
      const entry = await world.row('audit_log', `aud_done_to_${ANN}`)
      assert.equal(entry?.['ip_address'], '2.2.2.2')
      assert.equal(entry?.['actor_id'], 'usr_admin')
      assert.deepEqual(entry?.['metadata'], { device: { name: 'a phone', os: 'x' } })
    },
  )

  clause('a null field matches nothing, and the step is not applicable', async (world) => {
    const receipt = await world.engine.delete(NIL, IN_A)
    const byEmail = receipt.steps.filter(({ id }) => ['invitations#0', 'audit_log#2'].includes(id))
    assert.deepEqual(
      byEmail.map(({ status, rows }) => [status, rows]),
      [
        ['not_applicable', 0],
        ['not_applicable', 0],
      ],
    )
    assert.notEqual(await world.row('invitations', 'inv_none'), undefined)
  })

  clause('delete goes before detach where no order is given', async ({ engine, row }) => {
    await engine.delete(ANN, IN_A)
    assert.equal(await row('comments', `com_${ANN}`), undefined)
    assert.equal(await row('comments', 'com_both'), undefined)
    assert.equal((await row('comments', 'com_pinned'))?.['author_id'], BOB)
    assert.equal((await row('comments', 'com_pinned'))?.['pinned_by'], null)
  })

  clause('the order that a table names overrides it', async (world) => {
    const { comments } = contractPolicy.tables
    const rules = Array.isArray(comments) ? (comments as readonly RuleInput[]) : []
    const ordered = { comments: { rules, precedence: ['detach', 'delete'] as const } }
    await world.engineWith({}, withTables(ordered)).delete(ANN, IN_A)
    assert.equal(await world.row('comments', `com_${ANN}`), undefined)
    assert.equal((await world.row('comments', 'com_both'))?.['pinned_by'], null)
  })

  clause('what is deleted by one rule is not handed over by another', async ({ engine, rows }) => {
    await engine.delete(ANN, IN_A)
    const left = (await rows('invitations')).filter(
      ({ email, tenant_id }) => email === SHARED_EMAIL && tenant_id === 'tnt_a',
    )
    assert.deepEqual(left, [])
  })
}
