/**
 * Rows that go with users, as SELECTs of different pairs of a user and a row: its `pos` and the columns `k0`, `k1` of
 * its key.
 *
 * @module
 */
import type { Departure, Step, TableReference } from '../../src/program/program.ts'
import type { RowKey, SqlDialect } from './dialect.ts'
import type { MarkedProgram } from './marks.ts'
import { sameUser, tenantSql } from './selectors/compare-sql.ts'
import { pairsSql } from './selectors/pairs-sql.ts'
import { userId } from './selectors/user-value.ts'
import type { TableFacts } from './table-facts.ts'

export interface Ground {
  readonly dialect: SqlDialect
  readonly program: MarkedProgram
  readonly facts: TableFacts
}

/** Pairs of a user and a row of the table that goes with them. */
export function departureSql(ground: Ground, table: string, departure: Departure): string {
  const { program, facts } = ground
  switch (departure.kind) {
    case 'step':
      return stepPairs(ground, program.steps[departure.step])
    case 'user':
      return userPairs(ground)
    case 'along': {
      const [first, ...others] = departure.with.map((parent) =>
        departureSql(ground, departure.references.table, parent),
      )
      if (first === undefined) return nothing(facts.rowKey(table))
      const all = referringSql(ground, departure, `(${[first, ...others].join(' UNION ')})`)
      return departure.onAndOn ? onAndOnSql(ground, departure, all) : all
    }
  }
}

export function stepPairs({ dialect, facts }: Ground, step: Step | undefined): string {
  const key = facts.rowKey(step?.table ?? '')
  return step === undefined || step.ways.length === 0
    ? nothing(key)
    : pairsSql(dialect, step.ways, step.except, key)
}

export function userPairs({ dialect, program: { user }, facts }: Ground): string {
  const { quote } = dialect
  const key = facts.rowKey(user.table).map((name, index) => `t0.${quote(name)} AS k${index}`)
  const isTheirs = sameUser(dialect)(`t0.${quote(user.id)}`, userId(user))
  const tenant =
    user.tenant === null
      ? ''
      : ` AND (${tenantSql(dialect, 't0', user.tenant, user.hasLooseTenant)}) IS TRUE`
  return `SELECT u.pos AS pos, ${key.join(', ')} FROM u CROSS JOIN ${dialect.table(user.table)} AS t0 WHERE ${isTheirs}${tenant}`
}

function nothing(key: RowKey): string {
  return `SELECT NULL AS pos, ${key.map((_, index) => `NULL AS k${index}`).join(', ')} WHERE FALSE`
}

/** Pairs of a user and a row `c` that refers to one of the rows in `parents`. */
export function referringSql(
  { dialect: { quote, table: tableOf, orderedJoin: join }, facts }: Ground,
  { table, columns, references }: TableReference,
  parents: string,
): string {
  const own = facts.rowKey(table).map((name, index) => `c.${quote(name)} AS k${index}`)
  const parentKey = facts.rowKey(references.table)
  const isParent = parentKey.map((name, index) => `t.${quote(name)} = p.k${index}`)
  const refers = columns.map(
    // By the comparison of the column that is referred to, as the foreign key has it.
    (name, index) => `t.${quote(references.columns[index] ?? name)} = c.${quote(name)}`,
  )
  return `SELECT DISTINCT p.pos AS pos, ${own.join(', ')} FROM ${parents} AS p ${join} ${tableOf(references.table)} AS t ON ${isParent.join(' AND ')} ${join} ${tableOf(table)} AS c ON ${refers.join(' AND ')} WHERE TRUE`
}

/** Those rows, and the rows of the same table that refer to them, to the end. */
function onAndOnSql(ground: Ground, reference: TableReference, first: string): string {
  const columns = ['pos', ...ground.facts.rowKey(reference.table).map((_, index) => `k${index}`)]
  const list = columns.join(', ')
  const goes = `WITH RECURSIVE goes(${list}) AS (${first} UNION ${referringSql(ground, reference, 'goes')}) SELECT ${list} FROM goes`
  return `SELECT ${list} FROM ${ground.dialect.subquery(goes)}`
}
