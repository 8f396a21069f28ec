/**
 * Reads the little that the catalogue tells only as SQL text.
 *
 * @module
 */

/** A name, quoted or not, as the source of a regular expression. */
export const NAME =
  '(?:"(?:[^"]|"")*"|\\[[^\\]]*\\]|`(?:[^`]|``)*`|\'(?:[^\']|\'\')*\'|[^\\s.,()]+)'

/** A name without its quotes. */
export function unquoted(text: string): string {
  const value = text.trim()
  const [first = ''] = value
  if (first === '[') return value.slice(1, -1)
  if (!`"'\``.includes(first) || first === '') return value
  return value.slice(1, -1).replaceAll(`${first}${first}`, first)
}

/** Parts of the first pair of brackets, split at the commas that stand in no brackets and quotes of their own. */
export function partsInBrackets(sql: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const [token] of withoutComments(sql).matchAll(TOKEN)) {
    if (token === ')') depth -= 1
    if (depth === 0 && token === ')') break
    if (depth === 1 && token === ',') {
      parts.push(part.trim())
      part = ''
    } else if (depth > 0) part += token
    if (token === '(') depth += 1
  }
  return [...parts, part.trim()]
}

export function withoutComments(sql: string): string {
  return sql.replaceAll(TOKEN, (token) => (/^(--|\/\*)/.test(token) ? ' ' : token))
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[\s\S]/g
