/**
 * Clauses of the store contract: which values of rows and users are the same.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Plan } from '../../../plan/plan.ts'
import type { RuleInput } from '../../../policy/policy.ts'
import {
  ANN,
  BOB,
  contractData,
  NIL,
  type Row,
  SHARED_EMAIL,
  TENANT_A,
  TENANT_B,
  TWIN,
} from '../data.ts'
import { withFewTables, withTables } from '../with-tables.ts'
import { type Clause, changedTables, IN_A, type World } from '../world.ts'

const ZED = 'usr_zed'
const EMPTY = 'usr_empty'
const BLANK = 'usr_blank'
/** Two users whose addresses are one in any case. */
const MAY = 'usr_may'
const MEI = 'usr_mei'
const NO_BREAK = '\u00a0\u2003\u200b\t'

/** The contract's rows, and people without a name in the columns that others are found by. */
export function valueData(): Record<string, Row[]> {
  const data = contractData()
  const add = (table: string, ...rows: readonly Row[]): void => {
    data[table] = [...(data[table] ?? []), ...rows]
  }
  const addUser = (id: string, email: string): void =>
    add('users', { id, tenant_id: TENANT_A, email, name: null, status: 'active' })
  addUser(ZED, 'Zed@X.example')
  addUser(EMPTY, '')
  addUser(BLANK, NO_BREAK)
  addUser(MAY, 'may@x.example')
  addUser(MEI, 'May@X.example')
  for (const [id, invited_by] of Object.entries({ inv_may: null, inv_of_may: MAY }))
    add('invitations', { id, tenant_id: TENANT_A, email: 'MAY@x.example', invited_by })
  for (const [id, address] of Object.entries(ADDRESSES)) add('newsletters', { id, address })
  add('groups', { id: 'grp_mail', name: 'mail', members: ['zed@x.example', '', NO_BREAK, BOB] })
  add('groups', { id: 'grp_ann', name: 'ann', members: [ANN, 'ANN@example.com', '', BOB] })
  add('rooms', {
    id: 'room_mail',
    members: ['ZED@X.example', '', NO_BREAK, BOB].map((id) => ({ user: { id } })),
  })
  for (const [id, to] of Object.entries({ hook_zed: 'zed@X.EXAMPLE', hook_empty: '' }))
    add('webhook_events', { id, data: { to } })
  return data
}

const ADDRESSES: Readonly<Record<string, string>> = {
  nl_zed: 'zed@x.example',
  nl_zed_uri: 'mailto:ZED@x.example',
  nl_zed_within: 'Zed <zed@X.example>, Bob <bob@example.com>',
  nl_empty: '',
  nl_space: ' ',
  nl_no_break: NO_BREAK,
  nl_uri: 'mailto:',
  nl_brackets: '<>',
}

const equals = { user: 'email' } as const

/** Ways in which rows may hold an address. */
const WAYS: readonly Way[] = [
  { where: 'in a column', table: 'newsletters', match: { column: 'address', equals } },
  {
    where: 'behind a fixed text',
    table: 'newsletters',
    match: { column: 'address', equals, prefix: 'mailto:' },
  },
  {
    where: 'within a text',
    table: 'newsletters',
    match: { column: 'address', equals, inText: true, prefix: '<', suffix: '>' },
  },
  { where: 'at a path', table: 'webhook_events', match: { json: 'data', path: 'to', equals } },
  { where: 'in an array', table: 'groups', match: { array: 'members', equals } },
  {
    where: 'in the elements of an array',
    table: 'rooms',
    match: { array: 'members', element: 'user.id', equals },
  },
]

interface Way {
  readonly where: string
  readonly table: string
  readonly match: object
}

/** What is gone of a table's rows where the address is found in any case. */
const GONE: Readonly<Record<string, string>> = {
  'in a column': '"zed@x.example"',
  'behind a fixed text': '"mailto:ZED@x.example"',
  'within a text': '<zed@X.example>',
  'at a path': '"zed@X.EXAMPLE"',
  'in an array': '"zed@x.example"',
  'in the elements of an array': '"ZED@X.example"',
}

