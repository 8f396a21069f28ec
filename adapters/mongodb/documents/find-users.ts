/**
 * The users of a slice, and pages of all users.
 *
 * @module
 */

import { isNobodys } from '../../../src/program/matching.ts'
import type { Program, UserId, UserTable } from '../../../src/program/program.ts'
import { isFoundInAnyCase } from '../../../src/program/selectors.ts'
import type { Tombstone } from '../../../src/store/inspection.ts'
import { deletionsOf } from '../../../src/store/own-records.ts'
import type { Target, Targets, UserPage, UserQuery, UserRow } from '../../../src/store/slice.ts'
import { answerRecords } from '../records/answer-records.ts'
import type { Doc } from '../server/driver.ts'
import { behindId, locatedValues, valueAt } from '../server/paths.ts'
import type { Reader } from '../server/scope.ts'
import { wholeInAnyCase } from '../server/text-patterns.ts'
import { engineId, keyOf, storedId } from '../server/values.ts'
import { lacking } from './updates.ts'

export interface FoundRow {
  /** With the columns of the policy by their names, whether they are paths or not. */
  readonly row: UserRow
  readonly fields: { readonly id: UserId } & Readonly<Record<string, unknown>>
}

export interface RowQuery extends Targets {
  /** Tombstones too. */
  readonly raw?: boolean
}

/** The user rows in the order asked for; only the very id in the very tenant counts. */
export async function findRows(
  reader: Reader,
  program: Program,
  { tenantId, users, restored = false, raw = false }: RowQuery,
): Promise<readonly (FoundRow | null)[]> {
  const { user } = program
  if (user.rowless) return users.map(({ id }) => ({ row: { [user.id]: id }, fields: { id } }))
  const wanted = users.map(({ id }) => storedId(reader.types, user.idType, id, null))
  const documents = await reader.find(user.table, {
    [user.id]: { $in: wanted },
    ...tenantFilter(user, tenantId),
  })
  const tombstones = raw ? [] : await findTombstones(reader, program, tenantId, users, restored)
  const rows = new Map(documents.map((document) => [keyOf(valueAt(document, user.id)), document]))
  const found = users.map(({ id }, position) => {
    const document = rows.get(keyOf(wanted[position]))
    if (document === undefined || tombstones[position]) return null
    return foundRow(user, document, id)
  })
  return restored ? withoutSharedFields(reader, program, tenantId, found) : found
}

/** Ids of the user table in ascending order: numbers before text, text byte by byte. */
export async function listUsers(
  reader: Reader,
  program: Program,
  { tenantId, afterId, limit, restored = false, subjectOf }: UserQuery,
): Promise<UserPage> {
  const { user } = program
  const last = afterId === null ? null : storedId(reader.types, user.idType, afterId, null)
  const isId = { [user.id]: { $type: TYPES[user.idType] } }
  const documents = await reader.find(
    user.table,
    { $and: [tenantFilter(user, tenantId), isId, behindId(user.id, last)] },
    { projection: { _id: 0, [user.id]: 1 }, sort: { [user.id]: 1 }, limit },
  )
  const ids = documents.flatMap((document) => engineId(valueAt(document, user.id)) ?? [])
  const targets = ids.map((id) => ({ id, subject: subjectOf(id) }))
  const tombstones = await findTombstones(reader, program, tenantId, targets, restored)
  return {
    ids: ids.filter((_, position) => !tombstones[position]),
    next: documents.length < limit ? null : (ids.at(-1) ?? null),
  }
}

export function tenantFilter({ tenant }: UserTable, tenantId: string | null): Doc {
  return tenant === null ? {} : { [tenant]: tenantId }
}

const TYPES = { plain: ['number', 'string'], object_id: 'objectId', uuid: 'binData' } as const

/** Whether all that is left of a user whom the ledger names as deleted is what the deletion has left. */
async function findTombstones(
  reader: Reader,
  program: Program,
  tenantId: string | null,
  users: Targets['users'],
  restored: boolean,
): Promise<readonly boolean[]> {
  const { user } = program
  if (user.action !== 'anonymize' || users.length === 0) return users.map(() => false)
  const subjects = users.map(({ subject }) => subject)
  const deletions = await answerRecords(reader, deletionsOf(user.table, tenantId, subjects))
  const named = new Set(deletions.map(({ subject }) => subject))
  const suspects = users.filter(({ subject }) => named.has(subject))
  if (suspects.length === 0) return users.map(() => false)
  if (!restored) return users.map(({ subject }) => named.has(subject))
  const lack = lacking(user, {
    types: reader.types,
    table: user,
    user: { fields: {}, derived: [] },
  })
  const ids = suspects.map(({ id }) => storedId(reader.types, user.idType, id, null))
  const alive =
    lack === null
      ? []
      : await reader.find(
          user.table,
          { $and: [{ [user.id]: { $in: ids } }, tenantFilter(user, tenantId), lack] },
          { projection: { [user.id]: 1 } },
        )
  const living = new Set(alive.map((document) => keyOf(valueAt(document, user.id))))
  return users.map(
    ({ id, subject }) =>
      named.has(subject) && !living.has(keyOf(storedId(reader.types, user.idType, id, null))),
  )
}

/** What a deletion has left of the user row, where the policy keeps a blank one. */
export async function findTombstone(
  reader: Reader,
  program: Program,
  tenantId: string | null,
  target: Target,
  derived: readonly (string | null)[],
): Promise<Tombstone | null> {
  const { user } = program
  const [isTombstone] = await findTombstones(reader, program, tenantId, [target], false)
  if (!isTombstone) return null
  const id = storedId(reader.types, user.idType, target.id, null)
  const isTheirs = { $and: [{ [user.id]: id }, tenantFilter(user, tenantId)] }
  const [document] = await reader.find(user.table, isTheirs)
  if (document === undefined) return null
  const owner = { fields: { id: target.id }, derived }
  const lack = lacking(user, { types: reader.types, table: user, user: owner })
  const filled = lack === null ? [] : await reader.find(user.table, { $and: [isTheirs, lack] })
  return { row: foundRow(user, document, target.id).row, isBlank: filled.length === 0 }
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

/** Of restored users without fields whose value another user of the tenant holds. */
async function withoutSharedFields(
  reader: Reader,
  program: Program,
  tenantId: string | null,
  found: readonly (FoundRow | null)[],
): Promise<readonly (FoundRow | null)[]> {
  const { user } = program
  const others = Object.entries(user.fields).filter(([field]) => field !== 'id')
  const own: (FoundRow | null)[] = []
  for (const one of found) {
    const nothing: Record<string, null> = {}
    for (const [field, column] of one === null ? [] : others) {
      const value = one?.fields[field]
      if (one === null || value === null) continue
      const isText = typeof value === 'string' && isFoundInAnyCase(program, field)
      const same = isText ? { $regex: wholeInAnyCase(value) } : { $in: [value].flat() }
      const theirs = { [column]: same, [user.id]: { $ne: valueAt(one.row, user.id) } }
      const filter = { ...theirs, ...tenantFilter(user, tenantId) }
      const [other] = await reader.find(user.table, filter, { limit: 1 })
      if (other !== undefined) nothing[field] = null
    }
    own.push(one === null ? null : { ...one, fields: { ...one.fields, ...nothing } })
  }
  return own
}
