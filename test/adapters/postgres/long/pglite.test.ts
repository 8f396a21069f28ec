import { after, describe, it } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { storeContract } from '../../../../src/testing/index.ts'
import { openOn } from '../../../worlds/postgres/contract-store.ts'
import { ofTypedColumns } from '../../../worlds/sql/typed-columns.ts'

const db = await PGlite.create()

describe('postgres in process', () => {
  storeContract(
    { describe, it: ofTypedColumns(it) },
    openOn(db, (sql, values = []) => db.query(sql, [...values])),
  )
  after(() => db.close())
})
