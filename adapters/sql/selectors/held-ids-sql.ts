/**
 * Ids that rows of a step hold.
 *
 * @module
 */
import type { Selector } from '../../../src/program/program.ts'
import type { SqlDialect } from '../dialect.ts'
import type { MarkedSelector } from '../marks.ts'
import { chainSql, located } from './chain-sql.ts'
import { chainsOf, userValueOf } from './chains.ts'

/** Different values of the user that rows hold at the end of the ways' chains, one page in order. */
export function heldIdsSql(
  dialect: SqlDialect,
  ways: readonly Selector[],
  isLaterPage: boolean,
): string {
  const { binary, ids } = dialect
  const leaves: readonly MarkedSelector[] = ways
    .flatMap(chainsOf)
    .flatMap((chain) => chain.at(-1) ?? [])
  // Columns of different types give one list of texts.
  const areMixed = new Set(leaves.map(({ type }) => type)).size > 1
  const parts = leaves.map((leaf) => {
    // The tenant is not known here: a user is looked up in their own tenant before anything is done.
    // Neither two ids nor the order of the pages are what the column's collation makes of them.
    const found = located(dialect, 't0', leaf.locator)
    const held = areMixed ? dialect.asStored(found) : binary(found, leaf.type)
    const prefix = userValueOf([leaf]).form?.prefix ?? ''
    const { from, where } = chainSql(dialect, [{ ...leaf, tenant: null }], () =>
      prefix === '' ? ids.isHeld(held, isLaterPage) : ids.isHeldBehind(held, prefix, isLaterPage),
    )
    const id = prefix === '' ? held : ids.behind(held, prefix)
    return `SELECT DISTINCT ${id} AS id FROM ${from} WHERE ${where}`
  })
  return `${parts.join(' UNION ')} ORDER BY id LIMIT @limit`
}
