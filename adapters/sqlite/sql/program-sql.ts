/**
 * A program as statements, built once for a program and a schema.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { once } from '../../../src/program/once.ts'
import type { Exception, Program, Selector, Step } from '../../../src/program/program.ts'
import type { DatabaseSchema, TableSchema } from '../../../src/program/schema.ts'
import { type GroupSql, groupsSql } from './group-sql.ts'
import { type HurdleSql, hurdlesSql } from './hurdle-sql.ts'
import { textIndexed } from './indexed-text.ts'
import { type MarkedProgram, markLoose } from './loose-comparisons.ts'
import {
  type IndexedSelector,
  isDirect,
  type RowKey,
  type SqlLocator,
  type UserValue,
} from './selector-sql.ts'
import { type SharingSql, sharingSql } from './sharing-sql.ts'
import {
  fieldsOf,
  findUsersSql,
  lastOfSql,
  relationOf,
  type StepSql,
  stepSql,
  userResidueSql,
  userRowSql,
  valuesOf,
} from './step-sql.ts'
import type { TableFacts } from './table-facts.ts'
import { blankedSql, tombstoneSql } from './tombstone-sql.ts'

export interface ProgramSql {
  readonly program: MarkedProgram
  readonly schema: DatabaseSchema
  /** By step of the program, each by itself; `null` for steps that no query can find. */
  readonly steps: readonly (StepSql | null)[]
  /** The steps in order, those together that are counted and written together. */
  readonly groups: readonly GroupSql[]
  readonly fields: readonly string[]
  /** In the order of `@users`. */
  readonly values: readonly UserValue[]
  readonly findRows: string
  readonly findFields: string
  readonly userRow: string
  readonly userResidue: string
  readonly blanked: string
  readonly tombstone: string
  /** By check of the program; `null` for checks that only warn in a plan. */
  readonly checks: readonly string[]
  /** By hurdle of the program. */
  readonly hurdles: readonly HurdleSql[]
  /** Values that users may hold together, by all that the schema says. */
  readonly sharing: readonly SharingSql[]
}

export function programSql(given: Program, schema: DatabaseSchema): ProgramSql {
  const facts = factsOf(schema)
  const program = markLoose(given, schema)
  const fields = fieldsOf(program)
  const columns = fields.map((field) => program.user.fields[field] ?? program.user.id)
  const fitted = { ...program, steps: withIndexes(program.steps, facts) }
  const steps = fitted.steps.map((step) => stepSql(fitted, step, facts))
  return {
    program,
    schema,
    steps,
    groups: groupsSql(fitted, steps, facts),
    fields,
    values: valuesOf(program),
    findRows: findUsersSql(program.user, 'all'),
    findFields: findUsersSql(program.user, columns),
    userRow: userRowSql(program, facts),
    userResidue: userResidueSql(program),
    blanked: blankedSql(program),
    tombstone: tombstoneSql(program, relationOf(program)),
    checks: program.checks.map(lastOfSql),
    hurdles: hurdlesSql(program, facts),
    sharing: sharingSql(program),
  }
}

/** The steps with their JSON found by the indexes that are there. */
function withIndexes(steps: readonly Step[], facts: TableFacts): readonly Step[] {
  const fit = once((selector: Selector): Selector => {
    const { table, locator, target } = selector
    const { column, path, each } = locator
    const indexed = path === null || each ? null : facts.textIndexed(table, column, path)
    const fitted: SqlLocator = indexed === null ? locator : { ...locator, textIndexed: indexed }
    return {
      ...selector,
      locator: fitted,
      target: target.kind === 'user' ? target : { ...target, parents: target.parents.map(fit) },
    }
  })
  const fitAll = once((except: readonly Exception[]): readonly Exception[] => except.map(fit))
  return steps.map((step) => {
    const { selector, except } = step
    return {
      ...step,
      selector: selector === null ? null : inRowOrder(step, fit(selector), facts),
      except: fitAll(except),
    }
  })
}

/** Not of rows that are removed: each leaves its index too, and that is quicker in the order of the index. */
function inRowOrder({ action }: Step, selector: Selector, facts: TableFacts): IndexedSelector {
  const { table, locator } = selector
  if (action === 'delete') return selector
  const [key, ...further] = facts.rowKey(table)
  if (key === undefined || further.length > 0 || !isDirect(selector)) return selector
  const columns = facts.indexOn(table, [locator.column, ...(locator.path ?? [])].join('.'))
  return columns === null ? selector : { ...selector, inRowOrder: { key, columns } }
}

const ROW_ID_NAMES = ['rowid', '_rowid_', 'oid']

function factsOf(schema: DatabaseSchema): TableFacts {
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  return {
    schema,
    rowKey: (name) => rowKeyOf(tables.get(name)),
    reactsToUpdates: (name) =>
      tables.get(name)?.triggers.some(({ event }) => event === 'update') ?? false,
    textIndexed: (name, column, path) => {
      const place = [column, ...path].join('.')
      const own = (tables.get(name)?.indexes ?? []).filter(({ keys }) => keys.includes(place))
      const kinds = own.map(textIndexed)
      return kinds.includes(null) ? null : (kinds.find((kind) => kind !== null) ?? null)
    },
    indexOn: (name, place) =>
      (tables.get(name)?.indexes ?? []).find(
        (index) =>
          index.keys[0] === place &&
          (!index.partial || index.leavesOutNull) &&
          textIndexed(index) !== 'part',
      )?.keys ?? null,
    columns: (name) => tables.get(name)?.columns?.map((column) => column.name) ?? [],
    nullable: (name, column) =>
      tables.get(name)?.columns?.find((candidate) => candidate.name === column)?.nullable ?? true,
  }
}

/**
 * A row id under a name that no column of the table hides; the primary key in a table without row ids, and where
 * columns have all of its names.
 */
export function rowKeyOf(table: TableSchema | undefined): RowKey {
  if (table?.withoutRowId) return exactKey(table)
  const taken = new Set(table?.columns?.map(({ name }) => name.toLowerCase()))
  const free = ROW_ID_NAMES.find((name) => !taken.has(name))
  if (free !== undefined) return [free]
  if (table === undefined || table.primaryKey.length === 0) throw noRowKey(table?.name ?? '')
  return exactKey(table)
}

/** Where the key compares otherwise than its columns do, a value of them may stand for several rows. */
function exactKey(table: TableSchema): RowKey {
  const { name, primaryKey, indexes = [] } = table
  const isOf = (keys: readonly string[], isSame: (key: string, column: string) => boolean) =>
    keys.length === primaryKey.length &&
    keys.every((key, place) => isSame(key, primaryKey[place] ?? ''))
  const isExact = indexes.some(({ keys }) => isOf(keys, (key, column) => key === column))
  const isOther = indexes.some(
    ({ keys, unique }) =>
      unique && isOf(keys, (key, column) => key.split(' COLLATE ')[0] === column),
  )
  if (isOther && !isExact) throw noRowKey(name)
  return primaryKey
}

function noRowKey(table: string): UserDeletionError {
  return new UserDeletionError(
    'schema_mismatch',
    `The rows of "${table}" cannot be told apart: columns take all names of the row id and there is no primary key, or it compares otherwise than its columns do. Give the table a key in the collation of its columns, or name the columns otherwise.`,
    { details: { table } },
  )
}
