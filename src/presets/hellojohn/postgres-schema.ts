/**
 * The built-in schema for PostgreSQL: the same tables, in types of its own.
 *
 * @module
 */
import { helloJohnSchema } from './schema.ts'

/** In this order. What SQLite keeps as text is an instant or a document, what it keeps as 0 and 1 a boolean. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/TEXT NOT NULL DEFAULT \(strftime\([^)]*\)\)/g, 'timestamptz NOT NULL DEFAULT now()'],
  [/^( {2}\w+_(?:at|until)) TEXT/gm, '$1 timestamptz'],
  [/INTEGER NOT NULL DEFAULT 0 CHECK \(\w+ IN \(0, 1\)\)/g, 'boolean NOT NULL DEFAULT FALSE'],
  [/^( {2}(?:public_metadata|metadata|data)) TEXT/gm, '$1 jsonb'],
  [/CASE WHEN json_valid\("metadata", 9\) .* END/, "(metadata -> 'email')"],
  [/CASE WHEN json_valid\("data", 9\) .* END/, "(data -> 'user' -> 'id')"],
  [/^-- With actor_id in it, SQLite .*\n/gm, ''],
]

/**
 * The SQL that creates the built-in schema. Meant for a schema of the database without these tables: a second run is an
 * error. {@link helloJohnPolicy} is that of SQLite, and so are the names of tables and columns.
 *
 * @example
 * await pool.query(helloJohnPostgresSchema)
 * const engine = new UserDeletionEngine({ store: postgresStore(pool), policy: helloJohnPolicy })
 */
export const helloJohnPostgresSchema: string = TYPES.reduce(
  (sql, [found, type]) => sql.replace(found, type),
  helloJohnSchema,
)
