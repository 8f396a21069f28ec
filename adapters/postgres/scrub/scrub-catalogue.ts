/**
 * What a scrub asks the catalogue.
 *
 * @module
 */

/** From version 17 on a table may be treated by others than its owner. */
const MAY_MAINTAIN = `pg_catalog.pg_has_role(c.relowner, 'USAGE') OR (SELECT pg_catalog.pg_has_role(d.datdba, 'USAGE') FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()) OR CASE WHEN CAST(pg_catalog.current_setting('server_version_num') AS integer) >= 170000 THEN pg_catalog.has_table_privilege(c.oid, 'MAINTAIN') ELSE FALSE END`

const HAS_WORDS = `EXISTS (SELECT 1 FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = x.relam WHERE i.indrelid = c.oid AND m.amname IN ('gin', 'gist'))`

/** The tables that are asked for with all of their partitions; of a view nothing is kept. */
export const PARTS: string = `WITH asked AS (SELECT c.oid, c.relname, n.nspname FROM jsonb_array_elements(CAST(@tables AS jsonb)) AS a(one) JOIN pg_catalog.pg_namespace AS n ON n.nspname = a.one ->> 0 JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = a.one ->> 1 WHERE c.relkind IN ('r', 'p', 'm')), parts(oid, relname, nspname) AS (SELECT oid, relname, nspname FROM asked UNION SELECT CAST(t.relid AS oid), a.relname, a.nspname FROM asked AS a CROSS JOIN LATERAL pg_catalog.pg_partition_tree(CAST(a.oid AS regclass)) AS t) SELECT c.oid, p.relname, p.nspname, c.relname, n.nspname, c.relkind <> 'p', ${MAY_MAINTAIN}, ${HAS_WORDS} FROM parts AS p JOIN pg_catalog.pg_class AS c ON c.oid = p.oid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'm') ORDER BY p.nspname, p.relname, c.relkind = 'p', c.relname`

/** Every transaction that has committed by now is older. */
export const BOUNDARY = `SELECT CAST(pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()) AS text)`

/** Of an age without its epoch. */
const IS_OLDER = (xid: string): string =>
  `pg_catalog.age(${xid}) > pg_catalog.age(CAST(CAST(CAST(CAST(@boundary AS text) AS xid8) AS xid) AS xid))`

/** Transactions, prepared ones and replication slots for which rows are kept that were deleted before the boundary. */
export const OLDER: string = `SELECT (SELECT count(*) FROM pg_catalog.pg_stat_activity AS a WHERE a.pid <> pg_catalog.pg_backend_pid() AND (a.datname = pg_catalog.current_database() OR a.datname IS NULL) AND (a.backend_xmin IS NOT NULL AND ${IS_OLDER('a.backend_xmin')} OR a.backend_xid IS NOT NULL AND ${IS_OLDER('a.backend_xid')})) + (SELECT count(*) FROM pg_catalog.pg_prepared_xacts AS p WHERE p.database = pg_catalog.current_database() AND ${IS_OLDER('p.transaction')}) + (SELECT count(*) FROM pg_catalog.pg_replication_slots AS s WHERE s.xmin IS NOT NULL AND ${IS_OLDER('s.xmin')})`

/** The file of a table, and when it was treated last: rows removed, values taken for the statistics. */
export const STATE = `SELECT pg_catalog.pg_relation_filenode(CAST(CAST(@oid AS text) AS oid)), CAST(pg_catalog.pg_stat_get_last_vacuum_time(CAST(CAST(@oid AS text) AS oid)) AS text), CAST(pg_catalog.pg_stat_get_last_analyze_time(CAST(CAST(@oid AS text) AS oid)) AS text)`

/** From version 15 on it may be granted. */
export const MAY_CHECKPOINT = `SELECT pg_catalog.current_setting('is_superuser') = 'on' OR EXISTS (SELECT 1 FROM pg_catalog.pg_roles AS r WHERE r.rolname = 'pg_checkpoint' AND pg_catalog.pg_has_role(r.oid, 'USAGE'))`
