/**
 * What still stands in a document once it should be gone: read from JSON of any form, and from what is none.
 *
 * @module
 */
import type { JsonPath } from '../../../src/program/program.ts'
import type { Pulled } from '../../sql/dialect.ts'
import { elementSql, isDocument, isJson } from './json-sql.ts'
import { jsonPath, quoteText } from './literals.ts'

/**
 * Whether anything stands at one of the paths, behind arrays that they do not open too, and behind keys that stand
 * there twice. Read from JSON of any form; of what is no document something is always left.
 */
export function standsAtAny(document: string, paths: readonly JsonPath[]): string {
  const walk = `EXISTS (${walkSql(document, 'p.value')} SELECT 1 FROM w WHERE place = json_array_length(p.value))`
  const found = `EXISTS (SELECT 1 FROM json_each(${quoteText(JSON.stringify(paths))}) AS p WHERE ${walk})`
  const whens = [`${document} IS NULL THEN 0`, `${holdsNone(document, paths)} THEN 0`]
  // A condition behind WHEN is left as soon as it is decided; one behind THEN is gone through to its end.
  return `CASE ${whens.map((one) => `WHEN ${one}`).join(' ')} WHEN ${isDocument(document)} THEN ${found} ELSE 1 END`
}

/**
 * Whether the value is JSON text in which surely nothing stands at any of the paths. The walk is long, and most
 * documents do not even have the keys: this is asked of every row, so it is quick.
 */
function holdsNone(document: string, paths: readonly JsonPath[]): string {
  const keys = paths.map((path) => path.filter((key) => key !== null))
  if (keys.some(({ length }) => length === 0)) return '0'
  const isAtRoot = paths.map((path) => path.length === 1)
  const found = keys.map((own, place) => {
    const [key = ''] = own
    if (isAtRoot[place]) return `json_type(${document}, ${jsonPath([key])}) IS NOT NULL`
    // A key on the way may stand there twice, so it is looked for in the text. The last one is the rarest.
    return own
      .toReversed()
      .map((one) => holdsKey(document, one))
      .join(' AND ')
  })
  const mayStand = [
    // A key may be written with escapes.
    ...[`instr(${document}, '\\')`, `instr(${document}, char(0))`],
    ...(isAtRoot.includes(true) ? [`json_type(${document}) <> 'object'`] : []),
    ...new Set(found),
  ]
  return `json_valid(${document}) AND typeof(${document}) = 'text' AND NOT (${mayStand.join(' OR ')})`
}

/** Whether the text has the key, and not just a value that is spelt like it. */
function holdsKey(document: string, key: string): string {
  const text = `"${key}"`
  const pattern = `*${text.replaceAll(/[*?[]/g, '[$&]')}[: \t\r\n]*`
  return `instr(${document}, ${quoteText(text)}) AND ${document} GLOB ${quoteText(pattern)}`
}

/**
 * Whether what was to leave an array still stands there: in the array, in a text, an object or a plain value that is
 * in its place, and in arrays that the path does not reach, behind others or behind a key that stands there twice.
 */
export function standsForList(document: string, pulled: Pulled): string {
  const { path, element, isGone, isNamedIn } = pulled
  const walk = walkSql(document, quoteText(JSON.stringify(path ?? [])))
  const inside = `SELECT 1 FROM json_tree(w.value) AS i WHERE ${isAtom('i')} AND ${isGone('i.atom')} OR typeof(i.key) = 'text' AND ${isGone('i.key')}`
  const list = `SELECT 1 FROM json_each(w.value) AS i WHERE ${isGone(elementSql('i', element))}`
  const held = `CASE w.type WHEN 'array' THEN EXISTS (${list}) WHEN 'object' THEN EXISTS (${inside}) WHEN 'text' THEN ${isNamedIn('w.value')} ELSE w.type IN ('integer', 'real') AND ${isGone('w.value')} END`
  const found = `EXISTS (${walk} SELECT 1 FROM w WHERE (w.place = ${(path ?? []).length} OR w.isRoot AND w.type NOT IN ('array', 'object')) AND ${held})`
  return `CASE WHEN ${document} IS NULL THEN 0 WHEN ${isJson(document)} THEN ${found} ELSE ${isNamedIn(document)} END`
}

/** Everything on the way along a path, behind arrays that it does not open and keys that stand there twice too. */
function walkSql(document: string, path: string): string {
  const step = `json_extract(${path}, '$[' || w.place || ']')`
  const root = `CASE WHEN json_type(${document}) IN ('array', 'object') THEN ${document} ELSE json_extract(${document}, '$') END`
  return `WITH RECURSIVE w(value, type, place, isRoot) AS (SELECT ${root}, json_type(${document}), 0, 1 UNION ALL SELECT e.value, e.type, w.place + (w.type = 'object' OR ${step} IS NULL), 0 FROM w, json_each(w.value) AS e WHERE w.place < json_array_length(${path}) AND w.type IN ('array', 'object') AND (w.type = 'array' OR e.key = ${step}))`
}

/** Whether a row of \`json_each\` or \`json_tree\` is of a text or a number. */
function isAtom(alias: string): string {
  return `${alias}.type IN ('text', 'integer', 'real')`
}
