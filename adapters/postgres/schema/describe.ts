/**
 * The live schema, from the catalogue: tables of one schema with their columns, keys, indexes and triggers, and those
 * of others that the database changes along with them.
 *
 * @module
 */
import { keyOf } from '../../../src/program/rows/key-of.ts'
import type {
  CheckSchema,
  ColumnSchema,
  DatabaseSchema,
  ForeignKey,
  ForeignKeyAction,
  IndexSchema,
  Privilege,
  TableSchema,
  TriggerSchema,
} from '../../../src/program/schema.ts'
import type { Session } from '../server/session.ts'
import type { TablePlace } from '../sql/tables.ts'
import { columnKind, isAnyCase } from '../sql/types.ts'
import { COLUMNS, CONSTRAINTS, INDEXES, NAMES, STAMP, TRIGGERS } from './catalogue.ts'
import { indexKey } from './index-key.ts'

export interface Place {
  readonly schema: string
  /** The engine's own tables. */
  readonly own: readonly string[]
}

/** Changes with every change of the schema that a policy may depend on; not with statistics. */
export async function schemaStamp(session: Session, place: Place): Promise<string> {
  const [row] = await session.rows(STAMP, parametersOf(place))
  return String(row?.[0])
}

function parametersOf({ schema, own }: Place): Readonly<Record<string, unknown>> {
  return { schema, own: JSON.stringify(own) }
}

export interface Described {
  readonly schema: DatabaseSchema
  /** The first column of a constraint, by table and name. */
  columnOf(table: string, constraint: string): string | undefined
  /** Tables of which row security may hide rows from this role. */
  readonly hiding: ReadonlySet<string>
  /** Where a table is that is described. */
  placeOf(name: string): TablePlace | undefined
}

export async function describeDatabase(session: Session, place: Place): Promise<Described> {
  const stamp = await schemaStamp(session, place)
  const read = (sql: string) => session.rows(sql, parametersOf(place))
  const names = await read(NAMES)
  const nameOf = namesIn(place, names)
  const columns = grouped(await read(COLUMNS), columnSchema)
  const constraints = grouped(await read(CONSTRAINTS), (row) => constraintOf(row, nameOf))
  const indexes = grouped(await read(INDEXES), indexOf)
  const triggers = grouped(await read(TRIGGERS), triggersOf)
  const [[role] = []] = await session.rows(
    "SELECT pg_catalog.current_setting('session_replication_role')",
  )
  const nameAt = new Map(names.map(([oid, table, schema]) => [String(oid), nameOf(schema, table)]))
  const byName = new Map<string, string>()
  const places = new Map<string, TablePlace>()
  const hiding = new Set<string>()
  const tables = names.map(([oid, ownName, schema, kind, rows, hides, ...more]) => {
    const [mayDelete, mayLock, hasHeirs, links] = more
    const name = nameOf(schema, ownName)
    places.set(name, {
      ...{ schema: String(schema), table: String(ownName) },
      hasHeirs: hasHeirs === true && kind !== 'p',
      isPartitioned: kind === 'p',
    })
    if (hides === true) hiding.add(name)
    const own = constraints.get(oid) ?? []
    for (const { constraint, columns: [first] = [] } of own) {
      if (first !== undefined) byName.set(`${name} ${constraint}`, first)
    }
    return {
      ...{ name, kind: KINDS[String(kind)] ?? 'table', columns: columns.get(oid) ?? [] },
      ...keysOf(own, indexes.get(oid) ?? []),
      triggers: (triggers.get(oid) ?? []).flat(),
      ...(kind === 'm' ? { keepsRows: true as const } : {}),
      ...(Number(rows) >= 0 ? { rows: Number(rows) } : {}),
      ...(hides === true ? { hidesRows: true as const } : {}),
      ...refusedBy({ delete: mayDelete, lock: mayLock }),
      ...(schema === place.schema
        ? {}
        : { elsewhere: listOf(links).flatMap((link) => nameAt.get(link) ?? []) }),
    } satisfies TableSchema
  })
  return {
    schema: { stamp, tables: tables.map(withKeyless), foreignKeysEnforced: role !== 'replica' },
    columnOf: (table, constraint) => byName.get(`${table} ${constraint}`),
    hiding,
    placeOf: (name) => places.get(name),
  }
}

const KINDS: Readonly<Record<string, TableSchema['kind']>> = {
  ...{ r: 'table', p: 'table', v: 'view', m: 'view', f: 'foreign' },
}

type NameOf = (schema: unknown, table: unknown) => string

/** Of another schema with that before it; quoted where a table of the schema reads so. */
function namesIn(place: Place, names: readonly Row[]): NameOf {
  const own = new Set(
    names.flatMap(([, table, schema]) => (schema === place.schema ? [table] : [])),
  )
  return (schema, table) => {
    if (schema === place.schema) return String(table)
    const name = `${String(schema)}.${String(table)}`
    return own.has(name) ? JSON.stringify(name) : name
  }
}

/** Unless a column or several tell its rows apart. */
function withKeyless(table: TableSchema): TableSchema {
  return table.kind !== 'table' || keyOf(table).length > 0 ? table : { ...table, keyless: true }
}

type Row = readonly unknown[]

