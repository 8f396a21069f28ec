import { describe, it } from 'node:test'
import { storeContract } from 'user-deletion-engine/testing'
import { arrayStore } from './array-store.ts'

describe('a store over plain arrays', () => {
  storeContract({ describe, it }, (schema, data) => {
    const store = arrayStore(schema, data)
    return { store, rows: (table) => store.rows(table) }
  })
})
