/**
 * Is there an index behind every field by which rows are found?
 *
 * @module
 */

import {
  isInAnyCase,
  type Reference,
  readsAll,
  referencesOf,
} from '../../../program/columns/references.ts'
import type { Program } from '../../../program/program.ts'
import type { IndexSchema, TableSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

interface Bounds {
  /** Tables with fewer rows pass. */
  readonly minRows: number
  /** Above it a missing index is an error. */
  readonly maxRows: number
}

/** Only of tables whose indexes the store tells. */
export function checkIndexes(
  program: Program,
  tables: ReadonlyMap<string, TableSchema>,
  { minRows, maxRows }: Bounds,
): readonly SchemaFinding[] {
  return referencesOf(program).flatMap((reference): readonly SchemaFinding[] => {
    const { table, path, place } = reference
    const { indexes, rows, primaryKey = [], columns } = tables.get(table) ?? {}
    if (indexes === undefined || (rows ?? 0) < minRows) return []
    const all = [...indexes, { name: '', keys: primaryKey, partial: false }]
    // Inside a text an index only makes the way shorter: it is read from end to end.
    const isServed = all.some((index) => serves(index, reference))
    if (isServed && !readsAll(reference)) return []
    const size = rows === undefined ? 'an unknown number of' : `about ${rows}`
    const remedy = remedyFor(reference, columns === null)
    return [
      {
        code: 'unindexed_reference',
        severity: (rows ?? 0) > maxRows && !isServed ? 'error' : 'warning',
        table,
        column: path,
        path: place,
        message: readsAll(reference)
          ? `"${path}" of "${table}" is looked for inside a text, so every deletion reads all of its ${size} rows. ${remedy}`
          : `no index of "${table}" leads with "${path}", so every deletion reads all of its ${size} rows. ${remedy}`,
      },
    ]
  })
}

function remedyFor(reference: Reference, isDocument: boolean): string {
  const accept = 'or accept the finding.'
  if (readsAll(reference)) {
    return `None helps inside a text: keep the user in a column of its own, ${accept}`
  }
  if (isInAnyCase(reference)) {
    return isDocument || reference.each || reference.json !== null
      ? `None helps in any case: keep a second field in lower case, ${accept}`
      : `Create one on lower("${reference.path}").`
  }
  return reference.each && !isDocument
    ? `An array in a column can have none: keep its elements in a table of their own, ${accept}`
    : 'Create one.'
}

/** Fields that the look-up compares with few values may stand before the one that is asked for. */
function serves({ keys, partial }: IndexSchema, reference: Reference): boolean {
  if (partial) return false
  const { path, beside } = reference
  if (isInAnyCase(reference)) return isLower(keys[0] ?? '', path)
  const leading = keys.findIndex((key) => !beside.includes(key) || key === path)
  const key = keys[leading]
  return key === path || (leading === 0 && key !== undefined && isBelow(path, key))
}

/** An index on the expression in which the SQLite adapter compares. */
function isLower(key: string, column: string): boolean {
  const inside = /^lower\s*\((.*)\)$/i.exec(key)?.[1]?.trim()
  return inside === column || inside === `"${column}"`
}

function isBelow(path: string, key: string): boolean {
  if (key === '$**') return true
  return key.endsWith('.$**') && `${path}.`.startsWith(key.slice(0, -'$**'.length))
}
