/**
 * Questions to the catalogue. Each begins with the tables that are described.
 *
 * A partition is no table of its own: its keys and triggers are reported under the table that it is a part of.
 *
 * @module
 */

/** The table itself, or the one that it is a partition of. */
const whole = (table: string): string =>
  `coalesce(CAST(pg_catalog.pg_partition_root(${table}) AS oid), ${table})`

const NAMESPACE = 'JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace'

/** Of the schema all tables but the engine's own; of others those that refer to one of them or inherit from it. */
const TABLES = `WITH RECURSIVE links(child, parent) AS (SELECT ${whole('k.conrelid')}, ${whole('k.confrelid')} FROM pg_catalog.pg_constraint AS k WHERE k.contype = 'f' AND k.conparentid = 0 UNION SELECT i.inhrelid, i.inhparent FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid WHERE NOT c.relispartition AND c.relkind IN ('r', 'f')), tables(oid) AS (SELECT c.oid FROM pg_catalog.pg_class AS c ${NAMESPACE} WHERE n.nspname = @schema AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relname NOT IN (SELECT jsonb_array_elements_text(CAST(@own AS jsonb))) UNION SELECT c.oid FROM tables AS t JOIN links AS l ON l.parent = t.oid JOIN pg_catalog.pg_class AS c ON c.oid = l.child ${NAMESPACE} WHERE n.nspname <> @schema AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')`

/** A table with its partitions. */
const PARTS = `parts(oid, root) AS (SELECT oid, oid FROM tables UNION ALL SELECT c.oid, pg_catalog.pg_partition_root(c.oid) FROM pg_catalog.pg_class AS c WHERE c.relispartition AND pg_catalog.pg_partition_root(c.oid) IN (SELECT oid FROM tables))`

const asked = (select: string): string => `${TABLES} ${select}`
const askedOfParts = (select: string): string => `${TABLES}, ${PARTS} ${select}`

/** All that a description depends on, and nothing that comes with time. */
const WATCHED = [
  `SELECT concat_ws(' ', 'c', c.oid, c.relname, c.relkind, c.relnamespace, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relacl) AS part FROM pg_catalog.pg_class AS c WHERE c.oid IN (SELECT oid FROM tables)`,
  `SELECT concat_ws(' ', 'a', a.attrelid, a.attnum, a.xmin) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid IN (SELECT oid FROM tables)`,
  `SELECT concat_ws(' ', 'k', k.oid, k.xmin) FROM pg_catalog.pg_constraint AS k WHERE k.conrelid IN (SELECT oid FROM parts)`,
  `SELECT concat_ws(' ', 'i', i.indexrelid, i.indisvalid) FROM pg_catalog.pg_index AS i WHERE i.indrelid IN (SELECT oid FROM tables)`,
  `SELECT concat_ws(' ', 't', t.oid, t.xmin) FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid IN (SELECT oid FROM parts) AND NOT t.tgisinternal`,
  `SELECT concat_ws(' ', 'r', r.oid, r.xmin) FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class IN (SELECT oid FROM tables)`,
  `SELECT concat_ws(' ', 'h', i.inhrelid, i.inhparent) FROM pg_catalog.pg_inherits AS i WHERE i.inhparent IN (SELECT oid FROM parts)`,
  `SELECT concat_ws(' ', 'e', e.oid, e.xmin) FROM pg_catalog.pg_enum AS e`,
  `SELECT concat_ws(' ', 'd', d.oid, d.xmin) FROM pg_catalog.pg_type AS d WHERE d.typtype = 'd'`,
  `SELECT concat_ws(' ', 'o', o.oid, o.rolsuper, o.rolbypassrls) FROM pg_catalog.pg_roles AS o WHERE pg_catalog.pg_has_role(o.oid, 'USAGE')`,
  `SELECT concat_ws(' ', current_user, current_setting('session_replication_role'), current_setting('search_path'))`,
]

export const STAMP: string = askedOfParts(
  `SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (${WATCHED.join(' UNION ALL ')}) AS watched`,
)

/** With what the role of the handle may not see or do. */
export const NAMES: string = asked(
  `SELECT c.oid, c.relname, n.nspname, c.relkind, c.reltuples, c.relrowsecurity AND pg_catalog.row_security_active(c.oid), pg_catalog.has_table_privilege(c.oid, 'DELETE'), pg_catalog.has_any_column_privilege(c.oid, 'UPDATE'), EXISTS (SELECT 1 FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = c.oid), (SELECT CAST(json_agg(CAST(l.parent AS text)) AS text) FROM links AS l WHERE l.child = c.oid AND l.parent IN (SELECT oid FROM tables)) FROM pg_catalog.pg_class AS c ${NAMESPACE} WHERE c.oid IN (SELECT oid FROM tables) ORDER BY n.nspname <> @schema, n.nspname, c.relname`,
)

