/**
 * Questions for records, and writes of records, as statements.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import type { RecordWrite } from '../../../src/store/change.ts'
import type { RecordCondition, RecordQuestion } from '../../../src/store/inquiry.ts'
import { RECORD_TABLES, type RecordTable } from '../../../src/store/record-tables.ts'
import type { SqlDialect } from '../dialect.ts'
import { jsonText } from '../json-text.ts'
import { columnOf, columnValue, fieldsOf, idValue, typeOf } from './record-values.ts'

/** A dialect, and the engine's own tables as statements name them. */
export interface RecordScene {
  readonly dialect: SqlDialect
  readonly own: Readonly<Record<RecordTable, string>>
}

export interface RecordStatement {
  readonly sql: string
  readonly parameters: Readonly<Record<string, unknown>>
  /** Run once for each of these lists, which stand in the place of question marks. */
  readonly each?: Iterable<readonly unknown[]>
  /** The statement has to change exactly one row. */
  readonly orElse?: 'lease_lost'
}

/** Selects the columns of records in the order of their fields. */
export function selectRecords(scene: RecordScene, question: RecordQuestion): RecordStatement {
  const { table, newestOf, descending, after, limit } = question
  const { key } = RECORD_TABLES[table]
  const order: readonly string[] = question.order ?? key
  const { conditions, parameters } = conditionsOf(scene, table, question.where ?? [])
  const chosen = [...conditions]
  if (newestOf !== undefined) {
    const [last = ''] = key.slice(-1).map(columnOf)
    const others = key.slice(0, -1).map(columnOf)
    // One of the columns that are selected, where the key has several.
    const group = columnOf(newestOf)
    const own = `SELECT ${[...others, `max(${last})`].join(', ')} FROM ${scene.own[table]}${whereOf(conditions)} GROUP BY ${group}`
    chosen.splice(0, chosen.length, `${tuple([...others, last])} IN (${own})`)
  }
  if (after !== undefined) {
    const places = after.map((_, place) => `@after${place}`)
    chosen.push(`${tuple(order.map(columnOf))} > ${tuple(places)}`)
    for (const [place, value] of after.entries()) parameters[`after${place}`] = value
  }
  if (limit !== undefined) parameters['limit'] = limit
  const columns = fieldsOf(table).map(columnOf).join(', ')
  const direction = descending ? ' DESC' : ''
  const ordered = order.map((field) => `${columnOf(field)}${direction}`).join(', ')
  return {
    sql: `SELECT ${columns} FROM ${scene.own[table]}${whereOf(chosen)} ORDER BY ${ordered}${limit === undefined ? '' : ' LIMIT @limit'}`,
    parameters,
  }
}

/** The statements of a write, in order. */
export function writeStatements(
  scene: RecordScene,
  write: RecordWrite,
): readonly RecordStatement[] {
  switch (write.kind) {
    case 'insert':
      return write.records.length === 0 ? [] : [insertSql(scene, write.table, write.records)]
    case 'put':
      return putStatements(scene, write.table, write.record)
    case 'patch':
      return [patchSql(scene, write)]
    case 'remove':
      return [removeSql(scene, write.table, write.where, write.orElse)]
    case 'move':
      return moveStatements(scene, write)
  }
}

function insertSql(
  scene: RecordScene,
  table: RecordTable,
  records: readonly object[],
): RecordStatement {
  const fields = fieldsOf(table)
  const places = fields.map(() => '?').join(', ')
  return {
    sql: `INSERT INTO ${scene.own[table]} (${fields.map(columnOf).join(', ')}) VALUES (${places})`,
    parameters: {},
    each: records.map((record) => valuesOf(scene, table, fields, record)),
  }
}

/** A key of one column finds the row that is there; one of several may hold nulls, which are nobody's conflict in SQL. */
function putStatements(
  scene: RecordScene,
  table: RecordTable,
  record: object,
): readonly RecordStatement[] {
  const { key } = RECORD_TABLES[table]
  const insert = insertSql(scene, table, [record])
  const [only] = key
  if (only !== undefined && key.length === 1) {
    const others = fieldsOf(table).filter((field) => field !== only)
    const set = others.map(columnOf).map((column) => `${column} = excluded.${column}`)
    return [
      {
        ...insert,
        sql: `${insert.sql} ON CONFLICT (${columnOf(only)}) DO UPDATE SET ${set.join(', ')}`,
      },
    ]
  }
  const where = key.map((field) => ({ field, in: [Reflect.get(record, field)] }))
  return [removeSql(scene, table, where as readonly AnyCondition[], undefined), insert]
}

