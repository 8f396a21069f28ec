/**
 * What a deletion would find: the users, their rows by step, and the groups they are the last of.
 *
 * @module
 */

import type { LastOfCheck, Program } from '../../../src/program/program.ts'
import { keepsItsRows } from '../../../src/program/steps.ts'
import {
  disabledOf,
  HEAD,
  headOf,
  holdsInOrder,
  holdsOf,
  jobsInOrder,
  jobsOf,
  tokensOf,
} from '../../../src/store/own-records.ts'
import type { RecordTable } from '../../../src/store/record-tables.ts'
import type { LedgerHead } from '../../../src/store/records.ts'
import type {
  FoundUser,
  GroupMember,
  JournalEnd,
  Survey,
  Targets,
} from '../../../src/store/slice.ts'
import { countsOf } from '../documents/count-rows.ts'
import { type FoundRow, findRows } from '../documents/find-users.ts'
import { isNamed, matchStep, namedRows } from '../documents/match-rows.ts'
import { sharedOf, sharedRowsOf } from '../documents/shared-values.ts'
import { restOfStep } from '../documents/step-rows.ts'
import { recordsAsked } from '../records/answer-records.ts'
import type { StepRow } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import { locatedValues, projectionOf, sideConditions, valueAt } from '../server/paths.ts'
import { all, ask, type Question } from '../server/questions.ts'
import type { Reader } from '../server/scope.ts'
import { keyOf, storedId, wholeKeyOf } from '../server/values.ts'

export interface Taken {
  readonly rows: readonly (FoundRow | null)[]
  readonly survey: Survey
  /** By step: the documents where they have to be named one by one, with positions of users; else `null`. */
  readonly named: readonly (readonly StepRow[] | null)[]
  /** Tables of the engine that hold something about the users. */
  readonly keepers: ReadonlySet<RecordTable>
  readonly head: LedgerHead | null
}

export async function takeSurvey(
  reader: Reader,
  program: Program,
  targets: Targets,
  journal?: JournalEnd,
): Promise<Taken> {
  const { tenantId } = targets
  const rows = await findRows(reader, program, targets)
  const present = rows.flatMap((row, position) => (row === null ? [] : [{ row, position }]))
  const owners = new Map(present.map(({ position }, owner) => [position, owner]))
  const { shared, groups } = await sharedOf(reader, program, tenantId, rows)
  const found: (FoundUser | null)[] = []
  for (const [position, row] of rows.entries()) {
    const own = shared[position] ?? []
    if (row === null || own.length === 0) {
      found.push(row === null ? null : { fields: row.fields })
      continue
    }
    const sharing = { fields: row.fields, shared: own }
    found.push({ ...sharing, sharedRows: await sharedRowsOf(reader, program, tenantId, sharing) })
  }
  const users = present.map(({ row, position }) => ({
    ...{ fields: row.fields, shared: shared[position] ?? [] },
    derived: [],
  }))
  const counting = program.steps.map(() => NONE)
  const named: (readonly StepRow[] | null)[] = program.steps.map(() => null)
  for (const [index, step] of program.steps.entries()) {
    if (users.length === 0 || step.selector === null) continue
    const cursor = journal?.cursors?.[index] ?? null
    if (journal?.cursors != null && step.except.length > 0) {
      // In the last transaction of a job exceptions may be overwritten: the chunks have had the last word.
      named[index] = []
    } else if (cursor !== null && keepsItsRows(step)) {
      const rest = await restOfStep(reader, program, step, tenantId, users, cursor)
      named[index] = rest.map((id) => ({ id, owners: [0] }))
      counting[index] = { pipelines: [], answer: () => [rest.length] }
    } else {
      const matches = await matchStep(reader, program, step, tenantId, users)
      counting[index] = countsOf(step, tenantId, users.length, matches)
      if (isNamed(step)) named[index] = namedRows(matches, (owner) => present[owner]?.position)
    }
  }
  const ids = targets.users.map(({ id }) => id)
  const ofUsers = { userTable: program.user.table, tenantId, ids }
  const [counts, jobs, holds, disabled, tokens, head] = await ask(
    reader,
    all(counting),
    recordsAsked(reader, jobsOf(ofUsers)),
    recordsAsked(reader, holdsOf(ofUsers)),
    recordsAsked(reader, { ...disabledOf(ofUsers), limit: 1 }),
    recordsAsked(reader, { ...tokensOf(ofUsers), limit: 1 }),
    recordsAsked(reader, HEAD),
  )
  const keeping = { jobs, holds, disabled, tokens }
  const bereft: GroupMember[][] = []
  for (const check of program.checks) bereft.push(await findBereft(reader, program, check, rows))
  return {
    rows,
    named,
    keepers: new Set(
      (['jobs', 'holds', 'disabled', 'tokens'] as const).filter(
        (table) => keeping[table].length > 0,
      ),
    ),
    head: headOf(head),
    survey: {
      users: found,
      sharers: groups,
      counts: rows.map((_, position) => {
        const owner = owners.get(position) ?? -1
        return counts.map((own) => own[owner] ?? 0)
      }),
      bereft,
      jobs: jobsInOrder(ids, jobs),
      holds: holdsInOrder(ids, holds),
    },
  }
}

