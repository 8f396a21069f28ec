/**
 * A copy of a SQLite file.
 *
 * It is copied byte by byte and never opened as a database. Nobody should write to it meanwhile.
 *
 * @module
 */
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { withFolder } from '../support/database.ts'
import type { WithOwnCopy } from './own-copy.ts'

export const withFileCopy: WithOwnCopy = ({ database, policy, tenantId }, work) =>
  withFolder(async (folder) => {
    const copy = join(folder, 'copy.sqlite')
    copyDatabase(database, copy)
    const db = new Database(copy)
    try {
      db.pragma('journal_mode = WAL')
      const { table, id, tenant } = policy.user
      const where = tenant === undefined ? '' : ` WHERE ${quoted(tenant)} = ?`
      const sql = `SELECT ${quoted(id)} FROM ${quoted(table)}${where} ORDER BY 1`
      await work({
        store: sqliteStore(db),
        userIds: async () =>
          db
            .prepare<unknown[], string | number>(sql)
            .pluck()
            .all(...(tenant === undefined ? [] : [tenantId])),
      })
    } finally {
      db.close()
    }
  })

/** Bytes alone: not even a reader's lock is taken on the source. */
function copyDatabase(source: string, copy: string): void {
  copyFileSync(source, copy)
  if (existsSync(`${source}-wal`)) copyFileSync(`${source}-wal`, `${copy}-wal`)
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