/** Registered with {@link valueData}. */
export function valueClauses(clause: Clause): void {
  for (const way of WAYS) {
    clause(`a blank field finds nothing ${way.where}`, async (world) => {
      const before = await world.snapshot()
      const engine = engineFor(world, way, { ignoreCase: true })
      const exact = engineFor(world, way, {})
      await exact.delete(EMPTY, IN_A)
      await engine.deleteMany([BLANK, NIL], { ...IN_A, mode: 'throughput' })
      assert.deepEqual(changedTables(before, await world.snapshot()), ['users'])
    })

    clause(
      `a field in another case is found ${way.where} where the rule says so`,
      async (world) => {
        const [gone = ''] = [GONE[way.where]]
        const exact = await engineFor(world, way, {}).plan(ZED, IN_A)
        assert.equal(rowsOf(exact, way), 0)
        const engine = engineFor(world, way, { ignoreCase: true })
        const planned = rowsOf(await engine.plan(ZED, IN_A), way)
        const receipt = await engine.delete(ZED, IN_A)
        assert.deepEqual([planned, rowsOf(receipt, way)], [1, 1])
        const after = (await world.snapshot())[way.table] ?? ''
        assert.ok(!after.includes(gone) && !after.includes(JSON.stringify(gone).slice(1, -1)))
      },
    )
  }

  clause('an address is pulled out of an array in any case', async (world) => {
    const groups: RuleInput = {
      ...{ match: { array: 'members' }, action: 'anonymize', reason: 'groups stay' },
      set: { members: { pull: equals, ignoreCase: true as const } },
    }
    const engine = world.engineWith({}, withTables({ groups }))
    const before = await world.rows('groups')
    await engine.deleteMany([EMPTY, BLANK, ZED], { ...IN_A, mode: 'throughput' })
    assert.deepEqual(await world.rows('groups'), before)
    await engine.delete(ANN, IN_A)
    const mixed = (await world.row('groups', 'grp_ann'))?.['members']
    assert.deepEqual(mixed, [ANN, '', BOB])
  })
}

const LETTERS: RuleInput = {
  match: { column: 'address', equals },
  acrossTenants: true,
  action: 'delete',
}
const IN_B: { readonly tenantId: string } = { tenantId: TENANT_B }

