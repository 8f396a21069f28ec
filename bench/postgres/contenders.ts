/**
 * The ways of deleting users on PostgreSQL that are measured side by side.
 *
 * @module
 */
import type pg from 'pg'
import { postgresStore } from '../../adapters/postgres/index.ts'
import type { BulkMode } from '../../src/index.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPolicy } from '../../src/presets/hellojohn/index.ts'
import { openBetterAuth } from '../peers/auth-libraries.ts'
import { TENANT } from '../support/database.ts'
import { BY_HAND_TABLES, deleteByHand } from './by-hand.ts'
import { STEPS } from './by-hand-steps.ts'

export interface PostgresContender {
  readonly name: string
  /** One by one, so that fewer users are deleted, or nothing else would be measured. */
  readonly isSlow: boolean
  /** Prepares what is not measured, and answers what is: how many users are gone. */
  open(pool: pg.Pool): Promise<(ids: readonly string[]) => Promise<number>>
}

export const ENGINE: PostgresContender = engine('throughput')
export const COOPERATIVE: PostgresContender = engine('cooperative')

function engine(mode: BulkMode): PostgresContender {
  return {
    name: `engine, ${mode} mode`,
    isSlow: false,
    async open(pool) {
      const own = new UserDeletionEngine({
        ...{ store: postgresStore(pool), policy: helloJohnPolicy, logger: SILENT },
      })
      await own.migrate()
      const options = { tenantId: TENANT, mode, reason: 'benchmark' } as const
      return async (ids) => (await own.deleteMany(ids, options)).deleted
    },
  }
}

export const SILENT = { info: () => {}, warn: () => {}, error: () => {} }

export const BY_HAND: readonly PostgresContender[] = [250, 500, 1_000, 5_000].map((batch) => ({
  name: `by hand, transactions of ${batch}`,
  isSlow: false,
  open: async (pool) => {
    await pool.query(BY_HAND_TABLES)
    return (ids) => deleteByHand(pool, ids, batch)
  },
}))

export const USER_BY_USER: PostgresContender = {
  name: 'by hand, a transaction a user',
  isSlow: true,
  async open(pool) {
    await pool.query(BY_HAND_TABLES)
    return (ids) => deleteByHand(pool, ids, 1)
  },
}

const BETTER_AUTH_CLEANS = ['sessions', 'oauth_connections']

/** `internalAdapter.deleteUser` for one user after the other, behind what it leaves, which is one transaction a user. */
export const BETTER_AUTH: PostgresContender = {
  name: 'better-auth deleteUser',
  isSlow: true,
  async open(pool) {
    const { internalAdapter } = await openBetterAuth(pool).$context
    const rest = STEPS.filter(
      ({ table, action }) => !(action === 'delete' && BETTER_AUTH_CLEANS.includes(table)),
    )
    return async (ids) => {
      const client = await pool.connect()
      try {
        for (const id of ids) {
          const { rows } = await client.query<{ email: string }>(
            'SELECT email FROM users WHERE id = $1 AND tenant_id = $2',
            [id, TENANT],
          )
          await client.query('BEGIN')
          for (const { sql, by } of rest) {
            await client.query(sql, by === 'id' ? [[id]] : [[rows[0]?.email], TENANT])
          }
          await client.query('COMMIT')
          await internalAdapter.deleteUser(id)
        }
      } finally {
        client.release()
      }
      return ids.length
    }
  },
}

export const contenders: readonly PostgresContender[] = [
  ENGINE,
  COOPERATIVE,
  ...BY_HAND,
  USER_BY_USER,
  BETTER_AUTH,
]
