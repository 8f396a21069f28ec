import { after, describe, it } from 'node:test'
import { type BetterAuthOptions as AuthOptions, betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import {
  annLeaves,
  keepsLastOwner,
  leavesByOtherIds,
} from '../worlds/presets/better-auth-leaving.ts'
import { type AuthHost, PLUGINS } from '../worlds/presets/better-auth-world.ts'
import { isThere, openPostgresHost, stopPostgresHosts } from '../worlds/presets/postgres-host.ts'

const options = { plugins: PLUGINS }

/** With the tables that better-auth's own migration creates there. */
async function open<const O extends AuthOptions>(given: O) {
  const { pool, ...host } = await openPostgresHost()
  const { runMigrations } = await getMigrations({ ...given, database: pool })
  await runMigrations()
  return {
    ...host,
    auth: betterAuth({ ...given, database: pool } as O),
  } satisfies AuthHost<unknown>
}

describe('a user of better-auth, deleted through the engine from PostgreSQL', {
  skip: !isThere,
}, () => {
  if (!isThere) return
  annLeaves(it, open, { options, userId: 'id' })

  it('finds numbers, and their text where better-auth declares no reference', async () => {
    await leavesByOtherIds(open, { ...options, generateId: 'serial' }, 'serial')
  })

  it('finds UUIDs', async () => {
    await leavesByOtherIds(open, { ...options, generateId: 'uuid' }, 'uuid')
  })

  it('does not let the last owner of an organization go', async () => {
    await keepsLastOwner(open, options)
  })

  after(stopPostgresHosts)
})
