import type Database from 'better-sqlite3'

/** `table.column` of every value that holds one of the texts; the engine's own tables are left out. */
export function placesOf(db: Database.Database, texts: readonly string[]): readonly string[] {
  const tables = db
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'user_deletion_*'",
    )
    .pluck()
    .all() as string[]
  const found = tables.flatMap((table) =>
    (db.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[]).flatMap((row) =>
      Object.entries(row)
        .filter(([, value]) => texts.some((text) => String(value).includes(text)))
        .map(([column]) => `${table}.${column}`),
    ),
  )
  return [...new Set(found)].sort()
}
