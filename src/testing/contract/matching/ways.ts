/**
 * Clauses of the store contract: a rule that finds its rows in several ways.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { PolicyInput } from '../../../policy/policy.ts'
import { ANN, BOB, dataOf, type Row, SHARED_EMAIL, TWIN } from '../data.ts'
import { withFewTables, withTables } from '../with-tables.ts'
import { type Clause, changedTables, IN_A, type World } from '../world.ts'

const MODES = { 'in one transaction': {}, 'in chunks': { maxRowsPerTransaction: 1 } } as const

const byMail = (column: string) => ({ column, equals: { user: 'email' } }) as const
const INVITED = ['invited_by', byMail('email')] as const
/** Ann's, by one way or both. */
const HERS = [`inv_${ANN}`, `inv_by_${ANN}`, 'inv_ann_by_ann', 'inv_ann_by_bob'].sort()
const KEPT = { reason: 'a thread' } as const
/** Thirty days after the world's clock, to the millisecond. */
const DUE = '2026-03-31T12:00:00.000Z'

/** The address of Ann stands in a hint of Bob's session. */
export const waysData = (): Record<string, Row[]> => {
  const data = dataOf('sessions', 'session_hints', 'hint_items', 'invitations', 'comments')
  return {
    ...data,
    session_hints: (data['session_hints'] ?? []).map((row) =>
      row['session_id'] === `ses_${BOB}_1` ? { ...row, hint: SHARED_EMAIL } : row,
    ),
  }
}

