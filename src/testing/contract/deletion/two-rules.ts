/**
 * Clauses of the store contract: what becomes of a row that two rules of its table match.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { PolicyInput, RuleInput } from '../../../policy/policy.ts'
import { ANN, BOB, dataOf, GHOST, type Row, SHARED_EMAIL } from '../data.ts'
import { withFewTables, withTables } from '../with-tables.ts'
import { type Clause, IN_A, type World } from '../world.ts'

const WAYS = { 'in one transaction': {}, 'in chunks': { maxRowsPerTransaction: 1 } } as const

const REASON = { reason: 'a thread' } as const
const byMail = (column: string) =>
  ({
    match: { column, equals: { user: 'email' } },
    acrossTenants: true,
    evenIfShared: true,
  }) as const

/** The tables whose rows the rules here meet on, and those that refer to them. */
export const twoRulesData = (): Record<string, Row[]> =>
  dataOf('sessions', 'session_hints', 'hint_items', 'invitations', 'groups', 'comments')

/** Registered with {@link twoRulesData}. */
export function twoRulesClauses(clause: Clause): void {
  for (const [way, options] of Object.entries(WAYS)) {
    const ending = async (world: World, tables: PolicyInput['tables'], ids = [ANN]) => {
      const engine = world.engineWith(options, withFewTables(tables))
      for (const id of ids) {
        const plan = await engine.plan(id, IN_A)
        const { steps } = await engine.delete(id, IN_A)
        const counted = Object.keys(tables)
        const rowsOf = (list: typeof steps): unknown =>
          list
            .filter(({ table }) => counted.includes(table))
            .map(({ id: step, rows }) => [step, rows])
        assert.deepEqual(rowsOf(steps), rowsOf(plan.steps))
      }
      return engine
    }

    clause(`what grants access goes, whatever else is said of it, ${way}`, async (world) => {
      const sessions: readonly RuleInput[] = [
        { match: 'user_id', action: 'delete', grantsAccess: true },
        { match: 'user_id', action: 'retain', ...REASON },
      ]
      const tables = {
        sessions: { rules: sessions, precedence: ['retain', 'delete'] },
        session_hints: {
          match: { column: 'session_id', through: { table: 'sessions', key: 'id', rule: 'own' } },
          action: 'delete',
        },
      } as const
      const [access, ...others] = sessions
      const named = {
        ...tables.sessions,
        rules: [{ ...access, name: 'own' } as RuleInput, ...others],
      }
      await ending(world, { ...tables, sessions: named })
      const left = await world.rows('sessions')
      assert.ok(left.length > 0 && !left.some(({ user_id: user }) => user === ANN))
    })

    clause(`what stays loses what any of its rules overwrites, ${way}`, async (world) => {
      const comments = [
        { match: 'author_id', action: 'retain', ...REASON },
        { match: 'pinned_by', action: 'anonymize', ...REASON, set: { body: 'blank' } },
        { match: 'pinned_by', action: 'detach' },
      ] as const
      await ending(world, { comments })
      const both = { id: 'com_both', author_id: ANN, pinned_by: null, body: 'blank' }
      assert.deepEqual({ ...(await world.row('comments', 'com_both')) }, both)
      assert.equal((await world.row('comments', `com_${ANN}`))?.['body'], 'mine')
      assert.equal((await world.row('comments', 'com_pinned'))?.['author_id'], BOB)
    })

    clause(
      `of two values for the place that finds a row the stronger one stays, ${way}`,
      async (world) => {
        const comments = {
          rules: [
            { match: 'pinned_by', action: 'detach', to: 'ghost' },
            { match: 'pinned_by', action: 'retain', ...REASON, set: { pinned_by: null } },
          ],
          precedence: ['detach', 'retain'],
        } as const
        await ending(world, { comments })
        assert.equal((await world.row('comments', 'com_pinned'))?.['pinned_by'], GHOST)
      },
    )

    clause(
      `a row that is kept from one rule loses the reference of another, ${way}`,
      async (world) => {
        const comments = [
          { match: 'author_id', action: 'delete' },
          {
            match: 'pinned_by',
            where: { body: 'mine, pinned by me' },
            action: 'retain',
            ...REASON,
          },
          { match: 'pinned_by', action: 'detach' },
        ] as const
        await ending(world, { comments })
        const rows = (await world.rows('comments')).filter(({ id }) => id !== 'com_lost')
        assert.equal(await world.row('comments', `com_${ANN}`), undefined)
        assert.deepEqual((await world.row('comments', 'com_both'))?.['pinned_by'], null)
        assert.ok(!rows.some(({ pinned_by: pinned }) => pinned === ANN))
      },
    )

    clause(
      `rules that overwrite each other’s way to a row are both done, ${way}`,
      async (world) => {
        const set = { email: null, invited_by: null }
        const invitations = [
          { match: 'invited_by', action: 'anonymize', ...REASON, set },
          { ...byMail('email'), action: 'anonymize', ...REASON, set },
        ] as const
        const others = await about(world, 'invitations', false)
        await ending(world, { invitations })
        assert.deepEqual(await about(world, 'invitations', true), [])
        assert.deepEqual(await about(world, 'invitations', false, others), others)
      },
    )

    clause(`of two ways to a row each is what its own rule says, ${way}`, async (world) => {
      const hashed = { pseudonym: { user: 'id' } } as const
      const comments = [
        {
          match: 'author_id',
          action: 'anonymize',
          ...REASON,
          set: { author_id: hashed, pinned_by: null },
        },
        {
          match: 'pinned_by',
          action: 'anonymize',
          ...REASON,
          set: { author_id: hashed, pinned_by: null },
        },
      ] as const
      await ending(world, { comments })
      const [both, own, pinned] = await Promise.all(
        ['com_both', `com_${ANN}`, 'com_pinned'].map((id) => world.row('comments', id)),
      )
      assert.equal(both?.['author_id'], own?.['author_id'])
      assert.equal(pinned?.['author_id'], own?.['author_id'])
      assert.ok(![both, own, pinned].some((row) => row?.['pinned_by'] !== null))
      assert.notEqual(own?.['author_id'], ANN)
    })

    clause(`an array loses the user by the id and by the address, ${way}`, async (world) => {
      const groups = [
        { match: { array: 'members' }, action: 'detach' },
        {
          match: { array: 'members', equals: { user: 'email' } },
          acrossTenants: true,
          evenIfShared: true,
          action: 'detach',
        },
      ] as const
      await ending(world, { groups })
      const members = (await world.row('groups', 'grp_all'))?.['members'] as readonly unknown[]
      assert.ok(!members.includes(ANN) && !members.includes(SHARED_EMAIL) && members.includes(BOB))
    })
  }

  clause('what is cleaned elsewhere is only what no other rule has', async (world) => {
    const comments = [
      { match: 'author_id', action: 'external', reason: 'an archive' },
      { match: 'pinned_by', action: 'detach' },
    ] as const
    const engine = world.engineWith({}, withTables({ comments }))
    const { steps } = await engine.plan(ANN, IN_A)
    const rows = steps
      .filter(({ table }) => table === 'comments')
      .map(({ id, rows: own }) => [id, own])
    assert.deepEqual(rows.sort(), [
      ['comments#0', 1],
      ['comments#1', 2],
    ])
  })

  clause(
    'the value of a stronger rule in the place of a weaker one’s is no residue',
    async (world) => {
      const comments = [
        { match: 'author_id', action: 'retain', ...REASON, set: { body: 'retained' } },
        { match: 'pinned_by', action: 'anonymize', ...REASON, set: { body: 'blank' } },
      ] as const
      const engine = world.engineWith({}, withTables({ comments }))
      await engine.delete(ANN, IN_A)
      assert.equal((await world.row('comments', 'com_both'))?.['body'], 'retained')
      const { steps } = await engine.verify(ANN, IN_A)
      const found = steps.filter(({ table }) => table === 'comments')
      assert.deepEqual(
        found.map(({ status }) => status),
        ['kept', 'kept'],
      )
    },
  )

  clause('and so is one that differs from user to user, in any mode', async (world) => {
    const body = { pseudonym: { user: 'id' } } as const
    const comments = [
      { match: 'author_id', action: 'retain', ...REASON, set: { body } },
      { match: 'pinned_by', action: 'anonymize', ...REASON, set: { body: null } },
    ] as const
    const engine = world.engineWith({}, withTables({ comments }))
    const result = await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    assert.deepEqual([result.deleted, result.errors], [2, []])
    const held = (await world.row('comments', 'com_both'))?.['body']
    assert.ok(typeof held === 'string' && held !== 'mine, pinned by me')
    assert.equal((await world.row('comments', 'com_pinned'))?.['author_id'], BOB)
  })

  clause(
    'two users of a slice who share rows leave what they would leave one by one',
    async (world) => {
      const set = { pinned_by: null, body: 'blank' }
      const comments = [
        {
          match: 'author_id',
          action: 'anonymize',
          ...REASON,
          set: { author_id: null, pinned_by: null },
        },
        { match: 'pinned_by', action: 'anonymize', ...REASON, set },
      ] as const
      const engine = world.engineWith({}, withTables({ comments }))
      const result = await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
      assert.equal(result.deleted, 2)
      const pinned = { ...(await world.row('comments', 'com_pinned')) }
      assert.deepEqual(pinned, {
        id: 'com_pinned',
        author_id: null,
        pinned_by: null,
        body: 'blank',
      })
      const left = await world.rows('comments')
      assert.ok(!left.some(({ author_id, pinned_by }) => [author_id, pinned_by].some(isGone)))
    },
  )
}

function isGone(value: unknown): boolean {
  return value === ANN || value === BOB
}

/** Rows that name Ann or her address, or (`false`) the same rows of before less those. */
async function about(
  world: World,
  table: string,
  isHers: boolean,
  known?: readonly Row[],
): Promise<readonly Row[]> {
  const ids = known?.map(({ id }) => id)
  return (await world.rows(table)).filter((row) => {
    if (ids !== undefined) return ids.includes(row['id'])
    return Object.values(row).some((value) => value === ANN || value === SHARED_EMAIL) === isHers
  })
}
