import { describe, it } from 'node:test'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { type OpenStore, storeContract } from '../../../src/testing/index.ts'
import { GROUPS_OF_FOREIGN_KEYS, groupsOfContract } from '../../worlds/hosts/contract-groups.ts'

function opener(foreignKeysEnforced: boolean): OpenStore {
  return (schema, data) => {
    const store = memoryStore({ schema, data, foreignKeysEnforced })
    return { store, rows: (table) => store.rows(table) }
  }
}

describe('memory, foreign keys enforced', () => storeContract({ describe, it }, opener(true)))
describe('memory, foreign keys off', () => {
  groupsOfContract(GROUPS_OF_FOREIGN_KEYS, opener(false))
})
