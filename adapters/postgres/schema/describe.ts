/**
 * The live schema, from the catalogue: tables of one schema with their columns, keys, indexes and triggers.
 *
 * @module
 */
import type {
  CheckSchema,
  ColumnSchema,
  DatabaseSchema,
  ForeignKey,
  ForeignKeyAction,
  IndexSchema,
  TableSchema,
  TriggerSchema,
} from '../../../src/program/schema.ts'
import type { Session } from '../server/session.ts'

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

const TABLES = `SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = @schema AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relname NOT IN (SELECT jsonb_array_elements_text(CAST(@own AS jsonb)))`

const STAMP = `WITH tables AS (${TABLES}) SELECT md5(string_agg(part, ',' ORDER BY part)) || current_setting('session_replication_role') || ' ' || current_user FROM (SELECT concat_ws(' ', 'c', c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity) AS part FROM pg_catalog.pg_class AS c WHERE c.oid IN (SELECT oid FROM tables) UNION ALL SELECT concat_ws(' ', 'a', a.attrelid, a.attnum, a.xmin) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid IN (SELECT oid FROM tables) UNION ALL SELECT concat_ws(' ', 'k', k.oid, k.xmin) FROM pg_catalog.pg_constraint AS k WHERE k.conrelid IN (SELECT oid FROM tables) UNION ALL SELECT concat_ws(' ', 'i', i.indexrelid, i.indisvalid) FROM pg_catalog.pg_index AS i WHERE i.indrelid IN (SELECT oid FROM tables) UNION ALL SELECT concat_ws(' ', 't', t.oid, t.xmin) FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid IN (SELECT oid FROM tables) AND NOT t.tgisinternal UNION ALL SELECT concat_ws(' ', 'r', r.oid, r.xmin) FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class IN (SELECT oid FROM tables) UNION ALL SELECT '') AS parts`

function parametersOf({ schema, own }: Place): Readonly<Record<string, unknown>> {
  return { schema, own: JSON.stringify(own) }
}

export interface Described {
  readonly schema: DatabaseSchema
  /** The first column of a constraint, by table and name. */
  columnOf(table: string, constraint: string): string | undefined
  /** Tables of which row security may hide rows from this role. */
  readonly hiding: ReadonlySet<string>
}

export async function describeDatabase(session: Session, place: Place): Promise<Described> {
  const stamp = await schemaStamp(session, place)
  const parameters = parametersOf(place)
  const read = (sql: string) => session.rows(`WITH tables AS (${TABLES}) ${sql}`, parameters)
  const names = await read(
    'SELECT c.oid, c.relname, c.relkind, c.reltuples FROM pg_catalog.pg_class AS c WHERE c.oid IN (SELECT oid FROM tables) ORDER BY c.relname',
  )
  const hiding = await read(
    'SELECT c.relname FROM pg_catalog.pg_class AS c WHERE c.oid IN (SELECT oid FROM tables) AND c.relrowsecurity AND pg_catalog.row_security_active(c.oid)',
  )
  const columns = grouped(await read(COLUMNS), columnSchema)
  const constraints = grouped(await read(CONSTRAINTS), (row) => constraintOf(row, place))
  const indexes = grouped(await read(INDEXES), indexOf)
  const triggers = grouped(await read(TRIGGERS), triggersOf)
  const [[role] = []] = await session.rows(
    "SELECT pg_catalog.current_setting('session_replication_role')",
  )
  const byName = new Map<string, string>()
  const tables = names.map(([oid, name, kind, rows]): TableSchema => {
    const own = constraints.get(oid) ?? []
    for (const { constraint, columns: [first] = [] } of own) {
      if (first !== undefined) byName.set(`${String(name)} ${constraint}`, first)
    }
    const found = indexes.get(oid) ?? []
    const unique = found.filter((index) => index.schema.unique && index.isPlain)
    const primary = own.find(({ type }) => type === 'p')?.columns ?? []
    const others = unique
      .map(({ schema }) => schema.keys)
      .filter((keys) => keys.join('\0') !== primary.join('\0'))
    const nullKeys = unique.filter((index) => index.takesNullOnce)
    const checks = own.flatMap(({ check }) => check ?? [])
    return {
      name: String(name),
      kind: KINDS[String(kind)] ?? 'table',
      columns: columns.get(oid) ?? [],
      primaryKey: primary,
      uniqueKeys: others,
      ...(nullKeys.length === 0
        ? {}
        : { nullKeys: nullKeys.map(({ schema }) => ({ keys: schema.keys, missing: false })) }),
      foreignKeys: own.flatMap(({ reference }) => reference ?? []),
      triggers: (triggers.get(oid) ?? []).flat(),
      indexes: found.map(({ schema }) => schema),
      ...(Number(rows) >= 0 ? { rows: Number(rows) } : {}),
      ...(checks.length === 0 ? {} : { checks }),
    }
  })
  return {
    schema: { stamp, tables, foreignKeysEnforced: role !== 'replica' },
    columnOf: (table, constraint) => byName.get(`${table} ${constraint}`),
    hiding: new Set(hiding.map(([name]) => String(name))),
  }
}

