/**
 * Groups that would be left without a member.
 *
 * @module
 */
import { foldedBy, valueKey } from '../matching.ts'
import { allWrittenFor } from '../shared-values.ts'
import { meets } from './match-rows.ts'
import type { RowSource, UsersOfTenant } from './row.ts'
import { storedValue } from './values.ts'

interface Member {
  readonly user: number
  readonly group: unknown
}

/** Members among the users of groups in which nobody else satisfies the check. */
export function lastMembers(
  source: RowSource,
  {
    program,
    check: index,
    users,
  }: Pick<UsersOfTenant, 'program' | 'users'> & { readonly check: number },
): readonly Member[] {
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
  const members: Member[] = []
  const surviving = new Set<unknown>()
  for (const [, row] of source.rows(table)) {
    const group = storedValue(row[within])
    const id = storedValue(row[match])
    if (group === null || id === null || !where.every((condition) => meets(row, condition)))
      continue
    const user = positions.get(spelt(id))
    if (user === undefined) surviving.add(valueKey(group))
    else members.push({ user, group })
  }
  return members.filter(({ group }) => !surviving.has(valueKey(group)))
}
