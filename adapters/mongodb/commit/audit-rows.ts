/**
 * Rows of the host's audit log.
 *
 * @module
 */
import type { Program } from '../../../src/program/program.ts'
import type { RowInsert } from '../../../src/store/change.ts'
import type { DocumentWork, Isolation } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import { isDuplicateKey } from '../server/mongo-errors.ts'
import type { Writer } from '../server/scope.ts'
import { type BsonTypes, storedId } from '../server/values.ts'

/**
 * A key known before the insert, so that a repeated one is recognized. What the policy calls `_id` is it. The
 * user's id is written as the user table holds it, so that rules find the row like any other.
 */
export function auditRowsWithKeys(
  types: BsonTypes,
  rows: readonly RowInsert[],
): DocumentWork['auditRows'] {
  return rows.map(({ program, table, values: { _id = null, ...values } }) => ({
    table,
    values: Object.fromEntries(
      Object.entries(values).map(([column, value]) => [
        column,
        written(types, program, column, value),
      ]),
    ),
    id: _id ?? types.objectId(crypto.randomUUID().replaceAll('-', '').slice(0, 24)),
  }))
}

function written(
  types: BsonTypes,
  { audit, user }: Program,
  column: string,
  value: unknown,
): unknown {
  return audit?.entry[column] === '$userId' ? storedId(types, user.idType, value, null) : value
}

/** With keys of their own, so that the same row is not written twice after a crash. */
export async function insertAuditRows(
  writer: Writer,
  { auditRows }: Pick<DocumentWork, 'auditRows'>,
  isolation: Isolation,
): Promise<void> {
  for (const { table, values, id } of auditRows) {
    try {
      await writer.insertMany(table, [{ _id: id, ...nested(values) }])
    } catch (error) {
      if (isolation === 'transaction' || !isDuplicateKey(error)) throw error
      const [found] = await writer.find(table, { _id: id }, { projection: { _id: 1 } })
      if (found === undefined) throw error
    }
  }
}

/** Columns whose names are paths become sub-documents. */
function nested(values: Readonly<Record<string, unknown>>): Doc {
  const document: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(values)) {
    const path = column.split('.')
    const key = path.pop() ?? column
    let place = document
    for (const part of path) {
      const inner = Object.hasOwn(place, part) ? place[part] : undefined
      const next = (typeof inner === 'object' && inner !== null ? inner : {}) as typeof document
      place[part] = next
      place = next
    }
    place[key] = value
  }
  return document
}
