/**
 * Rows of the user table.
 *
 * @module
 */
import { compareIds, foldedBy } from '../../../src/program/matching.ts'
import type { UserId } from '../../../src/program/program.ts'
import type { NamedUser } from '../../../src/program/shared-values.ts'
import type { HostQuestion, OfTenant } from '../../../src/store/questions.ts'
import type { UserRow } from '../../../src/store/slice.ts'
import { sliceUsers } from '../rows/slice-users.ts'
import { lacks } from '../rows/write-rows.ts'
import type { Tables } from '../tables/rows.ts'
import { stored, tenantText } from '../tables/values.ts'

/** The rows in the order asked for; only the very id in the very tenant counts. */
export function findRows(
  tables: Tables,
  { program: { user }, tenantId, ids }: HostQuestion<'user_rows' | 'users'>,
): readonly (UserRow | null)[] {
  const rows = new Map<unknown, UserRow>()
  const wanted = new Set<unknown>(ids.map((id) => stored(id)))
  for (const row of tables.rows(user.table).values()) {
    const isOfTenant = user.tenant === null || tenantText(row[user.tenant]) === tenantId
    if (isOfTenant && wanted.has(stored(row[user.id]))) rows.set(stored(row[user.id]), row)
  }
  return ids.map((id) => structuredClone(rows.get(stored(id)) ?? null))
}

export function fieldsOf({ program: { user } }: OfTenant, row: UserRow): NamedUser['fields'] {
  const fields = Object.entries(user.fields).map(([field, column]) => [field, stored(row[column])])
  return { ...Object.fromEntries(fields), id: stored(row[user.id]) }
}

/** Whether the user's row holds all that a deletion writes and that is known. */
export function blankRows(
  tables: Tables,
  question: HostQuestion<'blank_rows'>,
): readonly boolean[] {
  const users = sliceUsers(question)
  const ids = users.map(({ fields }) => fields['id'] as UserId)
  const rows = findRows(tables, { ...question, kind: 'user_rows', ids })
  return users.map((user, place) => {
    const row = rows[place] ?? null
    return row !== null && !lacks(row, question.program.user, user)
  })
}

/** Ids in SQLite's order: numbers before text, text byte by byte. */
export function userIds(
  tables: Tables,
  { program: { user }, tenantId, after, limit }: HostQuestion<'user_ids'>,
): readonly UserId[] {
  const own = tables.table(user.table)?.columns?.find(({ name }) => name === user.tenant)
  // Where the column takes two spellings for one tenant, those of both are its users.
  const fold = foldedBy(own?.collation ?? null) ?? ((text) => text)
  const isOfTenant = (tenant: string | null): boolean =>
    tenant !== null && tenantId !== null && fold(tenant) === fold(tenantId)
  return [...tables.rows(user.table).values()]
    .filter((row) => user.tenant === null || isOfTenant(tenantText(row[user.tenant])))
    .map((row) => stored(row[user.id]) as UserId | null)
    .filter((id) => id !== null)
    .filter((id) => after === null || compareIds(id, stored(after) as UserId) > 0)
    .sort(compareIds)
    .slice(0, limit)
}
