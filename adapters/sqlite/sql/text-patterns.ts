/**
 * Patterns that look into a text: is it more than blanks, does it contain another text.
 *
 * @module
 */
import { BLANK_RANGES } from '../../sql/blank-characters.ts'
import { textOf } from './json-sql.ts'
import { quoteText } from './literals.ts'

const SOME_MARK = quoteText(
  `*[^${BLANK_RANGES.map((range) => range.map((one) => String.fromCodePoint(one)).join('-')).join('')}]*`,
)

/**
 * Whether a text is more than blanks, or bytes are not empty (bytes have no letters to look at). A pattern stops at a
 * zero byte, so the part behind one is looked at too.
 */
export function leavesMark(text: string): string {
  const bytes = `CAST(${text} AS BLOB)`
  const behind = `CAST(substr(${bytes}, instr(${bytes}, x'00') + 1) AS TEXT)`
  const isBytes = `typeof(${text}) = 'blob' AND length(${text}) > 0`
  return `(${text} GLOB ${SOME_MARK} OR ${behind} GLOB ${SOME_MARK} OR ${isBytes})`
}

/** Code point by code point, whatever the column's collation. `fold`: how both are compared. */
export function contains(
  value: string,
  text: string,
  fold: (text: string) => string,
  as: 'part' | 'word',
): string {
  const [whole, part] = [fold(textOf(value)), fold(text)]
  const found = `typeof(${value}) IN ('text', 'blob') AND instr(${whole}, ${part}) > 0`
  if (as === 'part') return found
  const signs = [...'[*?'].reduce((text, sign) => `replace(${text}, '${sign}', '[${sign}]')`, part)
  const pattern = `'*${NO_LETTER}' || ${signs} || '${NO_LETTER}*'`
  // A pattern reads no further than a zero byte.
  return `${found} AND (' ' || ${whole} || ' ' GLOB ${pattern} OR instr(${whole}, char(0)) > 0)`
}

const NO_LETTER = '[^0-9A-Za-z_]'
