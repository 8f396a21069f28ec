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
export function createTemplate(file: string, users: number): readonly SeededUser[] {
  const db = openDatabase(file)
  db.exec(helloJohnSchema)
  const seeded = seed(db, { users, tenants: { [TENANT]: 100 }, extras: false })
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return seeded
}

export function openDatabase(file: string): Database.Database {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  return db
}

/** Runs `work` on a fresh copy, which is in the page cache from having just been written. */
export async function withCopy<T>(
  template: string,
  work: (db: Database.Database) => Promise<T>,
): Promise<T> {
  const file = `${template}.copy`
  copyFileSync(template, file)
  const db = openDatabase(file)
  try {
    return await work(db)
  } finally {
    db.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
  }
}

/** So many ids at random, the same for the same round. */
export function sample(users: readonly SeededUser[], size: number, round: number): string[] {
  const ids = users.map(({ id }) => id)
  return createRandom(round + 1)
    .shuffle(ids)
    .slice(0, size)
}
