/**
 * Clauses of the store contract: references that write an id in their own way, or stand inside elements of an
 * array.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { Policy, PolicyInput, RuleInput } from '../../../policy/policy.ts'
import type { UserId } from '../../../program/program.ts'
import { answerOf } from '../../../store/inquiry.ts'
import { ANN, BOB, NUMBERS, roomMembers, TWIN } from '../data.ts'
import { contractPolicy, contractSchema, type TenantPolicy } from '../fixture.ts'
import { endingOf } from '../programs.ts'
import { withFewTables, withTables } from '../with-tables.ts'
import { type Clause, changedTables, IN_A, type World } from '../world.ts'

const [SEVEN] = NUMBERS
const KEYS = { pseudonym: 'a pseudonym key for tests', subject: 'a subject key for tests' }
/** Thirty days after the world's clock, to the millisecond. */
const DUE = '2026-03-31T12:00:00.000Z'
const anyCase = {
  match: { column: 'address', equals: { user: 'email' }, ignoreCase: true },
  acrossTenants: true,
  evenIfShared: true,
  action: 'delete',
} as const
const ENDING = { action: 'retain', reason: 'support', for: 'P30D', then: 'delete' } as const

export function referenceClauses(clause: Clause): void {
  clause('behind a prefix, and nothing that only looks like it', async (world) => {
    const before = await settings(world)
    await world.engine.delete(ANN, IN_A)
    assert.deepEqual(
      await settings(world),
      before.filter((id) => id !== `set_${ANN}`),
    )
  })

  clause('as its digits, where the user table holds a number', async (world) => {
    const engine = world.engineWith({}, numbered({ column: 'key', form: 'string' }))
    const before = await settings(world)
    const receipt = await engine.delete(SEVEN, IN_A)
    assert.equal(receipt.steps.find(({ table }) => table === 'settings')?.rows, 1)
    const after = await settings(world)
    assert.deepEqual(
      after,
      before.filter((id) => id !== 'set_7'),
    )
    assert.deepEqual(
      (await world.rows('accounts')).map(({ id }) => id),
      [NUMBERS[1]],
    )
  })

  clause('as its digits behind a prefix', async (world) => {
    const engine = world.engineWith({}, numbered({ column: 'key', form: 'string', prefix: 'n' }))
    const before = await settings(world)
    await engine.deleteMany(NUMBERS, IN_A)
    assert.deepEqual(
      await settings(world),
      before.filter((id) => id !== 'set_n7'),
    )
  })

  clause(
    'inside the elements of an array, of which the matching ones are pulled',
    async (world) => {
      const receipt = await world.engine.delete(ANN, IN_A)
      assert.equal(receipt.steps.find(({ table }) => table === 'rooms')?.rows, 1)
      assert.deepEqual((await world.row('rooms', 'room_all'))?.['members'], roomMembers(BOB, TWIN))
      assert.deepEqual((await world.row('rooms', 'room_bob'))?.['members'], [
        { user: { id: BOB } },
        ANN,
      ])
    },
  )

  clause('inside elements that several users of one slice share', async (world) => {
    const { engine } = world
    await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    assert.deepEqual((await world.row('rooms', 'room_all'))?.['members'], roomMembers(TWIN))
    assert.deepEqual((await world.row('rooms', 'room_bob'))?.['members'], [ANN])
  })

  clause(
    'a pull of something else than what matched takes out the own user alone',
    async (world) => {
      const bare: RuleInput = {
        match: { array: 'members', element: 'user.id' },
        action: 'anonymize',
        reason: 'rooms stay',
        set: { members: { pull: { user: 'id' } } },
      }
      const before = (await world.row('rooms', 'room_bob'))?.['members']
      const engine = world.engineWith({}, withTables({ rooms: bare }))
      await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
      assert.deepEqual((await world.row('rooms', 'room_bob'))?.['members'], before)
      const all = roomMembers(ANN, BOB, TWIN).filter((member) => member !== ANN)
      assert.deepEqual((await world.row('rooms', 'room_all'))?.['members'], all)
    },
  )

  clause('chunk by chunk as in one transaction', async (world) => {
    const { settings: bySetting, rooms } = contractPolicy.tables
    const few = withFewTables({ settings: bySetting, rooms } as PolicyInput['tables'])
    const engine = world.engineWith({ maxRowsPerTransaction: 1 }, few)
    await engine.delete(ANN, IN_A)
    assert.equal(await world.row('settings', `set_${ANN}`), undefined)
    assert.notEqual(await world.row('settings', 'set_bare'), undefined)
    assert.deepEqual((await world.row('rooms', 'room_all'))?.['members'], roomMembers(BOB, TWIN))
  })

  clause('by a field in whatever case it is written', async (world) => {
    const engine = world.engineWith({}, withTables({ newsletters: anyCase }))
    const receipt = await engine.delete(ANN, IN_A)
    assert.equal(receipt.steps.find(({ table }) => table === 'newsletters')?.rows, 3)
    assert.deepEqual(await newsletters(world), ['nl_dot', 'nl_line', 'nl_longer', 'nl_none'])
  })

  clause('by a field in whatever case, chunk by chunk and many at once', async (world) => {
    const anonymized: RuleInput = {
      ...{
        match: anyCase.match,
        acrossTenants: true,
        evenIfShared: true,
        action: 'anonymize',
        reason: 'counted',
      },
      set: { address: null },
    }
    const small = { maxRowsPerTransaction: 1 }
    const engine = world.engineWith(small, withFewTables({ newsletters: anonymized }))
    const many = await engine.deleteMany([BOB, ANN], IN_A)
    assert.equal(many.deleted, 2)
    const left = (await world.rows('newsletters')).filter(({ address }) => address !== null)
    assert.deepEqual(left.map(({ id }) => id).sort(), ['nl_dot', 'nl_line', 'nl_longer'])
  })

  clause('within a longer text, between two others', async (world) => {
    const before = await settings(world)
    const engine = world.engineWith({}, withTables({ settings: quoted }))
    const receipt = await engine.delete(ANN, IN_A)
    assert.equal(receipt.steps.find(({ table }) => table === 'settings')?.rows, 1)
    assert.deepEqual(
      await settings(world),
      before.filter((id) => id !== 'set_text'),
    )
  })

  clause('within a longer text that names several users of one slice', async (world) => {
    const before = await settings(world)
    const engine = world.engineWith({}, withTables({ settings: quoted }))
    const plans = await engine.planMany([ANN, BOB], IN_A)
    const counted = plans.steps.find(({ table }) => table === 'settings')?.rows
    const rows: unknown[] = []
    await engine.deleteMany([ANN, BOB], {
      ...IN_A,
      mode: 'throughput',
      onOutcome: (outcome) => {
        if (outcome.status !== 'deleted') return
        rows.push(outcome.receipt.steps.find(({ table }) => table === 'settings')?.rows)
      },
    })
    assert.deepEqual([counted, rows], [2, [1, 1]])
    assert.deepEqual(
      await settings(world),
      before.filter((id) => id !== 'set_text'),
    )
  })

  clause('within a longer text, chunk by chunk', async (world) => {
    const before = await settings(world)
    const engine = world.engineWith(
      { maxRowsPerTransaction: 1 },
      withFewTables({ settings: quoted }),
    )
    await engine.delete(ANN, IN_A)
    assert.deepEqual(
      await settings(world),
      before.filter((id) => id !== 'set_text'),
    )
  })

  clause('within a longer text, but not past a stronger rule for the same user', async (world) => {
    const kept: RuleInput = { match: 'value', action: 'retain', reason: 'support' }
    const engine = world.engineWith({}, withTables({ settings: [kept, quoted] }))
    const before = await settings(world)
    await engine.delete(ANN, IN_A)
    assert.deepEqual(await settings(world), before)
    await engine.delete(BOB, IN_A)
    assert.deepEqual(
      await settings(world),
      before.filter((id) => id !== 'set_text'),
    )
  })

  clause('to whom a ghost is handed, in the same way', async (world) => {
    const handed: RuleInput = {
      match: { column: 'key', prefix: 'user:' },
      action: 'detach',
      to: 'ghost',
    }
    const engine = world.engineWith({}, withTables({ settings: handed }))
    await engine.delete(ANN, IN_A)
    assert.equal((await world.row('settings', `set_${ANN}`))?.['key'], 'user:usr_ghost')
    assert.equal((await world.row('settings', 'set_bare'))?.['key'], ANN)
  })

  clause('a stronger rule has the rows that it names in another way', async (world) => {
    const rules: readonly RuleInput[] = [
      { match: { column: 'key', prefix: 'user:' }, action: 'retain', reason: 'support' },
      { match: { column: 'id', prefix: 'set_' }, action: 'delete' },
    ]
    const engine = world.engineWith({}, withTables({ settings: rules }))
    const before = await world.snapshot()
    const { steps } = await engine.delete(ANN, IN_A)
    const own = steps.filter(({ table }) => table === 'settings')
    assert.deepEqual(Object.fromEntries(own.map(({ id, rows }) => [id, rows])), {
      'settings#0': 1,
      'settings#1': 0,
    })
    assert.ok(!changedTables(before, await world.snapshot()).includes('settings'))
  })

  clause('verification counts them, and finds nothing once they are gone', async (world) => {
    await world.engine.delete(ANN, IN_A)
    const { steps } = await world.engine.verify(ANN, IN_A)
    const own = steps.filter(({ table }) => table === 'settings' || table === 'rooms')
    assert.deepEqual(
      own.map(({ status }) => status),
      ['clean', 'clean'],
    )
  })

  clause('the ids that they hold come bare, in pages, each once', async (world) => {
    const engine = world.engineWith({}, withTables({ settings: prefixed }))
    await engine.delete(BOB, IN_A)
    world.clock.set(DUE)
    const program = await endingOf(world, 'settings', withTables({ settings: prefixed }))
    const held: UserId[] = []
    for (let after: UserId | null = null; ; after = held.at(-1) ?? null) {
      const question = { kind: 'references', program, step: 0, after, limit: 2 } as const
      const page: readonly UserId[] = await answerOf(world.store, question)
      held.push(...page)
      if (page.length < 2) break
    }
    const wanted = [ANN, BOB, TWIN, `${ANN}:theme`, `user:${ANN}`]
    assert.deepEqual(held.toSorted(), wanted.sort())
  })

  clause('receipts that hide the id lead to them at the end of a retention', async (world) => {
    const policy = withTables({ settings: prefixed })
    const engine = world.engineWith({ keys: KEYS }, policy)
    const before = await settings(world)
    assert.equal((await engine.delete(ANN, IN_A)).userId, null)
    assert.deepEqual(await settings(world), before)
    world.clock.set(DUE)
    await engine.expireRetained()
    assert.deepEqual(
      await settings(world),
      before.filter((id) => id !== `set_${ANN}`),
    )
  })

  clause('receipts that hide a number lead to its digits', async (world) => {
    const policy = numbered({ column: 'key', form: 'string' }, ENDING)
    const engine = world.engineWith({ keys: KEYS }, policy)
    const before = await settings(world)
    await engine.delete(SEVEN, IN_A)
    world.clock.set(DUE)
    await engine.expireRetained()
    assert.deepEqual(
      await settings(world),
      before.filter((id) => id !== 'set_7'),
    )
  })
}

