/**
 * The words of a second SQL, near to PostgreSQL's: enough to see that shared statements are of no database. Arrays that
 * stand in others are read, and not written.
 */
import type { JsonDialect, SqlDialect } from '../../../adapters/sql/dialect.ts'
import type { MarkedProgram, MarkedSelector } from '../../../adapters/sql/marks.ts'
import { quoteName, quoteText, standard } from '../../../adapters/sql/standard.ts'
import type { JsonPath, Program, Selector } from '../../../src/program/program.ts'
import type { DatabaseSchema } from '../../../src/program/schema.ts'

export const secondDialect: SqlDialect = {
  ...standard,
  name: 'second',
  table: (name) => `"public".${quoteName(name)}`,
  kept: (value, column) => (column?.type ? `CAST(${value} AS ${column.type})` : value),

  list: (parameter, type = 'TEXT', alias = 'list') =>
    `(SELECT CAST(value AS ${type}) AS value FROM jsonb_array_elements_text(CAST(${parameter} AS jsonb)) AS element(value)) AS ${alias}`,
  placed: (parameter, type = 'TEXT', alias) => ({
    from: `(SELECT place - 1 AS place, CAST(value AS ${type}) AS value FROM jsonb_array_elements_text(CAST(${parameter} AS jsonb)) WITH ORDINALITY AS element(value, place)) AS ${alias}`,
    place: `${alias}.place`,
    value: `${alias}.value`,
  }),
  tuples(parameter, columns, place) {
    const values = columns.map(({ name, type = 'TEXT' }, index) => {
      const value = `CAST(element.value ->> ${index} AS ${type})`
      return name === undefined ? value : `${value} AS ${name}`
    })
    const all = place === undefined ? values : ['place - 1', ...values]
    return `SELECT ${all.join(', ')} FROM jsonb_array_elements(CAST(${parameter} AS jsonb)) WITH ORDINALITY AS element(value, place)`
  },

  binary: inBytes,
  asStored: (value) => inBytes(`CAST(${value} AS TEXT)`),
  inOtherType: (value) => `CAST(${value} AS TEXT)`,
  leavesMark: (text) => `${text} ~ '[^[:space:]]'`,
  contains: (value, part, fold, as) =>
    as === 'part'
      ? `position(${fold(part)} IN ${fold(value)}) > 0`
      : `${fold(part)} = ANY(regexp_split_to_array(${fold(value)}, '[^0-9A-Za-z_]+'))`,

  ids: {
    isHeld: (held, isLaterPage) =>
      `${held} IS NOT NULL${isLaterPage ? ` AND ${held} > @after` : ''}`,
    isHeldBehind: (held, prefix, isLaterPage) =>
      `starts_with(${held}, ${quoteText(prefix)})${isLaterPage ? ` AND ${held} > ${quoteText(prefix)} || @after` : ''}`,
    behind: (held, prefix) => `substr(${held}, ${prefix.length + 1})`,
  },
  json: jsonDialect(),
  layout: {
    table: (name) => `"public".${quoteName(name)}`,
    index: (name, table) => `${quoteName(name)} ON "public".${quoteName(table)}`,
    columnType: (type) =>
      `${type === 'integer' ? ' BIGINT' : ' TEXT COLLATE "C"'}${type.endsWith('?') ? '' : ' NOT NULL'}`,
    numberedKey: 'BIGINT PRIMARY KEY',
    ownNumber: 'id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
    keyed: '',
    idsAreJson: true,
  },
  rowKey: (table) => (table?.primaryKey.length ? table.primaryKey : ['ctid']),
  mark: markTypes,
}

function inBytes(text: string): string {
  return `${text} COLLATE "C"`
}

