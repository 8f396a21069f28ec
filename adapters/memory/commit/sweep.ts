/**
 * Runs a program for users who are gone, inside a transaction that the caller has opened.
 *
 * @module
 */
import { compareIds } from '../../../src/program/matching.ts'
import type { Program, UserId } from '../../../src/program/program.ts'
import { HEAD, headOf, holdsOf, markOf, sealWrites } from '../../../src/store/own-records.ts'
import type { HeldIdsQuery, Sweep, SweepGroup, Swept } from '../../../src/store/sweep.ts'
import { type Database, lateResidue, runSteps } from './apply-slice.ts'
import { heldValues, matchStep } from './match-rows.ts'
import { sharedOf } from './shared-values.ts'
import { findRows, newestDeletion } from './take-survey.ts'

export function sweep(
  db: Database,
  program: Program,
  { groups, throughSeq, mark, isHeldBy, seal }: Sweep,
): readonly Swept[] | null {
  const { records } = db
  const [present] = records.ask(markOf(mark.name))
  if ((present?.value ?? null) !== mark.from) return null
  const userTable = program.user.table
  const holds = groups.flatMap(({ tenantId, users }) =>
    records.ask(holdsOf({ userTable, tenantId, ids: users.map(({ id }) => id) })),
  )
  if (holds.some(isHeldBy)) return null
  const swept = groups.map((group) => sweepGroup(db, program, group, throughSeq))
  const sealed = seal(swept, headOf(records.ask(HEAD)))
  const moved = { name: mark.name, value: mark.to }
  records.write([
    ...(sealed === null ? [] : sealWrites(sealed)),
    { kind: 'put', table: 'marks', record: moved },
  ])
  return swept
}

function sweepGroup(db: Database, program: Program, group: SweepGroup, throughSeq: number): Swept {
  const { tables } = db
  const mayBeSwept = whoMayBeSwept(db, program, group, throughSeq)
  const positions = [...group.users.keys()].filter((position) => mayBeSwept[position])
  const named = positions.map((position) => ({ fields: { id: group.users[position]?.id } }))
  const { shared } = sharedOf(tables, program, group.tenantId, named)
  const users = named.map(({ fields }, place) => ({
    ...{ fields, shared: shared[place] ?? [] },
    derived: group.derived[positions[place] ?? -1] ?? [],
  }))
  const counts = users.map(() => program.steps.map(() => 0))
  for (const [index, step] of program.steps.entries()) {
    for (const owners of matchStep(tables, step, group.tenantId, users).values()) {
      for (const owner of owners) {
        const own = counts[owner]
        if (own !== undefined) own[index] = (own[index] ?? 0) + 1
      }
    }
  }
  runSteps(tables, program, group.tenantId, users, {
    isNeeded: (index) => counts.some((own) => own[index]),
    after: () => 0,
  })
  lateResidue(tables, program, group.tenantId, users)
  return {
    counts: group.users.map((_, position) => counts[positions.indexOf(position)] ?? null),
  }
}

/** Integers stand before texts, and each page goes on behind the last value of the one before. */
export function heldIds(
  { tables }: Database,
  program: Program,
  { step, after, limit }: HeldIdsQuery,
): readonly UserId[] {
  const selector = program.steps[step]?.selector
  if (selector == null) return []
  return [...heldValues(tables, selector)]
    .filter(
      (value) =>
        typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number',
    )
    .filter((value) => after === null || compareIds(value, after) > 0)
    .sort(compareIds)
    .slice(0, limit)
}

/**
 * By user, in the group's order. Not those who have a user row again (an id that was reused, a backup that
 * was played back), nor those whose rows a later deletion retains.
 */
function whoMayBeSwept(
  { tables, records }: Database,
  program: Program,
  group: SweepGroup,
  throughSeq: number,
): readonly boolean[] {
  const rows = findRows(tables, records, program, { ...group, restored: true })
  return group.users.map(({ subject }, position) => {
    const newest = newestDeletion(records, program.user, group.tenantId, subject)
    return rows[position] == null && (newest === undefined || newest.seq <= throughSeq)
  })
}
