/**
 * What a commit locks before it asks, so that what it is answered stays true until it ends.
 *
 * @module
 */
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { SqlDialect } from '../../sql/dialect.ts'
import type { MarkedUserTable } from '../../sql/marks.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import { chainSql } from '../../sql/selectors/chain-sql.ts'
import { chainsOf } from '../../sql/selectors/chains.ts'
import { anyUser } from '../../sql/selectors/compare-sql.ts'
import { USER_ID, userId } from '../../sql/selectors/user-value.ts'

/** The statements that lock what a question is about; each is given the parameters of its users. */
export function locksFor(
  dialect: SqlDialect,
  sql: ProgramSql,
  question: HostQuestion,
): readonly string[] {
  switch (question.kind) {
    case 'users':
    case 'user_rows':
      return sql.program.user.rowless ? [] : [userLock(dialect, sql.program.user)]
    case 'bereft':
      return peerLocks(dialect, sql, question.check)
    case 'counts':
      return question.of === 'all' ? rowLocks(dialect, sql) : []
    default:
      return []
  }
}

/** In one order, so that two slices do not wait for each other. A foreign key of the host waits for it. */
function userLock(dialect: SqlDialect, user: MarkedUserTable): string {
  const id = `t0.${dialect.quote(user.id)}`
  return `SELECT 1 FROM ${dialect.table(user.table)} AS t0 WHERE ${anyUser(dialect)(id, userId(user))} ORDER BY ${id} FOR UPDATE`
}

/** All members of the groups of a check. */
function peerLocks(dialect: SqlDialect, { program }: ProgramSql, index: number): readonly string[] {
  const check = program.checks[index]
  if (check === undefined) return []
  const { quote } = dialect
  const table = dialect.table(check.table)
  const type = check.type === undefined ? {} : { type: check.type }
  const isMember = anyUser(dialect)(`t0.${quote(check.match)}`, { ...USER_ID, ...type })
  return [
    `SELECT 1 FROM ${table} AS o WHERE o.${quote(check.within)} IN (SELECT t0.${quote(check.within)} FROM ${table} AS t0 WHERE ${isMember}) FOR UPDATE`,
  ]
}

/** Rows through which others are found: children of a parent that changes hands meanwhile are somebody else's. */
function rowLocks(dialect: SqlDialect, { program }: ProgramSql): readonly string[] {
  const parents = program.steps.flatMap(({ ways, except }) =>
    [...ways, ...except].flatMap(({ target }) => (target.kind === 'rows' ? target.parents : [])),
  )
  const chains = [...new Set(parents)].flatMap(chainsOf)
  const locks = chains.map((chain) => {
    const { from, where } = chainSql(dialect, chain, anyUser(dialect))
    const tables = chain.map((_, depth) => `t${depth}`).join(', ')
    return `SELECT 1 FROM ${from} WHERE ${where} FOR UPDATE OF ${tables}`
  })
  return [...new Set(locks)]
}
