import { after, describe, it } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import type { OpenStore } from '../../../src/testing/index.ts'
import { groupsOfContract } from '../../worlds/hosts/contract-groups.ts'
import { openOn } from '../../worlds/postgres/contract-store.ts'
import { startPostgres } from '../../worlds/postgres/postgres-server.ts'
import { typed } from '../../worlds/postgres/test-database.ts'
import { ofTypedColumns } from '../../worlds/sql/typed-columns.ts'

const server = await startPostgres()

if (server === null) {
  const db = await PGlite.create()
  describe('postgres in process', () => {
    proves(openOn(db, (sql, values = []) => db.query(sql, [...values])))
    after(() => db.close())
  })
} else {
  const { connectionString } = server
  const pool = new pg.Pool({ connectionString, max: 4 })
  describe('postgres on a server, over a pool', () => {
    proves(openOn(pool, (sql, values = []) => pool.query({ ...typed(sql), values: [...values] })))
    after(async () => {
      await pool.end()
      await server.stop()
    })
  })
}

function proves(open: OpenStore): void {
  groupsOfContract(
    [
      'the shape of a store',
      'actions',
      'several ways to a row',
      'values of rows and users',
      'groups',
      'inside JSON',
      'texts that read like JSON',
      'values that users share',
      'whole rows of tables',
      'traces of a person',
      'tenants',
      'isolation',
      'atomicity',
      'failures, repeats and races',
      'the ledger',
      'outbox, spool and marks',
      'a schema that changes',
      'exports of a user',
      'what stays reserved',
    ],
    open,
    ofTypedColumns(it),
  )
}
