/**
 * Rows of the user table, and ids that rows hold.
 *
 * @module
 */
import { compareIds, foldedBy } from '../matching.ts'
import type { Program, UserId, UserTable } from '../program.ts'
import type { DatabaseSchema } from '../schema.ts'
import type { NamedUser } from '../shared-values.ts'
import { heldValues } from './match-rows.ts'
import {
  type Match,
  type Matches,
  type Row,
  type RowSource,
  sliceUsers,
  type UsersOfTenant,
} from './row.ts'
import { storedValue, tenantText } from './values.ts'
import { lacks } from './write-rows.ts'

/** The rows in the order asked for; only the very id in the very tenant counts. */
export function userRows(
  source: RowSource,
  user: UserTable,
  tenantId: string | null,
  ids: readonly UserId[],
): readonly (Row | null)[] {
  const found = new Map<number, Row>()
  for (const { row, owners } of matchUserRows(source, user, tenantId, ids).values()) {
    for (const owner of owners) found.set(owner, row)
  }
  return ids.map((_, place) => found.get(place) ?? null)
}

/** All user rows with one of the ids. */
export function matchUserRows(
  source: RowSource,
  user: UserTable,
  tenantId: string | null,
  ids: readonly UserId[],
): Matches {
  const places = new Map<unknown, Set<number>>()
  for (const [place, id] of ids.entries()) {
    const held = storedValue(id)
    places.set(held, (places.get(held) ?? new Set()).add(place))
  }
  const found = new Map<number, Match>()
  for (const [key, row] of source.rows(user.table)) {
    if (user.tenant !== null && tenantText(row[user.tenant]) !== tenantId) continue
    const owners = places.get(storedValue(row[user.id]))
    if (owners !== undefined) found.set(key, { row, owners })
  }
  return found
}

/** The ids of users as the user table has them. */
export function idsOf(users: readonly Pick<NamedUser, 'fields'>[]): readonly UserId[] {
  return users.map(({ fields }) => fields['id'] as UserId)
}

/** What rules refer to of a user row. */
export function fieldsOf(user: UserTable, row: Row): NamedUser['fields'] {
  const fields = Object.entries(user.fields).map(([field, column]) => [
    field,
    storedValue(row[column]),
  ])
  return { ...Object.fromEntries(fields), id: storedValue(row[user.id]) }
}

/** Whether the user's row holds all that a deletion writes and that is known. */
export function blankRows(source: RowSource, question: UsersOfTenant): readonly boolean[] {
  const { program, tenantId } = question
  const users = sliceUsers(question)
  const rows = userRows(source, program.user, tenantId, idsOf(users))
  return users.map((user, place) => {
    const row = rows[place] ?? null
    return row !== null && !lacks(row, program.user, user)
  })
}

interface Page {
  readonly after: UserId | null
  readonly limit: number
}

/** Ids of a tenant's users. Where the schema takes two spellings for one tenant, those of both are its users. */
export function userIds(
  source: RowSource,
  {
    program: { user },
    tenantId,
    ...page
  }: Page & { readonly program: Pick<Program, 'user'>; readonly tenantId: string | null },
  { tables }: Pick<DatabaseSchema, 'tables'>,
): readonly UserId[] {
  const table = tables.find(({ name }) => name === user.table)
  const own = table?.columns?.find(({ name }) => name === user.tenant)
  const fold = foldedBy(own?.collation ?? null) ?? ((text) => text)
  const isOfTenant = (tenant: string | null): boolean =>
    tenant !== null && tenantId !== null && fold(tenant) === fold(tenantId)
  const ids: unknown[] = []
  for (const [, row] of source.rows(user.table)) {
    if (user.tenant !== null && !isOfTenant(tenantText(row[user.tenant]))) continue
    ids.push(storedValue(row[user.id]))
  }
  return pageOf(ids, page)
}

/** Different ids by which rows of a step hold users. */
export function heldIds(
  source: RowSource,
  {
    program: { steps },
    step,
    ...page
  }: Page & { readonly program: Pick<Program, 'steps'>; readonly step: number },
): readonly UserId[] {
  const ways = steps[step]?.ways ?? []
  return pageOf([...new Set(ways.flatMap((way) => [...heldValues(source, way)]))], page)
}

/** Numbers stand before texts, texts byte by byte, and each page goes on behind the last id of the one before. */
function pageOf(values: readonly unknown[], { after, limit }: Page): readonly UserId[] {
  const last = storedValue(after) as UserId | null
  return values
    .filter(isId)
    .filter((id) => last === null || compareIds(id, last) > 0)
    .sort(compareIds)
    .slice(0, limit)
}

function isId(value: unknown): value is UserId {
  return typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number'
}