/** As JSON writes it, in a column that holds text. */
const quoted: RuleInput = {
  match: { column: 'key', inText: true, prefix: ':"', suffix: '"' },
  action: 'delete',
}

const prefixed: RuleInput = { match: { column: 'key', prefix: 'user:' }, ...ENDING }

async function newsletters(world: World): Promise<readonly unknown[]> {
  return (await world.rows('newsletters')).map(({ id }) => id).sort()
}

async function settings(world: World): Promise<readonly unknown[]> {
  return (await world.rows('settings')).map(({ id }) => id).sort()
}

/** The users are the rows of `accounts`, whose ids are numbers. */
function numbered(
  match: { readonly column: string; readonly form: 'string'; readonly prefix?: string },
  what: typeof ENDING | { readonly action: 'delete' } = { action: 'delete' },
): Policy<TenantPolicy> {
  const names = contractSchema.map(({ name }) => name).filter((name) => name !== 'accounts')
  const unrelated = Object.fromEntries(names.map((name) => [name, 'unrelated'] as const))
  return definePolicy({
    name: 'contract-numbered',
    version: 1,
    user: { table: 'accounts', id: 'id', tenant: 'tenant_id' },
    tables: { ...unrelated, settings: { match, ...what } },
  }) as Policy<TenantPolicy>
}
