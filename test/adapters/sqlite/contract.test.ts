import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { type OpenStore, type Row, storeContract } from '../../../src/testing/index.ts'
import { GROUPS_OF_FOREIGN_KEYS, groupsOfContract } from '../../worlds/hosts/contract-groups.ts'
import { fill, quote } from '../../worlds/sql/sqlite-schema.ts'

interface Variant {
  readonly foreignKeys: boolean
  readonly file: boolean
}

function opener({ foreignKeys, file }: Variant): OpenStore {
  return (schema, data) => {
    const folder = file ? mkdtempSync(join(tmpdir(), 'store-contract-')) : null
    const db = new Database(folder === null ? ':memory:' : join(folder, 'auth.sqlite'))
    if (folder !== null) db.pragma('journal_mode = WAL')
    db.pragma(`foreign_keys = ${foreignKeys ? 'ON' : 'OFF'}`)
    fill(db, schema, data)
    return {
      store: sqliteStore(db),
      rows: (table) => db.prepare(`SELECT * FROM ${quote(table)}`).all() as Row[],
      close: () => {
        db.close()
        if (folder !== null) rmSync(folder, { recursive: true })
      },
    }
  }
}

/** What a transaction, a lock or the log has a part in: a database in memory has no file for them. */
const GROUPS_OF_FILES = [
  'the shape of a store',
  'atomicity',
  'lists of users',
  'outbox, spool and marks',
  'failures, repeats and races',
  'interruptions',
  'a schema that changes',
  'erasures',
]

describe('sqlite in a WAL file', () => {
  storeContract({ describe, it }, opener({ foreignKeys: true, file: true }))
})
describe('sqlite in memory, foreign keys enforced', () => {
  groupsOfContract(GROUPS_OF_FILES, opener({ foreignKeys: true, file: false }))
})
describe('sqlite in memory, foreign keys off', () => {
  groupsOfContract(GROUPS_OF_FOREIGN_KEYS, opener({ foreignKeys: false, file: false }))
})