/** By the table, whose object id stands first. */
function grouped<T>(rows: readonly Row[], make: (row: Row) => T): ReadonlyMap<unknown, T[]> {
  const groups = new Map<unknown, T[]>()
  for (const [table, ...row] of rows) {
    const own = groups.get(table) ?? []
    own.push(make(row))
    groups.set(table, own)
  }
  return groups
}

function refusedBy(
  may: Readonly<Record<'delete' | 'lock', unknown>>,
): Pick<TableSchema, 'refuses'> {
  const refuses = (['delete', 'lock'] as const).filter((what) => may[what] !== true)
  return refuses.length === 0 ? {} : { refuses }
}

const PRIVILEGES: readonly Privilege[] = ['select', 'update', 'insert']

function columnSchema(row: Row): ColumnSchema {
  const [name, type, isRequired, hasDefault, isGenerated, collation, labels, readsJson, ...may] =
    row
  const [, longest] = /^character(?: varying)?\((\d+)\)$/.exec(String(type)) ?? []
  const refuses = PRIVILEGES.filter((_, index) => may[index] !== true)
  // Citext compares letters in either case by its type alone.
  const byType = isAnyCase(String(type)) ? String(type) : null
  const compares = typeof collation === 'string' ? collation : byType
  return {
    name: String(name),
    type: String(type),
    nullable: isRequired !== true,
    ...(hasDefault === true ? { hasDefault: true } : {}),
    generated: isGenerated === true,
    ...(compares === null ? {} : { collation: compares }),
    ...(readsJson === true ? { readsJson: true } : {}),
    ...(readsJson === true || type === 'json' ? { mayBeUnread: true } : {}),
    ...(longest === undefined ? {} : { longest: Number(longest) }),
    holds: labels === null ? columnKind(String(type)) : { oneOf: listOf(labels) },
    ...(refuses.length === 0 ? {} : { refuses }),
  }
}

function keysOf(
  own: readonly Constraint[],
  found: readonly Index[],
): Pick<
  TableSchema,
  'primaryKey' | 'uniqueKeys' | 'nullKeys' | 'foreignKeys' | 'indexes' | 'checks'
> {
  const unique = found.filter((index) => index.schema.unique && index.isPlain)
  const primary = own.find(({ type }) => type === 'p')?.columns ?? []
  const nullKeys = unique.filter((index) => index.takesNullOnce)
  const checks = own.flatMap(({ check }) => check ?? [])
  return {
    primaryKey: primary,
    uniqueKeys: unique
      .map(({ schema }) => schema.keys)
      .filter((keys) => keys.join('\0') !== primary.join('\0')),
    ...(nullKeys.length === 0
      ? {}
      : { nullKeys: nullKeys.map(({ schema }) => ({ keys: schema.keys, missing: false })) }),
    foreignKeys: own.flatMap(({ reference }) => reference ?? []),
    indexes: found.map(({ schema }) => schema),
    ...(checks.length === 0 ? {} : { checks }),
  }
}

interface Constraint {
  readonly constraint: string
  readonly type: unknown
  readonly columns: readonly string[]
  readonly reference?: ForeignKey
  readonly check?: CheckSchema
}

function constraintOf(row: Row, nameOf: NameOf): Constraint {
  const [name, type, own, table, schema, theirs, onDelete, onUpdate, condition] = row
  const columns = listOf(own)
  const constraint = { constraint: String(name), type, columns }
  if (type === 'c') return { ...constraint, check: { condition: String(condition), columns } }
  if (type !== 'f') return constraint
  const references = { table: nameOf(schema, table), columns: listOf(theirs) }
  return {
    ...constraint,
    reference: {
      ...{ columns, references, onDelete: ACTIONS[String(onDelete)] ?? 'no_action' },
      onUpdate: ACTIONS[String(onUpdate)] ?? 'no_action',
    },
  }
}

const ACTIONS: Readonly<Record<string, ForeignKeyAction>> = {
  ...{ a: 'no_action', r: 'restrict', c: 'cascade', n: 'set_null', d: 'set_default' },
}

function listOf(json: unknown): readonly string[] {
  return json === null ? [] : (JSON.parse(String(json)) as readonly string[])
}

interface Index {
  readonly schema: IndexSchema
  /** Of columns alone, and of all rows. */
  readonly isPlain: boolean
  readonly takesNullOnce: boolean
}

function indexOf([name, keys, unique, partial, isPlain, takesNullOnce]: Row): Index {
  return {
    schema: {
      ...{ name: String(name), keys: listOf(keys).map(indexKey), partial: partial === true },
      ...(unique === true ? { unique: true } : {}),
    },
    isPlain: isPlain === true,
    takesNullOnce: takesNullOnce === true,
  }
}

function triggersOf([
  name,
  insert,
  update,
  remove,
  columns,
  isRule,
]: Row): readonly TriggerSchema[] {
  const own = {
    ...{ name: String(name), columns: null },
    ...(isRule === true ? { kind: 'rule' as const } : {}),
  }
  return [
    ...(insert === true ? [{ ...own, event: 'insert' as const }] : []),
    ...(update === true
      ? [{ ...own, event: 'update' as const, columns: columns === null ? null : listOf(columns) }]
      : []),
    ...(remove === true ? [{ ...own, event: 'delete' as const }] : []),
  ]
}
