/** Looks for people in everything a host keeps, past every adapter; the engine's own tables are left out. */
import type Database from 'better-sqlite3'
import { BSON, type Db } from 'mongodb'
import type pg from 'pg'

/** `table.column` of every value that holds one of the texts. */
export function placesOf(db: Database.Database, texts: readonly string[]): readonly string[] {
  const tables = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'user_deletion_*'",
    )
    .pluck()
    .all() as string[]
  const found = tables.flatMap((table) =>
    placesIn(table, db.prepare(`SELECT * FROM "${table}"`).all() as object[], String, texts),
  )
  return inOrder(found)
}

/** The same of a schema of PostgreSQL. */
export async function placesInPostgres(
  pool: pg.Pool,
  schema: string,
  texts: readonly string[],
): Promise<readonly string[]> {
  const tables = await pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename !~ '^user_deletion_'",
    [schema],
  )
  const found: string[] = []
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<object>(`SELECT * FROM "${schema}"."${name}"`)
    const spell = (value: unknown): string =>
      typeof value === 'object' ? JSON.stringify(value) : String(value)
    found.push(...placesIn(name, rows, spell, texts))
  }
  return inOrder(found)
}

/** `collection.field` of every value that holds one of the texts; of ids that is their text. */
export async function placesInMongo(db: Db, texts: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    if (name.startsWith('user_deletion_') || name.startsWith('system.')) continue
    const documents = await db.collection(name).find().toArray()
    found.push(...placesIn(name, documents, (value) => BSON.EJSON.stringify({ value }), texts))
  }
  return inOrder(found)
}

function placesIn(
  table: string,
  rows: readonly object[],
  spell: (value: unknown) => string,
  texts: readonly string[],
): readonly string[] {
  return rows.flatMap((row) =>
    Object.entries(row)
      .filter(([, value]) => texts.some((text) => spell(value).includes(text)))
      .map(([column]) => `${table}.${column}`),
  )
}

function inOrder(places: readonly string[]): readonly string[] {
  return [...new Set(places)].sort()
}
