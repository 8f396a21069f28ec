import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getAuthTables } from '@better-auth/core/db'
import { passkey } from '@better-auth/passkey'
import type { SchemaFinding, UserDeletionError } from '../../src/index.ts'
import { betterAuthPolicy } from '../../src/presets/better-auth/index.ts'
import {
  annLeaves,
  disablesByBan,
  engineOf,
  handsInvitationsToGhost,
  keepsLastOwner,
  leavesByOtherIds,
} from '../worlds/presets/better-auth-leaving.ts'
import { authOptions, openBetterAuth, PLUGINS } from '../worlds/presets/better-auth-world.ts'

const options = { plugins: PLUGINS }

describe('a user of better-auth, deleted through the engine', () => {
  annLeaves(it, openBetterAuth, { options, userId: 'id' })
})

describe('betterAuthPolicy', () => {
  it('knows exactly the tables that the plugins declare', () => {
    const declared = Object.values(getAuthTables(authOptions())).map(({ modelName }) => modelName)
    const { tables, user } = betterAuthPolicy({ plugins: PLUGINS })
    assert.deepEqual([...Object.keys(tables), user.table].sort(), declared.sort())
  })

  it('refuses a database with a plugin that the options leave out, naming its tables', async () => {
    const { plugins, ...core } = authOptions()
    const world = await openBetterAuth({ ...core, plugins: [plugins[1], passkey()] })
    const engine = engineOf(world, { plugins: ['twoFactor'] })
    await engine.migrate()
    await assert.rejects(engine.plan('somebody', {}), (error: UserDeletionError) => {
      assert.equal(error.code, 'schema_mismatch')
      assert.deepEqual(
        (error.details['findings'] as readonly SchemaFinding[]).map(({ table }) => table),
        ['passkey'],
      )
      return true
    })
    await world.close()
  })

  it('finds numbers, and their text where better-auth declares no reference', async () => {
    await leavesByOtherIds(openBetterAuth, { ...options, generateId: 'serial' }, 'serial')
  })

  it('adds an s where the adapter does', () => {
    const { tables, user } = betterAuthPolicy({ usePlural: true, plugins: ['organization'] })
    assert.deepEqual(
      [user.table, ...Object.keys(tables)],
      ['users', 'sessions', 'accounts', 'verifications', 'organizations', 'members', 'invitations'],
    )
  })

  it('does not let the last owner of an organization go', async () => {
    await keepsLastOwner(openBetterAuth, options)
  })

  it('hands the invitations of a deleted user to the ghost, where there is one', async () => {
    await handsInvitationsToGhost(openBetterAuth, (id) => ({ ...options, ghost: { id } }))
  })

  it('disables by a ban of the admin plugin, and lifts it', async () => {
    await disablesByBan(openBetterAuth, options)
  })
})
