/**
 * Runs a program for users who are gone.
 *
 * @module
 */
import { compareIds } from '../../../src/program/matching.ts'
import type { Program, Selector, UserId } from '../../../src/program/program.ts'
import {
  deletionsOf,
  HEAD,
  headOf,
  holdsOf,
  markOf,
  sealWrites,
} from '../../../src/store/own-records.ts'
import type { Hold } from '../../../src/store/records.ts'
import type { HeldIdsQuery, Sweep, SweepGroup, Swept } from '../../../src/store/sweep.ts'
import { countsOf } from '../documents/count-rows.ts'
import { findRows } from '../documents/find-users.ts'
import { isNamed, matchStep, namedRows } from '../documents/match-rows.ts'
import { sharedOf } from '../documents/shared-values.ts'
import { answerQuestions, answerRecords } from '../records/answer-records.ts'
import { type Decision, type HostWork, type StepRow, unchanged } from '../records/change.ts'
import { documentWrites } from '../records/record-writes.ts'
import type { Doc } from '../server/driver.ts'
import { behindId, pathOf, sideConditions } from '../server/paths.ts'
import { all, ask, type Question } from '../server/questions.ts'
import type { Reader } from '../server/scope.ts'
import { engineId, storedId } from '../server/values.ts'
import { writes } from './carry-out.ts'

export async function decideSweep(
  reader: Reader,
  program: Program,
  { groups, throughSeq, mark, isHeldBy, seal }: Sweep,
): Promise<Decision<readonly Swept[] | null>> {
  const [present] = await answerRecords(reader, markOf(mark.name))
  if ((present?.value ?? null) !== mark.from) return unchanged(null)
  const userTable = program.user.table
  const holding = groups.map(({ tenantId, users }) =>
    holdsOf({ userTable, tenantId, ids: users.map(({ id }) => id) }),
  )
  const holds = (await answerQuestions(reader, holding)).flat() as readonly Hold[]
  if (holds.some(isHeldBy)) return unchanged(null)
  const swept: Swept[] = []
  const work: HostWork[] = []
  for (const group of groups) {
    const part = await sweepGroup(reader, program, group, throughSeq)
    swept.push(part.swept)
    if (part.work.users.length > 0) work.push(part.work)
  }
  const sealed = seal(swept, headOf(await answerRecords(reader, HEAD)))
  const moved = { name: mark.name, value: mark.to }
  const records = await documentWrites(reader, [
    ...(sealed === null ? [] : sealWrites(sealed)),
    { kind: 'put', table: 'marks', record: moved },
  ])
  return { result: swept, change: { work, records } }
}

async function sweepGroup(
  reader: Reader,
  program: Program,
  group: SweepGroup,
  throughSeq: number,
): Promise<{ readonly swept: Swept; readonly work: HostWork }> {
  const { tenantId } = group
  const positions = await whoMayBeSwept(reader, program, group, throughSeq)
  const gone = positions.map((position) => ({ fields: { id: group.users[position]?.id } }))
  const { shared } = await sharedOf(reader, program, tenantId, gone)
  const users = gone.map(({ fields }, place) => ({
    ...{ fields, shared: shared[place] ?? [] },
    derived: group.derived[positions[place] ?? -1] ?? [],
  }))
  const named: (readonly StepRow[] | null)[] = []
  const counting: Question<readonly number[]>[] = []
  for (const step of program.steps) {
    const matches = await matchStep(reader, program, step, tenantId, users)
    counting.push(countsOf(step, tenantId, users.length, matches))
    named.push(isNamed(step) ? namedRows(matches) : null)
  }
  const [byStep] = await ask(reader, all(counting))
  const counts = users.map((_, owner) => byStep.map((own) => own[owner] ?? 0))
  const steps = program.steps.flatMap((step, index) => {
    const count = counts.reduce((sum, own) => sum + (own[index] ?? 0), 0)
    return writes(step) && count > 0 ? [{ index, rows: named[index] ?? null, count }] : []
  })
  return {
    swept: {
      counts: group.users.map((_, position) => counts[positions.indexOf(position)] ?? null),
    },
    work: {
      ...{ program, tenantId, users: steps.length === 0 ? [] : users, claims: [], steps },
      ...{ userRows: { kind: 'leave' }, cutsAccess: false, auditRows: [] },
    },
  }
}

