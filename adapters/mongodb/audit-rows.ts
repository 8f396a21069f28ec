/**
 * Keys for rows of the host's audit log.
 *
 * @module
 */
import type { AuditRow } from '../../src/store.ts'
import type { HostWork } from './change.ts'
import type { BsonTypes } from './values.ts'

/** A key known before the insert, so that a repeated one is recognized. What the policy calls `_id` is it. */
export function auditRowsWithKeys(
  types: BsonTypes,
  rows: readonly AuditRow[],
): HostWork['auditRows'] {
  return rows.map(({ table, values: { _id = null, ...values } }) => ({
    table,
    values,
    id: _id ?? types.objectId(crypto.randomUUID().replaceAll('-', '').slice(0, 24)),
  }))
}
