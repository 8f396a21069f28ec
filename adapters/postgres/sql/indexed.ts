/**
 * Which values an index finds rows by.
 *
 * @module
 */
import type { Selector } from '../../../src/program/program.ts'
import type { TableSchema } from '../../../src/program/schema.ts'

/** Of a selector, whether an index leads to what it compares, past columns that it compares with one value. */
export function indexedIn(
  tables: ReadonlyMap<string, TableSchema>,
): (selector: Pick<Selector, 'table' | 'locator' | 'where' | 'tenant'>) => boolean {
  return ({ table, locator, where, tenant }) => {
    if (locator.each) return false
    const place = [locator.column, ...(locator.path ?? [])].join('.')
    const fixed = new Set([
      ...(tenant === null ? [] : [tenant]),
      ...where.flatMap(({ column, values }) => (values.length === 1 ? [column] : [])),
    ])
    const indexes = tables.get(table)?.indexes ?? []
    return indexes.some(({ keys, partial, leavesOutNull }) => {
      const own = keys.indexOf(place)
      return (
        own >= 0 && (!partial || leavesOutNull) && keys.slice(0, own).every((key) => fixed.has(key))
      )
    })
  }
}
