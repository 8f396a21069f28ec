/**
 * Steps with marks on selectors that certain indexes serve: those that know JSON as text alone, and those by which
 * rows are found that are then read in the order of their row ids.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import type { Exception, JsonPath, Selector, Step } from '../../../src/program/program.ts'
import type { DatabaseSchema } from '../../../src/program/schema.ts'
import type { MarkedSelector } from '../../sql/marks.ts'
import { isDirect } from '../../sql/selectors/chains.ts'
import { textIndexed } from './indexed-text.ts'
import type { SqliteLocator } from './json-dialect.ts'
import { rowKeyOf } from './row-key.ts'

export function withIndexes(steps: readonly Step[], schema: DatabaseSchema): readonly Step[] {
  const indexes = indexesOf(schema)
  const fit = once((selector: Selector): Selector => {
    const { table, locator, target } = selector
    const { column, path, each } = locator
    const indexed = path === null || each ? null : indexes.ofText(table, column, path)
    const fitted: SqliteLocator = indexed === null ? locator : { ...locator, textIndexed: indexed }
    return {
      ...selector,
      locator: fitted,
      target: target.kind === 'user' ? target : { ...target, parents: target.parents.map(fit) },
    }
  })
  const fitAll = once((except: readonly Exception[]): readonly Exception[] => except.map(fit))
  return steps.map((step) => {
    const [way, ...others] = step.ways.map(fit)
    const isOnly = way !== undefined && others.length === 0
    return {
      ...step,
      ways: isOnly ? [inRowOrder(step, way, indexes)] : step.ways.map(fit),
      except: fitAll(step.except),
    }
  })
}

/** Not of rows that are removed: each leaves its index too, and that is quicker in the order of the index. */
function inRowOrder({ action }: Step, selector: Selector, indexes: Indexes): MarkedSelector {
  const { table, locator } = selector
  if (action === 'delete') return selector
  const [key, ...further] = indexes.rowKey(table)
  if (key === undefined || further.length > 0 || !isDirect(selector)) return selector
  const columns = indexes.leadingTo(table, [locator.column, ...(locator.path ?? [])].join('.'))
  return columns === null ? selector : { ...selector, inRowOrder: { key, columns } }
}

interface Indexes {
  rowKey(table: string): readonly string[]
  /** Of a value inside JSON whose only index knows JSON as text alone: whether that is all there is. */
  ofText(table: string, column: string, path: JsonPath): 'all' | 'part' | null
  /** The keys of an index that finds rows by a value, told by its column and the keys inside; `null` where there is none. */
  leadingTo(table: string, place: string): readonly string[] | null
}

function indexesOf(schema: DatabaseSchema): Indexes {
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  const indexesOn = (name: string) => tables.get(name)?.indexes ?? []
  return {
    rowKey: (name) => rowKeyOf(tables.get(name)),
    ofText(name, column, path) {
      const place = [column, ...path].join('.')
      const kinds = indexesOn(name)
        .filter(({ keys }) => keys.includes(place))
        .map(textIndexed)
      return kinds.includes(null) ? null : (kinds.find((kind) => kind !== null) ?? null)
    },
    leadingTo: (name, place) =>
      indexesOn(name).find(
        (index) =>
          index.keys[0] === place &&
          (!index.partial || index.leavesOutNull) &&
          textIndexed(index) !== 'part',
      )?.keys ?? null,
  }
}