/** Registered with {@link waysData}. */
export function waysClauses(clause: Clause): void {
  for (const [mode, options] of Object.entries(MODES)) {
    const ending = async (world: World, tables: PolicyInput['tables']) => {
      const engine = world.engineWith(options, withFewTables(tables))
      const [table = ''] = Object.keys(tables)
      const plan = await engine.plan(ANN, IN_A)
      const receipt = await engine.delete(ANN, IN_A)
      const [planned, done] = [plan, receipt].map(({ steps }) =>
        steps.filter((step) => step.table === table).map(({ id, rows }) => [id, rows]),
      )
      assert.deepEqual(done, planned)
      assert.equal(receipt.residue, 0)
      return { engine, rows: planned, shared: receipt.steps.map(({ shared }) => shared ?? 0) }
    }

    clause(`a row of several ways counts once, and goes, ${mode}`, async (world) => {
      const others = (await world.rows('invitations')).filter(
        ({ id }) => !HERS.includes(String(id)),
      )
      const invitations = { match: INVITED, tenant: 'tenant_id', action: 'delete' } as const
      const { rows } = await ending(world, { invitations })
      assert.deepEqual(rows, [['invitations#0', HERS.length]])
      assert.deepEqual(byId(await world.rows('invitations')), byId(others))
    })

    clause(`of each way it is judged whether a value is shared, ${mode}`, async (world) => {
      const invitations = { match: INVITED, acrossTenants: true, action: 'delete' } as const
      const { rows, shared } = await ending(world, { invitations })
      // Her address is that of a user of another tenant too, and her id is not.
      assert.deepEqual(rows, [['invitations#0', 2]])
      assert.deepEqual(
        shared.filter((count) => count > 0),
        [3],
      )
      const left = (await world.rows('invitations')).map(({ id }) => id)
      const stays = [`inv_${ANN}`, 'inv_ann_by_bob', `inv_${TWIN}`]
      assert.deepEqual(
        [...HERS, `inv_${TWIN}`].filter((id) => left.includes(id)).sort(),
        stays.sort(),
      )
    })

    clause(`rows that stay lose what the rule overwrites, by any way, ${mode}`, async (world) => {
      const set = { email: null, invited_by: null }
      const others = (await world.rows('invitations')).filter(
        ({ id }) => !HERS.includes(String(id)),
      )
      const invitations = {
        ...{ ...KEPT, match: INVITED, tenant: 'tenant_id', set },
        action: 'anonymize',
      } as const
      const { engine } = await ending(world, { invitations })
      const after = await world.rows('invitations')
      const own = after.filter(({ id }) => HERS.includes(String(id)))
      assert.deepEqual(
        own.map(({ email, invited_by: by }) => [email, by]),
        HERS.map(() => [null, null]),
      )
      const rest = after.filter(({ id }) => !HERS.includes(String(id)))
      assert.deepEqual(byId(rest), byId(others))
      const found = await engine.verify(ANN, { ...IN_A, known: { email: SHARED_EMAIL } })
      assert.equal(found.steps.find(({ table }) => table === 'invitations')?.rows, 0)
    })

    clause(
      `one way may lead through other rows, and others through the rule, ${mode}`,
      async (world) => {
        const session_hints = {
          match: [
            { column: 'session_id', through: { table: 'sessions', key: 'id' } },
            byMail('hint'),
          ],
          acrossTenants: true,
          evenIfShared: true,
          action: 'delete',
        } as const
        const { rows } = await ending(world, { session_hints })
        assert.deepEqual(rows, [['session_hints#0', 3]])
        const hints = (await world.rows('session_hints')).map(({ id }) => id)
        const items = (await world.rows('hint_items')).map(({ hint_id: hint }) => hint)
        assert.deepEqual(items.sort(), hints.sort())
        assert.ok(!hints.includes(`hint_ses_${BOB}_1`) && hints.includes(`hint_ses_${BOB}_2`))
        assert.ok(!hints.some((id) => String(id).includes(ANN)))
      },
    )

    clause(`a stronger rule keeps its rows from every way, ${mode}`, async (world) => {
      const comments = [
        { match: 'author_id', where: { body: 'mine' }, action: 'retain', ...KEPT },
        { match: ['pinned_by', 'author_id'], action: 'delete' },
      ] as const
      const { rows } = await ending(world, { comments })
      assert.deepEqual(rows?.sort(), [
        ['comments#0', 1],
        ['comments#1', 2],
      ])
      const left = (await world.rows('comments')).map(({ id }) => id)
      assert.ok(left.includes(`com_${ANN}`) && left.includes(`com_${BOB}`))
      assert.ok(!left.includes('com_both') && !left.includes('com_pinned'))
    })

    clause(`rows of every way end with their retention, ${mode}`, async (world) => {
      const comments = {
        ...KEPT,
        match: ['author_id', 'pinned_by'],
        action: 'retain',
        for: 'P30D',
        then: 'delete',
      } as const
      const { engine } = await ending(world, { comments })
      const kept = await world.snapshot()
      world.clock.set(DUE)
      const { steps } = await engine.expireRetained({ confirmClock: true })
      assert.deepEqual(
        steps.filter(({ table }) => table === 'comments').map(({ rows }) => rows),
        [3],
      )
      assert.deepEqual(changedTables(kept, await world.snapshot()), ['comments'])
      const left = (await world.rows('comments')).map(({ id }) => id)
      assert.deepEqual(left.sort(), ['com_lost', `com_${BOB}`, `com_${TWIN}`].sort())
    })
  }

  clause('users of one slice lose the rows that one of them has in any way', async (world) => {
    const invitations = { match: INVITED, tenant: 'tenant_id', action: 'delete' } as const
    const engine = world.engineWith({}, withTables({ invitations }))
    const planned = await engine.planMany([ANN, BOB], IN_A)
    // One of them is Ann's by the address, and Bob's by the id.
    assert.equal(planned.steps.find(({ table }) => table === 'invitations')?.rows, 7)
    await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    const left = (await world.rows('invitations')).map(({ id }) => id)
    assert.deepEqual(left.sort(), ['inv_none', `inv_${TWIN}`, `inv_by_${TWIN}`].sort())
  })

  clause('without the address what is left in that way is not known', async (world) => {
    const invitations = { match: INVITED, tenant: 'tenant_id', action: 'delete' } as const
    const engine = world.engineWith({}, withTables({ invitations }))
    await engine.delete(ANN, IN_A)
    const statusOf = async (known: Readonly<Record<string, string>>) => {
      const { steps } = await engine.verify(ANN, { ...IN_A, known })
      return steps.find(({ table }) => table === 'invitations')?.status
    }
    assert.equal(await statusOf({}), 'unverifiable')
    assert.equal(await statusOf({ email: SHARED_EMAIL }), 'clean')
  })
}

function byId(rows: readonly Row[]): readonly Row[] {
  return rows
    .map((row) => ({ ...row }))
    .sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1))
}
