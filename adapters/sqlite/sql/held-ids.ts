/**
 * Ids that rows hold, in any of the types that a column may keep.
 *
 * @module
 */
import type { IdDialect } from '../../sql/dialect.ts'
import { quoteText } from './literals.ts'

export const idDialect: IdDialect = {
  isHeld(held, isLaterPage) {
    const after = isLaterPage ? ` AND ${held} > @after` : ''
    // Drivers bind a number of JavaScript as a REAL, which stays one in a column without a type.
    return `typeof(${held}) IN ('integer', 'real', 'text')${after}`
  },

  /** Behind a prefix an id is text, which stands after every integer. */
  isHeldBehind(held, prefix, isLaterPage) {
    const text = quoteText(prefix)
    const start = isLaterPage
      ? `CASE typeof(@after) WHEN 'text' THEN ${text} || @after ELSE ${text} END`
      : text
    return `typeof(${held}) = 'text' AND ${held} > ${start} AND substr(${held}, 1, ${lengthSql(prefix)}) = ${text}`
  },

  behind: (held, prefix) => `substr(${held}, ${lengthSql(prefix)} + 1)`,
}

function lengthSql(prefix: string): string {
  return `length(${quoteText(prefix)})`
}
