import { describe, it } from 'node:test'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { storeContract } from '../../../src/testing/index.ts'

for (const foreignKeysEnforced of [true, false]) {
  describe(`memory, foreign keys ${foreignKeysEnforced ? 'enforced' : 'off'}`, () => {
    storeContract({ describe, it }, (schema, data) => {
      const store = memoryStore({ schema, data, foreignKeysEnforced })
      return { store, rows: (table) => store.rows(table) }
    })
  })
}
