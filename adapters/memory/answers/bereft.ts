/**
 * Groups that would be left without a member.
 *
 * @module
 */
import { foldedBy, valueKey } from '../../../src/program/matching.ts'
import { allWrittenFor } from '../../../src/program/shared-values.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { GroupMember } from '../../../src/store/slice.ts'
import { holds } from '../rows/match-rows.ts'
import type { Tables } from '../tables/rows.ts'
import { stored } from '../tables/values.ts'

/** Members among the users of groups in which nobody else satisfies the check. */
export function membersOf(
  tables: Tables,
  { program, check: index, users }: HostQuestion<'bereft'>,
): readonly GroupMember[] {
  const check = program.checks[index]
  if (check === undefined) return []
  const { table, match, within, where, eitherType, collation } = check
  const wanted = { field: 'id', form: null, ...(eitherType ? { eitherType } : {}) }
  const fold = foldedBy(collation ?? null)
  const spelt = (id: unknown): unknown => (typeof id === 'string' && fold !== null ? fold(id) : id)
  const positions = new Map(
    users.flatMap((user, position) =>
      allWrittenFor(user, wanted).map((id) => [spelt(id), position] as const),
    ),
  )
  const members: GroupMember[] = []
  const surviving = new Set<unknown>()
  for (const row of tables.rows(table).values()) {
    const group = stored(row[within])
    const id = stored(row[match])
    if (group === null || id === null || !where.every((condition) => holds(row, condition)))
      continue
    const user = positions.get(spelt(id))
    if (user === undefined) surviving.add(valueKey(group))
    else members.push({ user, group })
  }
  return members.filter(({ group }) => !surviving.has(valueKey(group)))
}
