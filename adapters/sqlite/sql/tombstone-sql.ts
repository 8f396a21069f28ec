/**
 * Blank user rows as statements.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import { derivedSql, lacksUnknown, pendingSql } from './assignment-sql.ts'
import { quoteName, quoteTable } from './literals.ts'
import type { MarkedProgram } from './loose-comparisons.ts'
import { sameUser, tenantSql, userId } from './selector-sql.ts'

/** The row of the one user in `u`, and whether it holds all that a deletion writes and that is known. */
export function tombstoneSql(program: MarkedProgram, users: string): string {
  const { user } = program
  const isTheirs = sameUser(`t0.${quoteName(user.id)}`, userId(user))
  const tenant =
    user.tenant === null ? '' : ` AND ${tenantSql('t0', user.tenant, user.hasLooseTenant)}`
  const lacking = pendingSql(user, {
    gone: sameUser,
    // Of what is not known the row may hold anything.
    lacksDerived: (column, one) =>
      `(u.d${one.index} IS NOT NULL AND ${column} IS NOT ${derivedSql(one, `u.d${one.index}`)})`,
  })
  return `WITH ${users} SELECT t0.*, (${lacking}) IS NOT 1 AS ${quoteName(IS_BLANK)} FROM u, ${quoteTable(user.table)} AS t0 WHERE ${isTheirs}${tenant}`
}

/** No host has a column of this name. */
export const IS_BLANK = 'user_deletion_is_blank'

/** Ids of user rows that hold all the constants a deletion writes. Values that it derives cannot be told. */
export function blankedSql({ user }: Program): string {
  const id = `t0.${quoteName(user.id)}`
  const lacking = pendingSql(user, { gone: () => '0', lacksDerived: lacksUnknown })
  return `SELECT ${id} FROM ${quoteTable(user.table)} AS t0 WHERE ${id} IN (SELECT value FROM json_each(@ids)) AND (${lacking}) IS NOT 1`
}
