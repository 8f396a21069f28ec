/**
 * Documents that are JSON and that jsonb does not hold, or not well: with `\u0000` or half a surrogate in a text, with
 * numbers of very many digits, or nested very deep. A user can write one, so no statement may fail at it.
 *
 * @module
 */
import { quoteText } from '../../sql/standard.ts'

/** Deeper nesting takes more room on the stack than every server has. */
const DEEPEST = 1_000

/** Shorter texts hold no number of more digits than a `numeric` has. */
const SHORT = 16_000

const HALF_OR_ZERO = String.raw`\\u(?:0000|[dD][89a-fA-F])`
/** Behind what stands before a number, and never at the beginning of a text. */
const LARGE = String.raw`(?:^|[\s:,[])-?[0-9.]+[eE][-+]?[0-9]{5}`
const MANY_DIGITS = '[0-9]{255}'
const HEX = '[0-9a-fA-F]'
const PAIR = String.raw`\\u[dD][89abAB]${HEX}{2}\\u[dD][c-fC-F]${HEX}{2}`

/**
 * Of the text of a document: 0 for one that jsonb holds if it is JSON, 1 for one that it does not, 2 for one that is too
 * deep to be looked at as JSON at all. Few texts are looked at twice.
 */
export function oddnessOf(text: string): string {
  const without = (sign: string): string => `octet_length(replace(${text}, '${sign}', ''))`
  const isNested = `octet_length(${text}) > ${2 * DEEPEST} AND 2 * octet_length(${text}) - ${without('[')} - ${without('{')} > ${DEEPEST}`
  const hasDigits = `octet_length(${text}) > ${SHORT} AND ${text} ~ ${quoteText(MANY_DIGITS)}`
  // What is soon said comes first: this is asked of every row that is read.
  const hasEscapes = `strpos(${text}, '\\u') > 0 AND ${text} ~ ${quoteText(HALF_OR_ZERO)}`
  const isLarge = `${text} ~ '[eE][-+]?[0-9]{5}' AND ${text} ~ ${quoteText(LARGE)}`
  const isSuspicious = [hasEscapes, isNested, hasDigits, isLarge].join(' OR ')
  // Behind a backslash that is escaped itself stand letters, and inside a text no numbers and no brackets.
  const plain = `regexp_replace(${text}, ${quoteText(String.raw`\\[^u]`)}, ' ', 'g')`
  const bare = `regexp_replace(plain, '"[^"]*"', '""', 'g')`
  const brackets = `unnest(string_to_array(regexp_replace(bare, '[^][{}]+', '', 'g'), NULL)) WITH ORDINALITY AS b(sign, place)`
  const depths = `SELECT sum(CASE WHEN sign IN ('[', '{') THEN 1 ELSE -1 END) OVER (ORDER BY place) AS depth FROM ${brackets}`
  const isOdd = `regexp_replace(plain, ${quoteText(PAIR)}, ' ', 'g') ~ ${quoteText(HALF_OR_ZERO)} OR bare ~ ${quoteText(`${LARGE}|${MANY_DIGITS}`)}`
  const looked = `SELECT CASE WHEN (SELECT max(depth) FROM (${depths}) AS d) > ${DEEPEST} THEN 2 WHEN ${isOdd} THEN 1 ELSE 0 END FROM (SELECT plain, ${bare} AS bare FROM (SELECT ${plain} AS plain OFFSET 0) AS p OFFSET 0) AS q`
  return `(CASE WHEN ${isSuspicious} THEN (${looked}) ELSE 0 END)`
}

const STRING = String.raw`"((?:[^"\\]|\\.)*)"`
const UNIT = String.raw`[^"\\\u0001-\u001f]|\\["\\/bfnrt]|\\u(?!0000|[dD][89a-fA-F])${HEX}{4}|${PAIR}`
const PIECES = String.raw`((?:${UNIT})+)|\\u${HEX}{4}`
const NUMBER =
  '(?<![0-9.eE+-])(-?(?:0|[1-9][0-9]{0,99})(?:[.][0-9]{1,99})?(?:[eE][-+]?[0-9]{1,3})?)(?![0-9.eE+-])'

/**
 * All that a user may be named by in such a document, wherever it stands, as a relation of one column `element`: its
 * numbers, its keys, its texts, and what stands in a text beside what cannot be read.
 */
export function atomsOf(text: string): string {
  const pieces = `SELECT CAST('"' || p.found[1] || '"' AS jsonb) AS element FROM regexp_matches(${text}, ${quoteText(STRING)}, 'g') AS s(found), regexp_matches(s.found[1], ${quoteText(PIECES)}, 'g') AS p(found) WHERE p.found[1] IS NOT NULL`
  const bare = `regexp_replace(${text}, ${quoteText(STRING)}, '""', 'g')`
  const numbers = `SELECT CAST(n.found[1] AS jsonb) FROM regexp_matches(${bare}, ${quoteText(NUMBER)}, 'g') AS n(found)`
  return `(${pieces} UNION ALL ${numbers})`
}