/** The type below a domain, however many there are one upon the other. */
const BASE = `(WITH RECURSIVE b(oid, modifier, depth, required) AS (SELECT a.atttypid, a.atttypmod, 0, FALSE UNION ALL SELECT d.typbasetype, CASE WHEN b.modifier < 0 THEN d.typtypmod ELSE b.modifier END, b.depth + 1, b.required OR d.typnotnull FROM b JOIN pg_catalog.pg_type AS d ON d.oid = b.oid AND d.typtype = 'd') SELECT oid, modifier, required FROM b ORDER BY depth DESC LIMIT 1)`

const LABELS = `(SELECT CAST(json_agg(e.enumlabel ORDER BY e.enumsortorder) AS text) FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = b.oid)`

const COLLATION = `(SELECT concat(quote_ident(s.nspname), '.', quote_ident(l.collname)) FROM pg_catalog.pg_collation AS l JOIN pg_catalog.pg_namespace AS s ON s.oid = l.collnamespace WHERE l.oid = a.attcollation AND NOT l.collisdeterministic)`

/** Before version 16 nothing tells whether a text is JSON. */
const READS_JSON = `current_setting('server_version_num')::integer >= 160000 AND b.oid IN (CAST('pg_catalog.text' AS regtype), CAST('pg_catalog.varchar' AS regtype))`

const MAY = ['SELECT', 'UPDATE', 'INSERT']
  .map((what) => `pg_catalog.has_column_privilege(a.attrelid, a.attnum, '${what}')`)
  .join(', ')

export const COLUMNS: string = asked(
  `SELECT a.attrelid, a.attname, format_type(b.oid, b.modifier), a.attnotnull OR b.required, a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a', ${COLLATION}, ${LABELS}, ${READS_JSON}, ${MAY} FROM pg_catalog.pg_attribute AS a CROSS JOIN LATERAL ${BASE} AS b WHERE a.attrelid IN (SELECT oid FROM tables) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`,
)

const namesOf = (table: string, columns: string): string =>
  `(SELECT CAST(json_agg(a.attname ORDER BY n.place) AS text) FROM unnest(${columns}) WITH ORDINALITY AS n(number, place) JOIN pg_catalog.pg_attribute AS a ON a.attrelid = ${table} AND a.attnum = n.number)`

export const CONSTRAINTS: string = askedOfParts(
  `SELECT p.root, k.conname, k.contype, ${namesOf('k.conrelid', 'k.conkey')}, f.relname, fn.nspname, ${namesOf('k.confrelid', 'k.confkey')}, k.confdeltype, k.confupdtype, CASE k.contype WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid) END FROM pg_catalog.pg_constraint AS k JOIN parts AS p ON p.oid = k.conrelid LEFT JOIN pg_catalog.pg_class AS f ON f.oid = ${whole('k.confrelid')} LEFT JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0 AND (p.oid = p.root OR k.contype = 'f') ORDER BY k.conrelid, k.conname`,
)

export const INDEXES: string = asked(
  `SELECT i.indrelid, x.relname, (SELECT CAST(json_agg(coalesce(a.attname, pg_get_indexdef(i.indexrelid, CAST(n.place AS integer), TRUE)) ORDER BY n.place) AS text) FROM unnest(i.indkey) WITH ORDINALITY AS n(number, place) LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = n.number AND n.number > 0 WHERE n.place <= i.indnkeyatts), i.indisunique, i.indpred IS NOT NULL, i.indexprs IS NULL AND i.indpred IS NULL AND i.indimmediate, coalesce(to_jsonb(i) ->> 'indnullsnotdistinct', 'false') = 'true' FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = x.relam WHERE i.indrelid IN (SELECT oid FROM tables) AND i.indisvalid AND m.amname IN ('btree', 'hash') ORDER BY i.indrelid, x.relname`,
)

/** Rules act by themselves too. */
export const TRIGGERS: string = askedOfParts(
  `SELECT p.root, t.tgname, t.tgtype & 4 > 0, t.tgtype & 16 > 0, t.tgtype & 8 > 0, (SELECT CAST(json_agg(a.attname ORDER BY a.attnum) AS text) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.tgrelid AND a.attnum = ANY(t.tgattr)), FALSE FROM pg_catalog.pg_trigger AS t JOIN parts AS p ON p.oid = t.tgrelid WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND t.tgenabled <> 'D' UNION ALL SELECT r.ev_class, r.rulename, r.ev_type = '3', r.ev_type = '2', r.ev_type = '4', NULL, TRUE FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class IN (SELECT oid FROM tables) AND r.rulename <> '_RETURN' AND r.ev_enabled <> 'D'`,
)