/**
 * Positions in the group. Not those who have a user row again (an id that was reused, a backup that was played
 * back), nor those whose rows a later deletion retains.
 */
async function whoMayBeSwept(
  reader: Reader,
  program: Program,
  group: SweepGroup,
  throughSeq: number,
): Promise<readonly number[]> {
  const rows = await findRows(reader, program, { ...group, restored: true })
  const subjects = group.users.map(({ subject }) => subject)
  const deletions = deletionsOf(program.user.table, group.tenantId, subjects)
  const entries = await answerRecords(reader, deletions)
  const newest = new Map(entries.map(({ subject, seq }) => [subject, seq]))
  return [...group.users.entries()]
    .filter(([position, { subject }]) => {
      const seq = newest.get(subject)
      return rows[position] == null && (seq === undefined || seq <= throughSeq)
    })
    .map(([position]) => position)
}

/** Numbers stand before texts, and each page goes on behind the last value of the one before. */
export async function heldIds(
  reader: Reader,
  program: Program,
  { step, after, limit }: HeldIdsQuery,
): Promise<readonly UserId[]> {
  const selector = program.steps[step]?.selector
  const ends = selector == null ? [] : endsOf(selector)
  const ids: UserId[] = []
  for (const end of ends) ids.push(...(await idsAtEnd(reader, program, end, after, limit)))
  return [...new Set(ids)].sort(compareIds).slice(0, limit)
}

/** The selectors at the ends of the chains, which hold the user's id. */
function endsOf(selector: Selector): readonly Selector[] {
  const { target } = selector
  return target.kind === 'user' ? [selector] : target.parents.flatMap(endsOf)
}

async function idsAtEnd(
  reader: Reader,
  { user }: Program,
  { table, locator, target, where }: Selector,
  after: UserId | null,
  limit: number,
): Promise<readonly UserId[]> {
  const form = target.kind === 'user' ? target.form : null
  const last = after === null ? null : storedId(reader.types, user.idType, after, form)
  const prefix = form?.prefix ?? ''
  const path = pathOf(locator)
  const held = '$held'
  const groups = await reader.aggregate(table, [
    {
      $match: {
        $and: [{ [path]: { $ne: null } }, ...sideConditions({ where, tenant: null }, null)],
      },
    },
    ...heldStages(path.split('.'), held),
    { $group: { _id: held } },
    { $match: { $and: [ofIdType(prefix), behindId('_id', last)] } },
    { $sort: { _id: 1 } },
    { $limit: limit },
  ])
  return groups.flatMap(({ _id }) => engineId(_id, prefix) ?? [])
}

/** What documents hold at the path, one value each. Every array on the way opens once more. */
function heldStages(path: readonly string[], held: string): readonly Doc[] {
  // No expression names the parts of a reference (`$id`), so they are taken out of it one by one.
  const part = path.findIndex((key) => key.startsWith('$'))
  const plain = part === -1 ? path : path.slice(0, part)
  const unwind = { $unwind: held }
  return [
    { $project: { _id: 0, held: plain.length === 0 ? '$$ROOT' : `$${plain.join('.')}` } },
    ...plain.map(() => unwind),
    unwind,
    ...path
      .slice(plain.length)
      .flatMap((key) => [
        { $match: { held: { $type: 'object' } } },
        { $project: { held: { $getField: { field: { $literal: key }, input: held } } } },
        unwind,
      ]),
  ]
}

function ofIdType(prefix: string): Doc {
  if (prefix === '') return { _id: { $type: ['number', 'string', 'objectId', 'binData'] } }
  // No other text begins like this one and sorts before it.
  return { _id: { $gte: prefix, $lt: `${prefix}\u{10ffff}` } }
}
