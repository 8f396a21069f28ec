/**
 * Rows of the user collection.
 *
 * @module
 */
import { isNobodys } from '../../../src/program/matching.ts'
import type { UserId, UserTable } from '../../../src/program/program.ts'
import type { HostQuestion, OfTenant } from '../../../src/store/questions.ts'
import { lacking } from '../documents/updates.ts'
import { type SliceUser, sliceUsers } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import { behindId, locatedValues, valueAt } from '../server/paths.ts'
import type { Reader } from '../server/scope.ts'
import { engineId, keyOf, storedId } from '../server/values.ts'
import type { FoundRow, Seen } from './seen.ts'

/** The rows in the order asked for; only the very id in the very tenant counts. Those that were seen are as they were. */
export async function findRows(
  { reader, seen }: { readonly reader: Reader; readonly seen: Seen },
  { program: { user }, tenantId, ids }: OfTenant & { readonly ids: readonly UserId[] },
): Promise<readonly (FoundRow | null)[]> {
  if (user.rowless) return ids.map((id) => ({ row: { [user.id]: id }, fields: { id } }))
  const unseen = ids.filter((id) => seen.row(user, tenantId, id) === undefined)
  const wanted = unseen.map((id) => storedId(reader.types, user.idType, id, null))
  const documents =
    unseen.length === 0 ? [] : await reader.find(user.table, ofIds(user, tenantId, wanted))
  const rows = new Map(documents.map((document) => [keyOf(valueAt(document, user.id)), document]))
  for (const [place, id] of unseen.entries()) {
    const document = rows.get(keyOf(wanted[place]))
    const found = document === undefined ? null : foundRow(user, document, id)
    seen.rememberRow(user, tenantId, id, found)
  }
  return ids.map((id) => seen.row(user, tenantId, id) ?? null)
}

/** Whether the user's row holds all that a deletion writes into it and that is known. */
export async function blankRows(
  reader: Reader,
  question: HostQuestion<'blank_rows'>,
): Promise<readonly boolean[]> {
  const { user } = question.program
  const users = sliceUsers(question)
  const parts = question.derived === undefined ? [users] : users.map((one) => [one])
  const blank = new Set<string | null>()
  for (const part of parts) {
    const [first, ...others] = part
    if (first === undefined) continue
    const owner = others.length === 0 ? first : NOBODY
    const undone = lacking(user, { types: reader.types, table: user, user: owner })
    const theirs = ofIds(user, question.tenantId, idsOf(reader, user, part))
    const filter = undone === null ? theirs : { $and: [theirs, { $nor: [undone] }] }
    const rows = await reader.find(user.table, filter, { projection: { [user.id]: 1 } })
    for (const row of rows) blank.add(keyOf(valueAt(row, user.id)))
  }
  return idsOf(reader, user, users).map((id) => blank.has(keyOf(id)))
}

const NOBODY: SliceUser = { fields: {}, derived: [] }

/** Ids in ascending order: numbers before text, text byte by byte. */
export async function userIds(
  reader: Reader,
  { program: { user }, tenantId, after, limit }: HostQuestion<'user_ids'>,
): Promise<readonly UserId[]> {
  const last = after === null ? null : storedId(reader.types, user.idType, after, null)
  const isId = { [user.id]: { $type: TYPES[user.idType] } }
  // A value of the right type may be no id, and a page that is not full would be taken for the last one.
  for (let most = limit; ; most *= 2) {
    const documents = await reader.find(
      user.table,
      { $and: [tenantFilter(user, tenantId), isId, behindId(user.id, last)] },
      { projection: { _id: 0, [user.id]: 1 }, sort: { [user.id]: 1 }, limit: most },
    )
    const ids = documents.flatMap((document) => engineId(valueAt(document, user.id)) ?? [])
    if (ids.length >= limit || documents.length < most) return ids.slice(0, limit)
  }
}

const TYPES = { plain: ['number', 'string'], object_id: 'objectId', uuid: 'binData' } as const

export function tenantFilter({ tenant }: UserTable, tenantId: string | null): Doc {
  return tenant === null ? {} : { [tenant]: tenantId }
}

function ofIds(user: UserTable, tenantId: string | null, ids: readonly unknown[]): Doc {
  return { [user.id]: { $in: ids }, ...tenantFilter(user, tenantId) }
}

function idsOf(
  { types }: Reader,
  { idType }: UserTable,
  users: readonly SliceUser[],
): readonly unknown[] {
  return users.map(({ fields }) => storedId(types, idType, fields['id'], null))
}

function foundRow(user: UserTable, document: Doc, id: UserId): FoundRow {
  const fields = Object.entries(user.fields).map(([field, column]) => [
    field,
    valueOrValues(document, column),
  ])
  const columns = [
    ...Object.keys(user.disabled ?? {}),
    ...Object.keys(user.active ?? {}),
    ...Object.values(user.fields),
  ].filter((column) => column.includes('.'))
  const paths = columns.map((column) => [column, valueAt(document, column) ?? null])
  return {
    row: { ...document, ...Object.fromEntries(paths) },
    fields: { ...Object.fromEntries(fields), id },
  }
}

/** All values where the field stands in an array or is one: each of them is the user's. */
function valueOrValues(document: Doc, column: string): unknown {
  const value = valueAt(document, column)
  if (value !== undefined && !Array.isArray(value)) return value
  const held = locatedValues(document, column.split('.')).filter((one) => !isNobodys(one))
  const values = [...new Map(held.map((one) => [keyOf(one), one])).values()]
  return values.length > 1 ? values : (values[0] ?? null)
}
