/**
 * How many documents of each step users have.
 *
 * @module
 */
import type { Program } from '../../../src/program/program.ts'
import { leavesNoMatch } from '../../../src/program/steps.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import { countsOf } from '../documents/count-rows.ts'
import { isNamed, matchStep, namedRows, valuesOfStep } from '../documents/match-rows.ts'
import { lacking, needsOwn, ownOf } from '../documents/updates.ts'
import { sliceUsers } from '../records/change.ts'
import { all, known, type Question as Pipelines } from '../server/batched-questions.ts'
import type { Reader } from '../server/scope.ts'
import type { OfStep, Seen } from './seen.ts'
import { sharedRowsOf } from './shared-values.ts'
import { ofAll, restOfStep, stepFilter } from './step-rows.ts'

/** Of a step, by user. */
type Counts = readonly number[]

/** By user, then by step. */
export async function countsAsked(
  { reader, seen }: { readonly reader: Reader; readonly seen: Seen },
  question: HostQuestion<'counts'>,
): Promise<Pipelines<readonly Counts[]>> {
  const { program, tenantId, of, behind = [] } = question
  const users = sliceUsers(question)
  if (of === 'shared') {
    const counts: Counts[] = []
    for (const user of users) counts.push(await sharedRowsOf(reader, program, tenantId, user))
    return known(counts)
  }
  const asked = new Set(users.length === 0 ? [] : (question.steps ?? program.steps.keys()))
  const byStep: Pipelines<Counts>[] = []
  for (const [index, step] of program.steps.entries()) {
    const some: OfStep = { step, tenantId, users, behind: behind[index] ?? null }
    if (!asked.has(index) || step.ways.length === 0) byStep.push(known([]))
    else if (of === 'lacking') byStep.push(await lackingAsked(reader, program, some))
    else byStep.push(await rowsAsked(reader, seen, program, some))
  }
  const { pipelines, answer } = all(byStep)
  return {
    pipelines,
    answer(documents) {
      const counts = answer(documents)
      return users.map((_, owner) => counts.map((own) => own[owner] ?? 0))
    },
  }
}

/** Documents that are named one by one are remembered: what decides on them may be overwritten when the step runs. */
async function rowsAsked(
  reader: Reader,
  seen: Seen,
  program: Program,
  some: OfStep,
): Promise<Pipelines<Counts>> {
  const { step, tenantId, users, behind } = some
  if (behind !== null) {
    const rest = await restOfStep(reader, program, step, tenantId, users, behind)
    seen.rememberNamed(some, ofAll(users, rest))
    return known(users.map(() => rest.length))
  }
  const matches = await matchStep(reader, program, step, tenantId, users)
  if (isNamed(step)) seen.rememberNamed(some, namedRows(matches))
  return countsOf(step, tenantId, users.length, matches)
}

/** Documents of one user on which the step has not done its work. */
async function lackingAsked(
  reader: Reader,
  program: Program,
  { step, tenantId, users }: OfStep,
): Promise<Pipelines<Counts>> {
  const [user] = users
  const filter = await stepFilter(reader, program, step, tenantId, users)
  if (filter === null || user === undefined) return known([])
  const values = needsOwn(step) ? await valuesOfStep(reader, program, step, tenantId, users) : null
  const own = ownOf(step, values)
  const undone = lacking(step, { types: reader.types, table: program.user, user, own })
  const conditions = leavesNoMatch(step) ? [filter] : undone === null ? null : [filter, undone]
  if (conditions === null) return known([])
  const pipeline = [{ $match: { $and: conditions } }, { $count: 'rows' }]
  return {
    pipelines: [{ collection: step.table, pipeline }],
    answer: ([documents = []]) => [Number(documents[0]?.['rows'] ?? 0)],
  }
}
