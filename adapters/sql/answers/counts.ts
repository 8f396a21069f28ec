/**
 * How many rows of each step users have.
 *
 * @module
 */

import type { NamedUser } from '../../../src/program/shared-values.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import { type Asked, type Flow, inOrder, type SqlScene, visiting } from '../flow.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { UserValue } from '../selectors/user-value.ts'
import type { Parameters } from '../statement.ts'
import type { CountSql } from '../steps/count-sql.ts'
import { type Holders, holdersAmong, holdersOf } from './holders.ts'
import { behindCursor } from './step-rows.ts'

/** By user, then by step. `parameters`: of the users asked about. */
export function* countRows(
  scene: SqlScene,
  sql: ProgramSql,
  question: HostQuestion<'counts'>,
  parameters: Parameters,
): Flow<readonly (readonly number[])[]> {
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
  if (of === 'all') yield* countSteps({ scene, sql, parameters, users, countsOf }, question)
  else if (of === 'shared') yield* countShared({ scene, sql, parameters, users, countsOf })
  else yield* countLacking({ scene, sql, parameters, users, countsOf }, question)
  return counts
}

interface Counting {
  readonly scene: SqlScene
  readonly sql: ProgramSql
  readonly parameters: Parameters
  readonly users: readonly NamedUser[]
  countsOf(user: number): number[]
}

function* countSteps(
  counting: Counting,
  { steps, behind = [] }: Pick<HostQuestion<'counts'>, 'steps' | 'behind'>,
): Flow<void> {
  const { sql, users } = counting
  const holders = holdersOf(users)
  const asked = steps === undefined ? null : new Set(steps)
  const isWhole = (index: number): boolean =>
    (asked === null || asked.has(index)) && (behind[index] ?? null) === null
  yield* inOrder(
    sql.groups.flatMap(({ count, steps: group }) => {
      if (group.every(isWhole)) return [addUp(counting, count, group, holders)]
      return group.flatMap((index) => {
        const step = sql.steps[index]
        if (step == null || asked?.has(index) === false) return []
        if (isWhole(index)) return [addUp(counting, step.count, [index], holders)]
        return countBehind(counting, index, behind[index] ?? [])
      })
    }),
  )
}

type HoldersOf = (value: UserValue) => Holders

/** Adds up the rows of each user by the steps that are counted together. */
function addUp(
  { parameters, countsOf }: Counting,
  { sql, by }: CountSql,
  steps: readonly number[],
  holders: HoldersOf,
): Asked {
  return visiting(sql, parameters, ([key, ...rows]) => {
    const held = by.kind === 'position' ? Number(key) : holdersAmong(holders(by.value), key)
    for (const user of typeof held === 'number' ? [held] : held) {
      const own = countsOf(user)
      for (const [place, index] of steps.entries()) {
        own[index] = (own[index] ?? 0) + Number(rows[place])
      }
    }
  })
}

/** Of the one user. */
function countBehind(
  { scene, sql, parameters, countsOf }: Counting,
  index: number,
  cursor: readonly unknown[],
): readonly Asked[] {
  const { pass, chunk } = sql.steps[index] ?? {}
  const rest = pass?.findNext ?? chunk?.next
  if (rest === undefined) return []
  const among = { ...parameters, ...behindCursor(cursor), limit: scene.answers.noLimit }
  const own = countsOf(0)
  return [
    visiting(rest, among, () => {
      own[index] = (own[index] ?? 0) + 1
    }),
  ]
}

function* countShared({ sql, parameters, countsOf }: Counting): Flow<void> {
  yield* inOrder(
    sql.steps.flatMap((step, index) => {
      if (step?.shared == null) return []
      return visiting(step.shared, parameters, ([place, rows]) => {
        countsOf(Number(place))[index] = Number(rows)
      })
    }),
  )
}

/** Of the one user. */
function* countLacking(
  { sql, parameters, countsOf }: Counting,
  { steps = [...sql.steps.keys()], derived = [] }: HostQuestion<'counts'>,
): Flow<void> {
  const known = (derived[0] ?? []).map((value) => value !== null)
  const own = countsOf(0)
  yield* inOrder(
    steps.flatMap((index) => {
      const step = sql.steps[index]
      if (step == null) return []
      return visiting(step.pending(known), parameters, ([rows]) => {
        own[index] = Number(rows)
      })
    }),
  )
}
