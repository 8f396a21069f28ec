/**
 * How many rows of each step users have.
 *
 * @module
 */
import type { NamedUser } from '../../../src/program/shared-values.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import type { UserValue } from '../../sql/selectors/user-value.ts'
import type { Parameters } from '../../sql/statement.ts'
import type { CountSql } from '../../sql/steps/count-sql.ts'
import type { Connection } from '../handle/connection.ts'
import { countsTogether } from '../sql/together.ts'
import { type Holders, holdersAmong, holdersOf } from './holders.ts'
import { behindCursor } from './step-rows.ts'

/** By user, then by step. `parameters`: of the users asked about. */
export function countRows(
  connection: Connection,
  sql: ProgramSql,
  question: HostQuestion<'counts'>,
  parameters: Parameters,
): readonly (readonly number[])[] {
  const { users, of } = question
  // Users without rows share one list, and in a large slice they may be many.
  const none: number[] = sql.steps.map(() => 0)
  const counts = users.map(() => none)
  const countsOf = (user: number): number[] => {
    const known = counts[user]
    if (known !== undefined && known !== none) return known
    const own = [...none]
    counts[user] = own
    return own
  }
  if (users.length === 0) return counts
  if (of === 'all') countSteps({ connection, sql, parameters, users, countsOf }, question)
  else if (of === 'shared') countShared({ connection, sql, parameters, users, countsOf })
  else countLacking({ connection, sql, parameters, users, countsOf }, question)
  return counts
}

interface Counting {
  readonly connection: Connection
  readonly sql: ProgramSql
  readonly parameters: Parameters
  readonly users: readonly NamedUser[]
  countsOf(user: number): number[]
}

function countSteps(
  counting: Counting,
  { steps, behind = [] }: Pick<HostQuestion<'counts'>, 'steps' | 'behind'>,
): void {
  const { sql, users } = counting
  const holders = holdersOf(users)
  if (steps === undefined && behind.length === 0) {
    countAll(counting, holders)
    return
  }
  const asked = steps === undefined ? null : new Set(steps)
  const isWhole = (index: number): boolean =>
    (asked === null || asked.has(index)) && (behind[index] ?? null) === null
  for (const { count, steps: group } of sql.groups) {
    if (group.every(isWhole)) {
      addUp(counting, count, group, holders)
      continue
    }
    for (const index of group) {
      const step = sql.steps[index]
      if (step == null || asked?.has(index) === false) continue
      if (isWhole(index)) addUp(counting, step.count, [index], holders)
      else countBehind(counting, index, behind[index] ?? [])
    }
  }
}

/** All steps, many in one statement. */
function countAll(counting: Counting, holders: HoldersOf): void {
  const { connection, sql, parameters } = counting
  for (const { sql: text, groups } of countsTogether(sql)) {
    connection.each(text, parameters, ([place, key, ...rows]) => {
      const group = groups[Number(place)]
      if (group !== undefined) add(counting, group.count, group.steps, holders, key, rows)
    })
  }
}

type HoldersOf = (value: UserValue) => Holders

/** Adds up the rows of each user by the steps that are counted together. */
function addUp(
  counting: Counting,
  count: CountSql,
  steps: readonly number[],
  holders: HoldersOf,
): void {
  const { connection, parameters } = counting
  connection.each(count.sql, parameters, ([key, ...rows]) =>
    add(counting, count, steps, holders, key, rows),
  )
}

function add(
  { countsOf }: Counting,
  { by }: CountSql,
  steps: readonly number[],
  holders: HoldersOf,
  key: unknown,
  rows: readonly unknown[],
): void {
  const held = by.kind === 'position' ? Number(key) : holdersAmong(holders(by.value), key)
  for (const user of typeof held === 'number' ? [held] : held) {
    const own = countsOf(user)
    for (const [place, index] of steps.entries()) {
      own[index] = (own[index] ?? 0) + Number(rows[place])
    }
  }
}

/** Of the one user. */
function countBehind(
  { connection, sql, parameters, countsOf }: Counting,
  index: number,
  cursor: readonly unknown[],
): void {
  const { pass, chunk } = sql.steps[index] ?? {}
  const rest = pass?.findNext ?? chunk?.next
  if (rest === undefined) return
  const among = { ...parameters, ...behindCursor(cursor), limit: ALL }
  countsOf(0)[index] = connection.rows(rest, among).length
}

/** SQLite's LIMIT for "no limit". */
const ALL = -1

function countShared({ connection, sql, parameters, countsOf }: Counting): void {
  for (const [index, step] of sql.steps.entries()) {
    if (step?.shared == null) continue
    connection.each(step.shared, parameters, ([place, rows]) => {
      countsOf(Number(place))[index] = Number(rows)
    })
  }
}

/** Of the one user. */
function countLacking(
  { connection, sql, parameters, countsOf }: Counting,
  { steps = [...sql.steps.keys()], derived = [] }: HostQuestion<'counts'>,
): void {
  const known = (derived[0] ?? []).map((value) => value !== null)
  for (const index of steps) {
    const step = sql.steps[index]
    if (step == null) continue
    countsOf(0)[index] = Number(connection.rows(step.pending(known), parameters)[0]?.[0])
  }
}