function jsonDialect(): JsonDialect {
  const value = (column: string, path: JsonPath): string => `(${column} #>> ${keys(path)})`
  const element: JsonDialect['element'] = (alias, path) => value(`${alias}.value`, path ?? [])
  const elements: JsonDialect['elements'] = (column, path, alias) => {
    const ways = partedAtArrays(path ?? [])
    return ways.map((way, depth) => {
      const own = depth === ways.length - 1 ? alias : `${alias}_${depth}`
      const array = `${depth === 0 ? column : `${alias}_${depth - 1}.value`} #> ${keys(way)}`
      return `jsonb_array_elements(CASE jsonb_typeof(${array}) WHEN 'array' THEN ${array} ELSE '[]' END) AS ${own}(value)`
    })
  }
  const stands = (column: string, path: JsonPath): string =>
    `${column} #> ${keys(path)} IS NOT NULL`
  return {
    value,
    element,
    elements,
    compared: (column, path, _, compare) => compare(value(column, path)),
    without: (column, paths, orElse) =>
      `CASE WHEN jsonb_typeof(${column}) IN ('object', 'array') THEN ${[column, ...paths.map(keys)].join(' #- ')} ELSE ${orElse} END`,
    replace: (column, path, held, isMeant) => {
      const place = keys(path)
      const written = `jsonb_set(${column}, ${place}, to_jsonb(CAST(${standard.literal(held)} AS TEXT)), FALSE)`
      const meant = isMeant === null ? stands(column, path) : isMeant(value(column, path))
      return `CASE WHEN ${meant} THEN ${written} ELSE ${column} END`
    },
    pull: (column, path, inside, isGone) => {
      const [array = ''] = elements(column, path, 'e')
      const kept = `(SELECT coalesce(jsonb_agg(e.value), '[]') FROM ${array} WHERE ${standard.isNotTrue(`(${isGone(element('e', inside))})`)})`
      const whole = path === null || path.length === 0
      return `CASE WHEN jsonb_typeof(${column} #> ${keys(path ?? [])}) = 'array' THEN ${whole ? kept : `jsonb_set(${column}, ${keys(path)}, ${kept})`} ELSE ${column} END`
    },
    holdsAny: (column, paths) => paths.map((path) => stands(column, path)).join(' OR '),
    differs: (column, path, held) =>
      standard.differs(value(column, path), `CAST(${standard.literal(held)} AS TEXT)`),
    stillNames: (column, { path, element: inside, isGone }) =>
      `EXISTS (SELECT 1 FROM ${elements(column, path, 'e').join(', ')} WHERE ${isGone(element('e', inside))})`,
    fact: (column) => `(CAST(${column} AS jsonb) ->> 'stepId')`,
  }
}

function keys(path: JsonPath): string {
  return quoteText(`{${path.map((key) => JSON.stringify(key ?? '')).join(',')}}`)
}

function partedAtArrays(path: JsonPath): readonly JsonPath[] {
  const at = path.indexOf(null)
  return at < 0 ? [path] : [path.slice(0, at), ...partedAtArrays(path.slice(at + 1))]
}

/** Lists of the user's values have the types of the user's columns. */
function markTypes(program: Program, { tables }: DatabaseSchema): MarkedProgram {
  const { table, fields } = program.user
  const columns = tables.find(({ name }) => name === table)?.columns ?? []
  const types = Object.fromEntries(
    Object.entries(fields).map(([field, column]) => [
      field,
      columns.find(({ name }) => name === column)?.type || 'TEXT',
    ]),
  )
  const mark = (selector: Selector): MarkedSelector => {
    const { target, locator } = selector
    if (target.kind === 'rows') {
      return { ...selector, target: { ...target, parents: target.parents.map(mark) } }
    }
    const isText = locator.path !== null || locator.each || target.form !== null
    return { ...selector, type: isText ? 'TEXT' : (types[target.field] ?? 'TEXT') }
  }
  return {
    ...program,
    user: { ...program.user, types },
    steps: program.steps.map((step) => ({
      ...step,
      ways: step.ways.map(mark),
      except: step.except.map(mark),
    })),
  }
}