function patchSql(
  scene: RecordScene,
  { table, where, set, orElse }: Extract<RecordWrite, { kind: 'patch' }>,
): RecordStatement {
  const { conditions, parameters } = conditionsOf(scene, table, where)
  const fields = Object.keys(set)
  for (const field of fields) {
    parameters[`set_${field}`] = columnValue(
      scene.dialect.layout,
      table,
      field,
      Reflect.get(set, field),
    )
  }
  const assignments = fields.map((field) => `${columnOf(field)} = @set_${field}`)
  return {
    sql: `UPDATE ${scene.own[table]} SET ${assignments.join(', ')}${whereOf(conditions)}`,
    parameters,
    ...(orElse === undefined ? {} : { orElse }),
  }
}

function removeSql(
  scene: RecordScene,
  table: RecordTable,
  where: readonly AnyCondition[],
  orElse: 'lease_lost' | undefined,
): RecordStatement {
  const { conditions, parameters } = conditionsOf(scene, table, where)
  return {
    sql: `DELETE FROM ${scene.own[table]}${whereOf(conditions)}`,
    parameters,
    ...(orElse === undefined ? {} : { orElse }),
  }
}

function moveStatements(
  scene: RecordScene,
  { from, to, where }: Extract<RecordWrite, { kind: 'move' }>,
): readonly RecordStatement[] {
  const { conditions, parameters } = conditionsOf(scene, from, where)
  const columns = fieldsOf(to).map(columnOf).join(', ')
  const key = RECORD_TABLES[to].key.map(columnOf).join(', ')
  return [
    {
      sql: `INSERT INTO ${scene.own[to]} (${columns}) SELECT ${columns} FROM ${scene.own[from]}${whereOf(conditions)} ORDER BY ${key}`,
      parameters,
    },
    removeSql(scene, from, where, undefined),
  ]
}

type AnyCondition = RecordCondition<Readonly<Record<string, unknown>>>

function conditionsOf(
  { dialect }: RecordScene,
  table: RecordTable,
  where: readonly AnyCondition[],
): { readonly conditions: readonly string[]; readonly parameters: Record<string, unknown> } {
  const parameters: Record<string, unknown> = {}
  const conditions = where.map((condition, place) => {
    const column = columnOf(condition.field)
    const name = `p${place}`
    if ('in' in condition) {
      const hasNull = condition.in.includes(null)
      const given = hasNull ? condition.in.filter((value) => value !== null) : condition.in
      const values = idsIn(dialect, table, condition.field, given)
      const parts = hasNull ? [`${column} IS NULL`] : []
      if (values.length === 1) {
        parameters[name] = values[0]
        parts.push(`${column} = @${name}`)
      } else if (values.length > 1) {
        parameters[name] = listed(values)
        parts.push(
          `${column} IN (SELECT value FROM ${dialect.list(`@${name}`, listType(table, condition.field))})`,
        )
      }
      if (parts.length === 0) return '1 = 0'
      return parts.length === 1 ? String(parts[0]) : `(${parts.join(' OR ')})`
    }
    if ('startsWith' in condition) {
      parameters[name] = condition.startsWith
      return `substr(${column}, 1, length(@${name})) = @${name}`
    }
    if ('fact' in condition) {
      parameters[name] = condition.fact
      return `${dialect.json.fact(column)} = @${name}`
    }
    if ('above' in condition) {
      parameters[name] = condition.above
      return `${column} > @${name}`
    }
    if ('from' in condition) {
      parameters[name] = condition.from
      return `${column} >= @${name}`
    }
    parameters[name] = condition.upTo
    const isUpTo = `${column} <= @${name}`
    return condition.orNull ? `(${column} IS NULL OR ${isUpTo})` : isUpTo
  })
  return { conditions, parameters }
}

/** Values of an id field as its column holds them. */
function idsIn(
  { layout }: SqlDialect,
  table: RecordTable,
  field: string,
  values: readonly unknown[],
): readonly unknown[] {
  const isId = layout.idsAreJson && typeOf(table, field).startsWith('id')
  return isId ? values.map((value) => idValue(layout, value)) : values
}

function listType(table: RecordTable, field: string): string | undefined {
  return typeOf(table, field) === 'integer' ? 'BIGINT' : undefined
}

/** The ids of one slice are listed for several statements. */
const listed: (values: readonly unknown[]) => string = once(jsonText)

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? String(parts[0]) : `(${parts.join(', ')})`
}

function valuesOf(
  { dialect }: RecordScene,
  table: RecordTable,
  fields: readonly string[],
  record: object,
): readonly unknown[] {
  return fields.map((field) =>
    columnValue(dialect.layout, table, field, Reflect.get(record, field)),
  )
}
