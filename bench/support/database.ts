/**
 * Database files for the benchmarks: one is filled, every measurement gets a copy of its own.
 *
 * @module
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createRandom } from '../../examples/demo/random.ts'
import { type SeededUser, seed } from '../../examples/demo/seed.ts'
import { helloJohnSchema } from '../../src/presets/hellojohn/index.ts'

export const TENANT = 'acme'

/** Runs `work` with a folder that is removed afterwards, whatever happens. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'user-deletion-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Fills a file with users of the built-in schema and closes it. */
export function createTemplate(
  file: string,
  users: number,
  layout: 'scattered' | 'clustered' = 'scattered',
): readonly SeededUser[] {
  const db = openDatabase(file)
  db.exec(helloJohnSchema)
  const seeded = seed(db, { users, tenants: { [TENANT]: 100 }, extras: false })
  if (layout === 'clustered') clusterByUser(db)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return seeded
}

/** Writes the long tables anew, each user's rows side by side. */
function clusterByUser(db: Database.Database): void {
  const owners = {
    sessions: 'user_id',
    audit_log: "coalesce(actor_id, resource_id, json_extract(metadata, '$.email'))",
    webhook_events: "json_extract(data, '$.user.id')",
  }
  db.pragma('foreign_keys = OFF')
  for (const [table, owner] of Object.entries(owners)) {
    db.exec(`CREATE TEMP TABLE kept AS SELECT * FROM ${table} ORDER BY ${owner}, rowid;
      DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept; DROP TABLE kept`)
  }
  db.exec('VACUUM')
}

export function openDatabase(file: string): Database.Database {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  return db
}

/**
 * Runs `work` on a fresh copy, which is in the page cache from having just been written. `secure_delete` is that of
 * the connection: the engine turns it on for itself.
 */
export async function withCopy<T>(
  template: string,
  work: (db: Database.Database) => Promise<T>,
  secureDelete: 'ON' | 'OFF' = 'ON',
): Promise<T> {
  const file = `${template}.copy`
  copyFileSync(template, file)
  const db = openDatabase(file)
  try {
    db.pragma(`secure_delete = ${secureDelete}`)
    return await work(db)
  } finally {
    db.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  }
}

export function idsIn(db: Database.Database): string[] {
  const ids = db.prepare<[string], string>('SELECT id FROM users WHERE tenant_id = ? ORDER BY id')
  return ids.pluck().all(TENANT)
}

/** So many ids at random, the same for the same round. */
export function sample(users: readonly SeededUser[], size: number, round: number): string[] {
  const ids = users.map(({ id }) => id)
  return createRandom(round + 1)
    .shuffle(ids)
    .slice(0, size)
}
