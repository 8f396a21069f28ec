import assert from 'node:assert/strict'
import type { Db } from 'mongodb'
import { lookupsOf, UserDeletionEngine } from '../../src/index.ts'
import { betterAuthPolicy } from '../../src/presets/better-auth/index.ts'
import { mongoPool } from '../worlds/mongodb/mongo-pool.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'
import {
  annLeaves,
  disablesByBan,
  engineOf,
  handsInvitationsToGhost,
  keepsLastOwner,
  leavesByOtherIds,
} from '../worlds/presets/better-auth-leaving.ts'
import { type OpenHost, openPeople } from '../worlds/presets/better-auth-people.ts'
import { openBetterAuthOn, PLUGINS } from '../worlds/presets/better-auth-world.ts'

const options = { plugins: PLUGINS, database: 'mongodb' } as const

const policy = betterAuthPolicy(options)

describeMongo('better-auth on MongoDB', 'replica set', ({ describe, it, server }) => {
  const take = mongoPool(server, createCollections)
  const open: OpenHost = async (auth) => openBetterAuthOn(await take(), auth)

  describe('a user, deleted through the engine', () => {
    annLeaves(it, open, { options, userId: '_id' })
  })

  describe('a user, deleted through the engine without transactions', () => {
    const journalled: OpenHost = async (auth) =>
      openBetterAuthOn(await take(), auth, { transactions: 'never' })
    annLeaves(it, journalled, { options, userId: '_id' })
  })

  it('is refused with a plugin that the options of the policy leave out, naming its collections', async () => {
    const people = await openPeople(open)
    const without = PLUGINS.filter((plugin) => plugin !== 'organization' && plugin !== 'teams')
    const unaware = engineOf(people, { ...options, plugins: without })
    const { fits, findings } = await unaware.checkSchema()
    assert.equal(fits, false)
    const errors = findings.filter(({ severity }) => severity === 'error')
    assert.deepEqual(
      errors.map(({ code, table }) => `${code} ${table}`).sort(),
      ['invitation', 'member', 'organization', 'team', 'teamMember'].map(
        (table) => `unclassified_table ${table}`,
      ),
    )
    await assert.rejects(unaware.delete(people.ann.id, {}), { code: 'schema_mismatch' })
    assert.equal((await people.rows('user')).length, 3)
    await people.close()
  })

  it('asks for no index beyond those of lookupsOf', async () => {
    const { store, close } = await openPeople(open)
    const schemaCheck = { minUnindexedRows: 0 }
    const { findings } = await new UserDeletionEngine({ store, policy, schemaCheck }).checkSchema()
    const unindexed = findings.filter(({ code }) => code === 'unindexed_reference')
    // What stands inside a text is found by no index.
    const helped = unindexed.filter(({ message }) => !message.includes('inside a text'))
    assert.deepEqual(helped, [])
    await close()
  })

  it('does not let the last owner of an organization go', async () => {
    await keepsLastOwner(open, options)
  })

  it('hands the invitations of a deleted user to the ghost, where there is one', async () => {
    await handsInvitationsToGhost(open, (id) => ({ ...options, ghost: { id } }))
  })

  it('disables by a ban of the admin plugin, and lifts it', async () => {
    await disablesByBan(open, options)
  })

  it('finds UUIDs, and their text where better-auth declares no reference', async () => {
    await leavesByOtherIds(open, { ...options, generateId: 'uuid' }, 'uuid')
  })

  it("finds the host's own ids, which are text everywhere", async () => {
    let next = 0
    await leavesByOtherIds(open, { ...options, generateId: 'custom' }, ({ model }) => {
      next += 1
      return `${model}-${next}`
    })
  })
})

/** better-auth creates hardly an index, and a collection with its first document. */
async function createCollections(db: Db): Promise<void> {
  for (const { table, column } of lookupsOf(policy)) await db.collection(table).createIndex(column)
  const unrelated = Object.keys(policy.tables).filter((name) => policy.tables[name] === 'unrelated')
  for (const name of unrelated) await db.createCollection(name)
}