const KINDS: Readonly<Record<string, TableSchema['kind']>> = {
  ...{ r: 'table', p: 'table', v: 'view', m: 'view', f: 'virtual' },
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

const COLUMNS = `SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a', (SELECT upper(l.collname) FROM pg_catalog.pg_collation AS l WHERE l.oid = a.attcollation AND NOT l.collisdeterministic) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid IN (SELECT oid FROM tables) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`

function columnSchema([
  name,
  type,
  isRequired,
  hasDefault,
  isGenerated,
  collation,
]: Row): ColumnSchema {
  return {
    name: String(name),
    type: String(type),
    nullable: isRequired !== true,
    ...(hasDefault === true ? { hasDefault: true } : {}),
    generated: isGenerated === true,
    ...(typeof collation === 'string' ? { collation } : {}),
  }
}

const NAMES_OF = (table: string, columns: string): string =>
  `(SELECT CAST(json_agg(a.attname ORDER BY n.place) AS text) FROM unnest(${columns}) WITH ORDINALITY AS n(number, place) JOIN pg_catalog.pg_attribute AS a ON a.attrelid = ${table} AND a.attnum = n.number)`

const CONSTRAINTS = `SELECT k.conrelid, k.conname, k.contype, ${NAMES_OF('k.conrelid', 'k.conkey')}, f.relname, fn.nspname, ${NAMES_OF('k.confrelid', 'k.confkey')}, k.confdeltype, k.confupdtype, CASE k.contype WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid) END FROM pg_catalog.pg_constraint AS k LEFT JOIN pg_catalog.pg_class AS f ON f.oid = k.confrelid LEFT JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace WHERE k.conrelid IN (SELECT oid FROM tables) AND k.contype IN ('p', 'u', 'f', 'c', 'x') ORDER BY k.conrelid, k.conname`

interface Constraint {
  readonly constraint: string
  readonly type: unknown
  readonly columns: readonly string[]
  readonly reference?: ForeignKey
  readonly check?: CheckSchema
}

function constraintOf(row: Row, place: Place): Constraint {
  const [name, type, own, table, schema, theirs, onDelete, onUpdate, condition] = row
  const columns = listOf(own)
  const constraint = { constraint: String(name), type, columns }
  if (type === 'c') return { ...constraint, check: { condition: String(condition), columns } }
  if (type !== 'f') return constraint
  const references = {
    table: schema === place.schema ? String(table) : `${String(schema)}.${String(table)}`,
    columns: listOf(theirs),
  }
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

const INDEXES = `SELECT i.indrelid, x.relname, (SELECT CAST(json_agg(coalesce(a.attname, pg_get_indexdef(i.indexrelid, CAST(n.place AS integer), TRUE)) ORDER BY n.place) AS text) FROM unnest(i.indkey) WITH ORDINALITY AS n(number, place) LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = n.number AND n.number > 0 WHERE n.place <= i.indnkeyatts), i.indisunique, i.indpred IS NOT NULL, i.indexprs IS NULL AND i.indpred IS NULL AND i.indimmediate, coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'true' FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = x.relam WHERE i.indrelid IN (SELECT oid FROM tables) AND i.indisvalid AND m.amname IN ('btree', 'hash') ORDER BY i.indrelid, x.relname`

interface Index {
  readonly schema: IndexSchema
  /** Of columns alone, and of all rows. */
  readonly isPlain: boolean
  readonly takesNullOnce: boolean
}

function indexOf([name, keys, unique, partial, isPlain, takesNullOnce]: Row): Index {
  return {
    schema: {
      ...{ name: String(name), keys: listOf(keys), partial: partial === true },
      ...(unique === true ? { unique: true } : {}),
    },
    isPlain: isPlain === true,
    takesNullOnce: takesNullOnce === true,
  }
}

/** Rules act by themselves too. */
const TRIGGERS = `SELECT t.tgrelid, t.tgname, t.tgtype & 4 > 0, t.tgtype & 16 > 0, t.tgtype & 8 > 0, (SELECT CAST(json_agg(a.attname ORDER BY a.attnum) AS text) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.tgrelid AND a.attnum = ANY(t.tgattr)) FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid IN (SELECT oid FROM tables) AND NOT t.tgisinternal AND t.tgenabled <> 'D' UNION ALL SELECT r.ev_class, r.rulename, r.ev_type = '3', r.ev_type = '2', r.ev_type = '4', NULL FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class IN (SELECT oid FROM tables) AND r.rulename <> '_RETURN' AND r.ev_enabled <> 'D'`

function triggersOf([name, insert, update, remove, columns]: Row): readonly TriggerSchema[] {
  const own = { name: String(name), columns: null }
  return [
    ...(insert === true ? [{ ...own, event: 'insert' as const }] : []),
    ...(update === true
      ? [{ ...own, event: 'update' as const, columns: columns === null ? null : listOf(columns) }]
      : []),
    ...(remove === true ? [{ ...own, event: 'delete' as const }] : []),
  ]
}
