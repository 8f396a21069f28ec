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

/**
 * What the columns of a CREATE TABLE statement compare by, in upper case, by their names in lower case. Those that
 * compare byte by byte are left out.
 */
export function collationsIn(table: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  if (!/collate/i.test(table)) return found
  for (const definition of partsInBrackets(table)) {
    const [name = ''] = LEADING_NAME.exec(definition) ?? []
    const key = unquoted(name).toLowerCase()
    // Table constraints stand behind the columns, and may begin with a name that a column has.
    if (name === '' || found.has(key)) continue
    const rest = outsideBrackets(definition.slice(name.length))
    // Where it is said twice, the last one holds.
    const collation = unquoted([...rest.matchAll(COLLATION)].at(-1)?.[1] ?? BINARY).toUpperCase()
    found.set(key, collation)
  }
  return new Map([...found].filter(([, collation]) => collation !== BINARY))
}

/** What stands behind a column's name in a CREATE TABLE statement; `null` where it cannot be told. */
export function definitionOf(table: string, column: string): string | null {
  for (const definition of partsInBrackets(table)) {
    const [name = ''] = LEADING_NAME.exec(definition) ?? []
    if (name !== '' && unquoted(name).toLowerCase() === column.toLowerCase()) {
      return definition.slice(name.length)
    }
  }
  return null
}

/** The conditions of the CHECK constraints of a CREATE TABLE statement, those of columns and of the table. */
export function checksIn(table: string): readonly string[] {
  if (!/check/i.test(table)) return []
  return partsInBrackets(table).flatMap((part) => {
    const found: string[] = []
    let depth = 0
    let outside = ''
    let inside = ''
    for (const [token] of part.matchAll(TOKEN)) {
      if (token === ')') depth -= 1
      if (depth > 0) inside += token
      else if (token === ')' && /\bcheck\s*$/i.test(outside)) found.push(inside.trim())
      if (depth === 0) outside = token === ')' ? '' : outside + (token === '(' ? '' : token)
      if (token === '(') {
        if (depth === 0) inside = ''
        depth += 1
      }
    }
    return found
  })
}

/** Whether the statement has the keyword, outside of comments, texts and quoted names. */
export function hasWord(sql: string, word: string): boolean {
  const tokens = withoutComments(sql).matchAll(
    /"(?:[^"]|"")*"|'(?:[^']|'')*'|`[^`]*`|\[[^\]]*\]|\w+/g,
  )
  return [...tokens].some(([token]) => token.toUpperCase() === word)
}

/** Whether a condition mentions the name, whatever quotes it stands in. */
export function mentionsName(condition: string, name: string): boolean {
  const wanted = name.toLowerCase()
  const names = condition.matchAll(
    /"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|'(?:[^']|'')*'|[\w$\u0080-\uffff]+/g,
  )
  return [...names].some(
    ([text]) => !text.startsWith("'") && unquoted(text).toLowerCase() === wanted,
  )
}

const BINARY = 'BINARY'
const LEADING_NAME = new RegExp(`^${NAME}`)
const COLLATION = new RegExp(`\\bCOLLATE\\s+(${NAME})`, 'gi')

/** Without comments, texts and what stands in brackets, which may speak of collations of its own. */
function outsideBrackets(sql: string): string {
  let depth = 0
  let text = ''
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token === ')') depth -= 1
    // A text behind COLLATE is a name.
    else if (depth === 0 && (!token.startsWith("'") || /\bcollate\s*$/i.test(text))) {
      text += token === '(' ? ' ' : token
    }
    if (token === '(') depth += 1
  }
  return text
}

export function withoutComments(sql: string): string {
  return sql.replaceAll(TOKEN, (token) => (/^(--|\/\*)/.test(token) ? ' ' : token))
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|'(?:[^']|'')*'|`(?:[^`]|``)*`|\[[^\]]*\]|[\s\S]/g
