/**
 * Rows paired with the users of a slice, and what keeps rows from a rule.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import type { Exception, Selector } from '../../../src/program/program.ts'
import type { RowKey, SqlDialect } from '../dialect.ts'
import { arraySql, chainSql, chainWhere, tablesSql } from './chain-sql.ts'
import { chainsOf } from './chains.ts'
import { sameUser } from './compare-sql.ts'

/** Rows of a table that match for one user `u` in one of the ways, and that no exception takes away. */
export function pairsSql(
  dialect: SqlDialect,
  ways: readonly Selector[],
  except: readonly Exception[],
  key: RowKey,
  extra = '',
): string {
  const columns = key.map((name, index) => `t0.${dialect.quote(name)} AS k${index}`).join(', ')
  return ways
    .flatMap(chainsOf)
    .map((chain) => {
      const { from, where } = chainSql(dialect, chain, sameUser(dialect))
      return `SELECT DISTINCT u.pos AS pos, ${columns} FROM u, ${from} WHERE ${where}${guardSql(dialect, except)}${extra}`
    })
    .join(' UNION ')
}

/** That none of the exceptions holds for the row `t0` and the user `u`. Steps that share a list share the text. */
export function guardSql(dialect: SqlDialect, except: readonly Exception[]): string {
  return guardsOf(dialect)(except)
}

const guardsOf = once((dialect: SqlDialect) =>
  once((except: readonly Exception[]): string =>
    bySameUnless(except)
      .map(({ unless, of }) => {
        const belongs = of.map((one) => belongsSql(dialect, one))
        if (unless === undefined) return ` AND ${dialect.isNotTrue(belongs.join(''))}`
        return ` AND ${dialect.isNotTrue(`(${either(belongs)}${guardSql(dialect, unless)})`)}`
      })
      .join(''),
  ),
)

interface Guarded {
  readonly unless: readonly Selector[] | undefined
  readonly of: readonly Exception[]
}

/**
 * Steps that share a list of exceptions are split by it once, so the text grows with the number of rules and no
 * faster.
 */
function bySameUnless(except: readonly Exception[]): readonly Guarded[] {
  const lists = new Map<readonly Selector[], Exception[]>()
  const parts: Guarded[] = []
  for (const exception of except) {
    const { unless = [] } = exception
    const known = lists.get(unless)
    if (known !== undefined) {
      known.push(exception)
      continue
    }
    const of = [exception]
    if (unless.length > 0) lists.set(unless, of)
    parts.push({ unless: unless.length === 0 ? undefined : unless, of })
  }
  return parts
}

/** Whether the row `t0` belongs to user `u` in one of the ways. */
export function belongsByOneSql(dialect: SqlDialect, ways: readonly Selector[]): string {
  return either(ways.map((way) => belongsSql(dialect, way)))
}

function either(conditions: readonly string[]): string {
  return conditions.length === 1 ? conditions.join('') : `(${conditions.join(' OR ')})`
}

/** Whether the row `t0` belongs to user `u` by a selector of its table. */
export function belongsSql(dialect: SqlDialect, selector: Selector): string {
  return belongingOf(dialect)(selector)
}

const belongingOf = once((dialect: SqlDialect) =>
  once((selector: Selector): string => {
    const ways = chainsOf(selector).map((chain) => {
      const where = chainWhere(dialect, chain, sameUser(dialect))
      // The row t0 is the outer query's; only its array and its parents are looked up here.
      const tables = chain.flatMap((link, depth) =>
        depth === 0 ? arraySql(dialect, link, depth) : tablesSql(dialect, link, depth),
      )
      return tables.length === 0
        ? `(${where})`
        : `EXISTS (SELECT 1 FROM ${tables.join(', ')} WHERE ${where})`
    })
    return `(${ways.join(' OR ')})`
  }),
)
