/**
 * What was measured with what.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import Database from 'better-sqlite3'

const PACKAGES = [
  'better-sqlite3',
  'better-auth',
  'kysely',
  'drizzle-orm',
  '@auth/kysely-adapter',
  '@auth/drizzle-adapter',
]

/** SQLite and everybody who is measured on it. */
export function sqliteVersions(): string {
  const db = new Database(':memory:')
  const sqlite = db.prepare('SELECT sqlite_version()').pluck().get()
  db.close()
  return [`SQLite ${sqlite}`, ...PACKAGES.map(versionOf)].join(', ')
}

/** A package's name and its installed version. */
export function versionOf(name: string): string {
  const files = createRequire(import.meta.url)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name, 'package.json'))
  const found = files?.find((path) => existsSync(path))
  if (found === undefined) return `${name} unknown`
  return `${name} ${(JSON.parse(readFileSync(found, 'utf8')) as { version: string }).version}`
}