const NONE: Question<readonly number[]> = { pipelines: [], answer: () => [] }

/** Members among the users of groups in which nobody else satisfies the check. */
async function findBereft(
  reader: Reader,
  { user }: Program,
  { table, match, within, where }: LastOfCheck,
  rows: readonly (FoundRow | null)[],
): Promise<GroupMember[]> {
  const positions = new Map<string | null, number>()
  const ids = rows.flatMap((row, position) => {
    if (row === null) return []
    const id = storedId(reader.types, user.idType, row.fields.id, null)
    positions.set(keyOf(id), position)
    return [id]
  })
  if (ids.length === 0) return []
  const conditions = sideConditions({ where, tenant: null }, null)
  const projection = projectionOf([match, within])
  const mine = await reader.find(
    table,
    { $and: [{ [match]: { $in: ids } }, { [within]: { $ne: null } }, ...conditions] },
    { projection },
  )
  const groups = new Map(
    mine.flatMap((row) => valuesAt(row, within)).map((group) => [wholeKeyOf(group), group]),
  )
  if (groups.size === 0) return []
  const others = await reader.find(
    table,
    {
      $and: [
        { [within]: { $in: [...groups.values()] } },
        { $or: [{ [match]: { $nin: [...ids, null] } }, ...leadsThroughArray(match)] },
        ...conditions,
      ],
    },
    { projection },
  )
  const isOther = (value: unknown): boolean => value !== null && !positions.has(keyOf(value))
  const surviving = new Set(
    [...mine, ...others]
      .filter((row) => locatedValues(row, match.split('.')).some(isOther))
      .flatMap((row) => valuesAt(row, within).map(wholeKeyOf)),
  )
  return mine.flatMap((row) => {
    const members = locatedValues(row, match.split('.')).flatMap(
      (value) => positions.get(keyOf(value)) ?? [],
    )
    const bereft = valuesAt(row, within)
      .map(wholeKeyOf)
      .filter((group) => !surviving.has(group))
    return [...new Set(members)].flatMap((user) => bereft.map((group) => ({ user, group })))
  })
}

/** What names the groups of a row: a value of whatever kind, or those of an array. */
function valuesAt(row: Doc, path: string): readonly unknown[] {
  const whole = valueAt(row, path)
  const values =
    whole === undefined || Array.isArray(whole) ? locatedValues(row, path.split('.')) : [whole]
  return values.filter((value) => value !== null)
}

/** Of an array `$nin` tells that none of its elements is named, and there may be others beside one who is. */
function leadsThroughArray(path: string): readonly Doc[] {
  const keys = path.split('.')
  return keys.map((_, end) => ({ [`${keys.slice(0, end + 1).join('.')}.0`]: { $exists: true } }))
}
