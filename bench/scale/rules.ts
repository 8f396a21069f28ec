/**
 * The first calls of an engine whose policy has many rules of mixed action on one table.
 *
 * @module
 */
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { MIXED_SCHEMA, mixedPolicy } from '../../test/worlds/mixed-rules.ts'
import type { Goal } from '../support/part.ts'
import type { Sizes } from './sizes.ts'
import { took } from './took.ts'

export async function measureRules({ rules }: Sizes): Promise<readonly Goal[]> {
  return [await firstCall(rules, 'plan'), await firstCall(rules, 'delete')]
}

/** From the policy to the answer of the call, in a database of its own. */
async function firstCall(rules: number, call: 'plan' | 'delete'): Promise<Goal> {
  const db = new Database(':memory:')
  db.exec(MIXED_SCHEMA)
  db.exec("INSERT INTO users VALUES ('usr_1', NULL, NULL)")
  const store = sqliteStore(db)
  await store.migrate()
  const goal = await took(`${rules} rules on one table: new engine, first ${call}`, 1_000, () => {
    const policy = definePolicy(mixedPolicy(rules))
    const logger = { warn: () => {} }
    return new UserDeletionEngine({ store, policy, logger })[call]('usr_1')
  })
  db.close()
  return goal
}