/** Registered with {@link valueData}. */
export function sharedClauses(clause: Clause): void {
  clause('rows by a value that another user holds stay until the last one goes', async (world) => {
    const engine = world.engineWith({}, withTables({ newsletters: LETTERS }))
    const stepOf = ({ steps }: Pick<Plan, 'steps'>) =>
      steps.filter(({ table }) => table === 'newsletters').map(({ rows, shared }) => [rows, shared])
    assert.deepEqual(stepOf(await engine.plan(ANN, IN_A)), [[0, 1]])
    assert.deepEqual(stepOf(await engine.delete(ANN, IN_A)), [[0, 1]])
    assert.notEqual(await world.row('newsletters', 'nl_1'), undefined)
    const look = await engine.verify(ANN, { ...IN_A, known: { email: SHARED_EMAIL } })
    assert.notEqual(look.status, 'residue')
    assert.deepEqual(stepOf(await engine.plan(TWIN, IN_B)), [[1, undefined]])
    assert.deepEqual(stepOf(await engine.delete(TWIN, IN_B)), [[1, undefined]])
    assert.equal(await world.row('newsletters', 'nl_1'), undefined)
  })

  clause('rows by a shared value go where the rule says so', async (world) => {
    const newsletters = { ...LETTERS, evenIfShared: true } as RuleInput
    await world.engineWith({}, withTables({ newsletters })).delete(ANN, IN_A)
    assert.equal(await world.row('newsletters', 'nl_1'), undefined)
  })

  clause('access by a shared value is not cut', async (world) => {
    const newsletters = { ...LETTERS, grantsAccess: true } as RuleInput
    const engine = world.engineWith({}, withTables({ newsletters }))
    await engine.disable(ANN, { ...IN_A, revokeSessions: true })
    assert.notEqual(await world.row('newsletters', 'nl_1'), undefined)
    assert.equal(await world.row('sessions', `ses_${ANN}_1`), undefined)
    await engine.enable(ANN, IN_A)
    await engine.delete(ANN, IN_A)
    assert.notEqual(await world.row('newsletters', 'nl_1'), undefined)
  })

  clause('in chunks a shared value finds no more than in one transaction', async (world) => {
    const newsletters: RuleInput = {
      ...{ match: { column: 'address', equals }, acrossTenants: true, action: 'anonymize' },
      ...{ reason: 'letters are counted', set: { address: null } },
    }
    const options = { maxRowsPerTransaction: 1 }
    const engine = world.engineWith(options, withFewTables({ newsletters }))
    const receipt = await engine.delete(ANN, IN_A)
    assert.equal(receipt.way, 'journal')
    assert.equal((await world.row('newsletters', 'nl_1'))?.['address'], SHARED_EMAIL)
    await engine.delete(TWIN, IN_B)
    assert.equal((await world.row('newsletters', 'nl_1'))?.['address'], null)
  })

  clause('of users of one slice who share a value the last takes its rows', async (world) => {
    const engine = world.engineWith({}, withTables({ invitations: IN_ANY_CASE }))
    const planned = await engine.planMany([MAY, MEI], IN_A)
    assert.deepEqual(
      planned.steps.filter(({ table }) => table === 'invitations').map(({ rows }) => rows),
      // One of them is the user's by two rules.
      [2, 1],
    )
    const result = await engine.deleteMany([MAY, MEI], { ...IN_A, mode: 'throughput' })
    assert.equal(result.deleted, 2)
    assert.equal(await world.row('invitations', 'inv_may'), undefined)
    assert.equal(await world.row('invitations', 'inv_of_may'), undefined)
  })

  clause('where one of them stays, the rows that only the value finds stay too', async (world) => {
    const beforeDelete = ({ userId }: { readonly userId: unknown }) => userId !== MEI
    const hooks = {
      beforeDelete: (view: { userId: unknown }) => beforeDelete(view) || (false as const),
    }
    const engine = world.engineWith(
      { hooks: hooks as never },
      withTables({ invitations: IN_ANY_CASE }),
    )
    const result = await engine.deleteMany([MAY, MEI], { ...IN_A, mode: 'throughput' })
    assert.equal(result.deleted, 1)
    assert.notEqual(await world.row('invitations', 'inv_may'), undefined)
    // Another rule has it by the id, so it is not counted as left.
    assert.equal(await world.row('invitations', 'inv_of_may'), undefined)
    const receipts: (number | undefined)[] = []
    for await (const { subject, steps } of engine.ledger.receipts()) {
      if (subject === MAY) receipts.push(steps.find(({ id }) => id === 'invitations#0')?.shared)
    }
    assert.deepEqual(receipts, [1])
  })
}

const IN_ANY_CASE: readonly RuleInput[] = [
  {
    match: { column: 'email', equals, ignoreCase: true },
    tenant: 'tenant_id',
    action: 'delete',
  },
  { match: 'invited_by', action: 'delete' },
]

function rowsOf({ steps }: Pick<Plan, 'steps'>, { table }: Way): number | undefined {
  return steps.find((step) => step.table === table)?.rows
}

function engineFor(
  world: World,
  { table, match }: Way,
  more: object,
): ReturnType<World['engineWith']> {
  const action = table === 'groups' || table === 'rooms' ? 'detach' : 'delete'
  const rule = { match: { ...match, ...more }, acrossTenants: true, action } as RuleInput
  return world.engineWith({}, withTables({ [table]: rule }))
}
