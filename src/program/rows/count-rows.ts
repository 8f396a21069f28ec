/**
 * How many rows of each step users have, which come next, and which are left.
 *
 * @module
 */
import type { Assignment, Step } from '../program.ts'
import { leavesNoMatch, passOf, writesRows } from '../steps.ts'
import { matchStep } from './match-rows.ts'
import {
  type Match,
  type Row,
  type RowSource,
  type SliceUser,
  sliceUsers,
  type UsersOfTenant,
} from './row.ts'
import { sharedRowsOf } from './shared-rows.ts'
import { lacks } from './write-rows.ts'

/** A row's key, as cursors carry it. */
type Place = readonly unknown[] | null

/** By user, then by step. */
export function countRows(
  source: RowSource,
  question: UsersOfTenant & {
    readonly of: 'all' | 'lacking' | 'shared'
    readonly steps?: readonly number[]
    readonly behind?: readonly Place[]
  },
): readonly (readonly number[])[] {
  const { program, tenantId, of, behind = [] } = question
  const users = sliceUsers(question)
  if (of === 'shared') return users.map((user) => sharedRowsOf(source, program, tenantId, user))
  const asked = new Set(question.steps ?? program.steps.keys())
  const counts = users.map(() => program.steps.map(() => 0))
  for (const [index, step] of program.steps.entries()) {
    if (!asked.has(index)) continue
    const after = keyIn(behind[index])
    for (const [key, { row, owners }] of matchStep(source, step, tenantId, users)) {
      if (key <= after) continue
      for (const owner of owners) {
        const [own, user] = [counts[owner], users[owner]]
        if (own === undefined || user === undefined) continue
        if (of === 'all' || leavesNoMatch(step) || lacks(row, step, user)) {
          own[index] = (own[index] ?? 0) + 1
        }
      }
    }
  }
  return counts
}

/** The next rows of a step and of those that find their rows with it, in the order of their insertion. */
export function stepRows(
  source: RowSource,
  question: UsersOfTenant & {
    readonly step: number
    readonly after: Place
    readonly limit: number
  },
): readonly { readonly key: readonly [number]; readonly steps: readonly number[] }[] {
  const { program, tenantId, step: first, limit } = question
  const users = sliceUsers(question)
  const pass = passOf(program.steps, first).flatMap((index) => {
    const step = program.steps[index]
    if (step === undefined || !writesRows(step)) return []
    return [{ index, found: matchStep(source, step, tenantId, users) }]
  })
  const after = keyIn(question.after)
  return [...new Set(pass.flatMap(({ found }) => [...found.keys()]))]
    .filter((key) => key > after)
    .sort((a, b) => a - b)
    .slice(0, limit)
    .map((key) => ({
      key: [key],
      steps: pass.flatMap(({ index, found }) => (found.has(key) ? [index] : [])),
    }))
}

/** The next rows of one step with what they hold, in the order of their insertion. */
export function stepContents(
  source: RowSource,
  question: UsersOfTenant & {
    readonly step: number
    readonly after: Place
    readonly limit: number
  },
): readonly { readonly key: readonly [number]; readonly row: Row }[] {
  const step = question.program.steps[question.step]
  if (step === undefined) return []
  const after = keyIn(question.after)
  return [...matchStep(source, step, question.tenantId, sliceUsers(question))]
    .filter(([key]) => key > after)
    .sort(([a], [b]) => a - b)
    .slice(0, question.limit)
    .map(([key, { row }]) => ({ key: [key], row: structuredClone(row) }))
}

/** Rows on which the step has not had its effect. */
export function residueOf(
  source: RowSource,
  step: Step,
  tenantId: string | null,
  users: readonly SliceUser[],
): readonly Match[] {
  return [...matchStep(source, step, tenantId, users).values()].filter(({ row, owners }) => {
    if (leavesNoMatch(step)) return true
    const own = [...owners].flatMap((owner) => users[owner] ?? [])
    return step.set.some((one) => lacksForAll(row, step, one, own))
  })
}

/** The key that a cursor carries; 0 stands before all rows. */
export function keyIn(cursor: Place | undefined): number {
  return Number(cursor?.[0] ?? 0)
}

/** A value that differs from user to user is there for one of them at most. */
function lacksForAll(
  row: Match['row'],
  { outdone = [] }: Step,
  one: Assignment,
  owners: readonly SliceUser[],
): boolean {
  const isLacking = (user: SliceUser): boolean => lacks(row, { set: [one], outdone }, user)
  return one.kind === 'derived' ? owners.every(isLacking) : owners.some(isLacking)
}
