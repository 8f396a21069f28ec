/**
 * What the statements of a step are made of.
 *
 * @module
 */
import type { Program, Selector, Step } from '../../../src/program/program.ts'
import type { RowKey, SqlDialect } from '../dialect.ts'
import { relationOf } from '../selectors/users-sql.ts'
import type { TableFacts } from '../table-facts.ts'

export interface StepContext {
  readonly dialect: SqlDialect
  readonly program: Program
  readonly step: Step
  readonly ways: readonly Selector[]
  readonly key: RowKey
  readonly facts: TableFacts
  /** Rows of the step with their users, one pair a line. */
  pairs(extra?: string): string
  /** Whether the pairs were found before. */
  readonly isFound: boolean
}

/** The relation `u`. */
export function usersOf({ dialect, program }: StepContext): string {
  return relationOf(dialect, program)
}

export function keyColumns({ quote }: SqlDialect, key: RowKey): string {
  return key.map((name) => `t0.${quote(name)}`).join(', ')
}

export function keyTuple(dialect: SqlDialect, key: RowKey): string {
  const columns = keyColumns(dialect, key)
  return key.length === 1 ? columns : `(${columns})`
}

/** The same of rows in pairs. */
export function pairKey(key: RowKey): string {
  return key.map((_, index) => `k${index}`).join(', ')
}

/** Whether the key is among those in a parameter. */
export function isListed(
  dialect: SqlDialect,
  facts: TableFacts,
  table: string,
  parameter: string,
): string {
  const listed = dialect.tuples(parameter, facts.keyColumns(table))
  return `${keyTuple(dialect, facts.rowKey(table))} IN (${listed})`
}
