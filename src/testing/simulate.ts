/**
 * Trying retention rules out on plain rows, without a database.
 *
 * @module
 */

import { memoryStore } from '../../adapters/memory/index.ts'
import { UserDeletionEngine } from '../engine/engine.ts'
import type { Plan } from '../plan/plan.ts'
import type { Policy, PolicyInput } from '../policy/policy.ts'
import type { Clock, Logger } from '../ports.ts'
import type { UserId } from '../program/program.ts'
import type { DeletionReceipt } from '../receipt/receipt.ts'
import type { Row } from './contract/row.ts'

/** What a deletion did to one table. */
export interface SimulatedTable {
  readonly deleted: readonly Row[]
  readonly changed: readonly { readonly before: Row; readonly after: Row }[]
  readonly kept: readonly Row[]
}

export interface Simulation {
  /** By table; every table of the rows is there. */
  readonly tables: Readonly<Record<string, SimulatedTable>>
  readonly plan: Plan
  readonly receipt: DeletionReceipt
}

export interface SimulateOptions {
  /** Needed when the policy names a tenant column and the user's row does not hold one. */
  readonly tenantId?: string
  /** Default: a clock that stands at 2026-01-01. */
  readonly clock?: Clock
}

/**
 * Deletes one user from plain rows by a policy and answers, table by table, what went, what changed and
 * what stayed. Runs the engine itself over a store in memory; the rows passed in are not touched. Tables
 * of the policy that are not among the rows count as empty.
 *
 * @throws {@link UserDeletionError} as `UserDeletionEngine.delete` does.
 *
 * @example
 * const { tables } = await simulate(policy, { users: [{ id: 'usr_1' }], sessions: [{ id: 1, user_id: 'usr_1' }] }, 'usr_1')
 * assert.equal(tables.sessions.deleted.length, 1)
 */
export async function simulate<P extends PolicyInput>(
  policy: Policy<P>,
  rows: Readonly<Record<string, readonly Row[]>>,
  userId: UserId,
  options: SimulateOptions = {},
): Promise<Simulation> {
  const data: Record<string, readonly Row[]> = { ...rows }
  for (const table of [policy.user.table, ...Object.keys(policy.tables)]) data[table] ??= []
  const marked = Object.fromEntries(
    Object.entries(data).map(([table, list]) => [
      table,
      list.map((row, index) => ({ ...row, [MARK]: index })),
    ]),
  )
  const store = memoryStore({ data: marked })
  const engine = new UserDeletionEngine<PolicyInput>({
    store,
    policy,
    clock: options.clock ?? STANDING_CLOCK,
    logger: SILENT,
    keys: { pseudonym: 'a key for simulations only' },
  })
  const scope = scopeOf(policy, data, userId, options)
  const plan = await engine.plan(userId, scope)
  const receipt = await engine.delete(userId, scope)
  const tables = Object.entries(data).map(([table, before]) => [
    table,
    compareTable(before, store.rows(table)),
  ])
  return { tables: Object.fromEntries(tables) as Simulation['tables'], plan, receipt }
}

/** Tells rows apart that look the same; no host has a column of this name. */
const MARK = 'user_deletion_row'

const STANDING_CLOCK: Clock = { now: () => new Date('2026-01-01T00:00:00.000Z') }

const SILENT: Logger = { warn: () => {} }

function scopeOf(
  { user }: PolicyInput,
  data: Readonly<Record<string, readonly Row[]>>,
  userId: UserId,
  { tenantId }: SimulateOptions,
): { readonly tenantId?: undefined } {
  if (user.tenant === undefined) return {}
  const row = data[user.table]?.find((candidate) => candidate[user.id] === userId)
  // The engine checks at run time what this function cannot know at compile time.
  return { tenantId: tenantId ?? row?.[user.tenant] } as { readonly tenantId?: undefined }
}

function compareTable(before: readonly Row[], after: readonly Row[]): SimulatedTable {
  const left = new Map(after.map(({ [MARK]: mark, ...row }) => [mark, row]))
  const deleted: Row[] = []
  const changed: { before: Row; after: Row }[] = []
  const kept: Row[] = []
  for (const [index, row] of before.entries()) {
    const now = left.get(index)
    if (now === undefined) deleted.push(row)
    else if (JSON.stringify(now) === JSON.stringify(row)) kept.push(row)
    else changed.push({ before: row, after: now })
  }
  return { deleted, changed, kept }
}
