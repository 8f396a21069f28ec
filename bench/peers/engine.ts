/**
 * The engine itself, with the policy of the built-in schema.
 *
 * @module
 */
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPolicy } from '../../src/presets/hellojohn/index.ts'
import { TENANT } from '../support/database.ts'
import type { Contender } from '../support/measure.ts'

export function engine(mode: 'throughput' | 'cooperative'): Contender {
  return async (db, ids) => {
    const deletion = new UserDeletionEngine({ store: sqliteStore(db), policy: helloJohnPolicy })
    await deletion.migrate()
    const options = { tenantId: TENANT, mode, reason: 'benchmark' } as const
    return async () => (await deletion.deleteMany(ids, options)).deleted
  }
}
