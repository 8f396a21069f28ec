/**
 * How many rows of each step users have, and which.
 *
 * @module
 */
import type { Step } from '../../../src/program/program.ts'
import { leavesNoMatch, passOf, writesRows } from '../../../src/program/steps.ts'
import type { HostQuestion, StepRow } from '../../../src/store/questions.ts'
import { matchStep } from '../rows/match-rows.ts'
import { type SliceUser, sliceUsers } from '../rows/slice-users.ts'
import { lacks } from '../rows/write-rows.ts'
import type { Tables } from '../tables/rows.ts'
import { sharedRowsOf } from './shared-values.ts'

/** By user, then by step. */
export function countRows(
  tables: Tables,
  question: HostQuestion<'counts'>,
): readonly (readonly number[])[] {
  const { program, tenantId, of, behind = [] } = question
  const users = sliceUsers(question)
  if (of === 'shared') return users.map((user) => sharedRowsOf(tables, program, tenantId, user))
  const asked = new Set(question.steps ?? program.steps.keys())
  const counts = users.map(() => program.steps.map(() => 0))
  for (const [index, step] of program.steps.entries()) {
    if (!asked.has(index)) continue
    const after = keyOf(behind[index])
    for (const [key, owners] of matchStep(tables, step, tenantId, users)) {
      if (key <= after) continue
      for (const owner of owners) {
        if (of === 'lacking' && !isLacking(tables, step, key, users[owner])) continue
        const own = counts[owner]
        if (own !== undefined) own[index] = (own[index] ?? 0) + 1
      }
    }
  }
  return counts
}

/** The next rows of a pass, in the order of their insertion. */
export function stepRows(tables: Tables, question: HostQuestion<'step_rows'>): readonly StepRow[] {
  const { program, tenantId, step: first, limit } = question
  const users = sliceUsers(question)
  const pass = passOf(program.steps, first).flatMap((index) => {
    const step = program.steps[index]
    if (step === undefined || !writesRows(step)) return []
    return [{ index, found: matchStep(tables, step, tenantId, users) }]
  })
  const after = keyOf(question.after)
  return [...new Set(pass.flatMap(({ found }) => [...found.keys()]))]
    .filter((key) => key > after)
    .sort((a, b) => a - b)
    .slice(0, limit)
    .map((key) => ({
      key: [key],
      steps: pass.flatMap(({ index, found }) => (found.has(key) ? [index] : [])),
    }))
}

function keyOf(cursor: readonly unknown[] | null | undefined): number {
  return Number(cursor?.[0] ?? 0)
}

function isLacking(tables: Tables, step: Step, key: number, user: SliceUser | undefined): boolean {
  const row = tables.rows(step.table).get(key)
  return leavesNoMatch(step) || (row !== undefined && user !== undefined && lacks(row, step, user))
}
