/**
 * Is there an index behind every field by which rows are found?
 *
 * @module
 */
import type { IndexSchema, TableSchema } from '../store.ts'
import type { Program } from '../terms.ts'
import { type Reference, readsAll, referencesOf } from './references.ts'
import type { SchemaFinding } from './schema-finding.ts'

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
    if (all.some((index) => serves(index, reference))) return []
    const size = rows === undefined ? 'an unknown number of' : `about ${rows}`
    const inColumn = reference.each && columns !== null ? ARRAYS : 'Create one.'
    const remedy = readsAll(reference) ? TEXTS : inColumn
    return [
      {
        code: 'unindexed_reference',
        severity: (rows ?? 0) > maxRows ? 'error' : 'warning',
        table,
        column: path,
        path: place,
        message: `no index of "${table}" leads with "${path}", so every deletion reads all of its ${size} rows. ${remedy}`,
      },
    ]
  })
}

const TEXTS =
  'None helps inside a text: keep the user in a column of its own, or accept the finding.'
const ARRAYS =
  'An array in a column can have none: keep its elements in a table of their own, or accept the finding.'

/** Fields that the look-up compares with few values may stand before the one that is asked for. */
function serves({ keys, partial }: IndexSchema, { path, beside }: Reference): boolean {
  if (partial) return false
  const leading = keys.findIndex((key) => !beside.includes(key) || key === path)
  const key = keys[leading]
  return key === path || (leading === 0 && key !== undefined && isBelow(path, key))
}

function isBelow(path: string, key: string): boolean {
  if (key === '$**') return true
  return key.endsWith('.$**') && `${path}.`.startsWith(key.slice(0, -'$**'.length))
}
