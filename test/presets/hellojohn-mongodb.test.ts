import assert from 'node:assert/strict'
import { describe, it as test } from 'node:test'
import type { Db } from 'mongodb'
import { compilePolicy } from '../../src/plan/compile/compile-policy.ts'
import {
  createIndexes,
  helloJohnIndexes,
  helloJohnPolicy,
  soleOwner,
} from '../../src/presets/hellojohn-mongodb/index.ts'
import { ANN, ANN_2, BOB, openHelloJohnOn } from '../worlds/hosts/hellojohn-mongo.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'
import { TOPOLOGIES_FOR_CALLS } from '../worlds/mongodb/topologies.ts'

const scope = { tenantId: 'tnt_1' }
const others = [String(ANN_2), String(BOB)]

for (const topology of TOPOLOGIES_FOR_CALLS) {
  describeMongo(`helloJohnPolicy on a MongoDB ${topology}`, topology, ({ it, server }) => {
    let shared: Db | undefined
    let gone: ReturnType<typeof deleteAnn> | undefined
    // Indexes take much longer to build than documents to write, so there is one database.
    const open = (options?: Parameters<typeof openHelloJohnOn>[1]) => {
      shared ??= server().newDatabase()
      gone = undefined
      return openHelloJohnOn(shared, options)
    }
    const deleteAnn = async () => {
      const world = await open()
      return { ...world, receipt: await world.engine.delete(ANN, scope) }
    }
    /** For tests that only look at it: the world of the one before, where that has only looked at it too. */
    const withoutAnn = async () => {
      if (gone !== undefined) return gone
      const world = deleteAnn()
      gone = world
      return world
    }

    it('fits the documents, with an index behind every look-up, before and after an erasure', async () => {
      const { engine, warnings } = await open()
      assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
      await engine.erase(ANN, { ...scope, requestedBy: 'usr_admin' })
      assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
      assert.deepEqual(warnings, [])
    })

    it('User account: permanently deleted', async () => {
      const { owners } = await withoutAnn()
      assert.deepEqual(await owners('users', '_id'), others)
    })

    it('Active sessions: immediately revoked, with the deletion itself', async () => {
      const { owners } = await withoutAnn()
      assert.deepEqual(await owners('sessions'), others)
    })

    it('MFA factors: permanently deleted', async () => {
      const { owners } = await withoutAnn()
      assert.deepEqual(await owners('mfaFactors'), others)
    })

    it('OAuth connections: permanently deleted', async () => {
      const { owners } = await withoutAnn()
      assert.deepEqual(await owners('oauthConnections'), others)
    })

    it('Organization memberships: removed from all organizations, which stay', async () => {
      const { read, owners } = await withoutAnn()
      assert.deepEqual(await owners('organizationMemberships'), [String(BOB)])
      assert.equal((await read('organizations')).length, 2)
    })

    it('Audit log entries: retained, anonymized, still naming the user id', async () => {
      const { read } = await withoutAnn()
      const [did] = await read('auditLog', { _id: `did_${ANN}` })
      assert.deepEqual(did?.['actor'], { id: ANN, email: null, type: 'user' })
      assert.deepEqual(
        [did?.['ipAddress'], did?.['userAgent'], did?.['country'], did?.['metadata']],
        [null, null, null, { sessionId: `ses_${ANN}`, device: {} }],
      )
      const [about] = await read('auditLog', { _id: `key_${ANN}` })
      assert.deepEqual(about?.['resource'], { id: ANN, type: 'user' })
      // The address in this entry is the administrator's.
      assert.deepEqual([about?.['ipAddress'], about?.['metadata']], ['10.9.9.9', {}])
      const [failed] = await read('auditLog', { _id: `fail_${ANN}` })
      assert.deepEqual(failed?.['actor'], { email: null, type: 'user' })
      assert.deepEqual([failed?.['ipAddress'], failed?.['metadata']], [null, {}])
      assert.equal((await read('auditLog')).length, 9)
    })

    it('Webhook events referencing this user: retained for 30 days, without the person', async () => {
      const { read, receipt } = await withoutAnn()
      const [event] = await read('webhookEvents', { _id: `evt_${ANN}` })
      assert.deepEqual(event?.['data'], { user: { id: String(ANN) }, plan: 'pro' })
      assert.equal((await read('webhookDeliveries', { eventId: `evt_${ANN}` })).length, 1)
      const step = receipt.steps.find(({ table }) => table === 'webhookEvents')
      assert.deepEqual(
        [step?.action, step?.until, step?.then],
        ['retain', '2026-03-31T12:00:00.000Z', 'delete'],
      )
    })

    it('deletes invitations to the user, and detaches those sent to others', async () => {
      const { read } = await withoutAnn()
      const left = (await read('invitations')).map((one) => [one['_id'], one['invitedBy']])
      assert.deepEqual(left.sort(), [
        ['inv_by', null],
        ['inv_far', ANN_2],
      ])
    })

    it('answers 404 and the body of the document afterwards', async () => {
      const { engine, receipt } = await withoutAnn()
      await assert.rejects(engine.getUser(ANN, scope), (error: { status: number }) => {
        assert.equal(error.status, 404)
        const body = { error: 'resource_not_found', message: 'User not found.' }
        assert.deepEqual(JSON.parse(JSON.stringify(error)), body)
        return true
      })
      await assert.rejects(engine.delete(ANN, scope), { details: { receiptId: receipt.id } })
    })

    it('Active sessions: go before anything else', async () => {
      const { engine } = await open()
      const { steps } = await engine.plan(ANN, scope)
      const firstOther = steps.findIndex(({ grantsAccess }) => !grantsAccess)
      const lastAccess = steps.findLastIndex(({ grantsAccess }) => grantsAccess)
      assert.ok(lastAccess < firstOther)
      assert.ok(steps.slice(0, firstOther).some(({ table }) => table === 'sessions'))
    })

    it('leaves nothing else of the user, and nobody else without anything', async () => {
      const { db } = await open()
      const before = await dump(db)
      await openHelloJohnOn(db).then(({ engine }) => engine.delete(ANN, scope))
      const after = await dump(db)
      const kept = ['auditLog', 'userConsents', 'webhookEvents', 'webhookDeliveries']
      for (const [collection, documents] of Object.entries(after)) {
        const text = documents.join('\n')
        assert.doesNotMatch(withoutTenant2(documents), /ann@example\.com/, collection)
        if (!kept.includes(collection)) assert.ok(!text.includes(String(ANN)), collection)
        const ofBob = (list: readonly string[]) => list.filter((one) => one.includes(String(BOB)))
        const bobs = ofBob(before[collection] ?? []).filter((one) => !one.includes('ann@'))
        assert.deepEqual(ofBob(documents), bobs, collection)
      }
    })

    it('finds nobody of another tenant, and touches nothing of theirs', async () => {
      const { db, engine } = await open()
      const before = await dump(db)
      await assert.rejects(engine.delete(ANN_2, scope), { code: 'resource_not_found' })
      assert.deepEqual(await dump(db), before)
      await engine.delete(ANN, scope)
      const ofTenant2 = (dumped: Dump) =>
        Object.values(dumped).flatMap((list) => list.filter((one) => one.includes('tnt_2')))
      assert.deepEqual(ofTenant2(await dump(db)), ofTenant2(before))
    })

    it('disables with a date, and puts back what was there', async () => {
      const { engine, read, owners } = await open()
      const user = async () => (await read('users', { _id: ANN }))[0]
      const before = await user()
      await engine.disable(ANN, scope)
      const disabled = await user()
      assert.deepEqual(
        [disabled?.['status'], disabled?.['disabledAt']],
        ['disabled', new Date('2026-03-01T12:00:00.000Z')],
      )
      assert.deepEqual(await owners('sessions'), others)
      await engine.enable(ANN, scope)
      assert.equal((await user())?.['status'], before?.['status'])
      assert.equal((await user())?.['disabledAt'] ?? null, null)
    })

    it('logs an erasure under the id as the users have it', async () => {
      const { engine, read } = await open()
      await engine.erase(ANN, { ...scope, requestedBy: 'usr_admin' })
      const [entry] = await read('auditLog', { type: 'user.erased' })
      assert.deepEqual(entry?.['resource'], { id: ANN, type: 'user' })
      assert.deepEqual(entry?.['actor'], { id: 'usr_admin', type: 'system' })
      assert.deepEqual(entry?.['createdAt'], new Date('2026-03-01T12:00:00.000Z'))
    })

    it('deletes many users in batches with a receipt and events each', async () => {
      const { engine, owners, read } = await open()
      const result = await engine.deleteMany([ANN, BOB, ANN_2], scope)
      assert.deepEqual([result.requested, result.deleted, result.failed], [3, 2, 1])
      assert.deepEqual(await owners('sessions'), [String(ANN_2)])
      const deleted = await read('user_deletion_outbox', { type: 'user.deleted' })
      assert.equal(deleted.length, 2)
      assert.equal((await engine.ledger.verify()).valid, true)
    })

    it('sole owners: deleted as the document has it, refused once the blocker is added', async () => {
      const { engine } = await open({ blockers: [soleOwner] })
      await assert.rejects(engine.delete(ANN, scope), { code: 'deletion_blocked' })
      const { engine: warning, owners } = await open()
      const { warnings } = await warning.plan(ANN, scope)
      assert.deepEqual(
        warnings.map(({ name, rows }) => [name, rows]),
        [['sole_owner', 1]],
      )
      await warning.delete(ANN, scope)
      assert.deepEqual(await owners('users', '_id'), others)
    })

    it('the tenant goes with all that is its own, and keeps what proves it', async () => {
      const { engine, db } = await open()
      const { tenant } = await engine.deleteTenant('tnt_1', { expect: { max: 2 } })
      assert.equal(tenant.status, 'deleted')
      const left = Object.entries(await dump(db)).filter(([, list]) =>
        list.some((one) => one.includes('tnt_1')),
      )
      assert.deepEqual(left.map(([name]) => name).sort(), ['auditLog', 'userConsents'])
    })
  })
}

describe('helloJohnPolicy for MongoDB', () => {
  test('gives a reason for every rule', () => {
    const steps = compilePolicy(helloJohnPolicy).steps
    assert.ok(steps.length > 20)
    for (const { id, reason } of steps) assert.ok(reason, id)
  })

  test('creates its indexes one after the other', async () => {
    let running = 0
    const created: unknown[] = []
    const collection = (name: string) => ({
      async createIndex(keys: object) {
        running += 1
        assert.equal(running, 1)
        await Promise.resolve()
        created.push({ collection: name, keys })
        running -= 1
      },
    })
    await createIndexes({ collection })
    assert.deepEqual(created, helloJohnIndexes)
  })
})

describe('soleOwner for MongoDB', () => {
  test('is the check of the policy under the same name, made to block', () => {
    const { name, effect, ...check } = soleOwner
    assert.equal(effect, 'block')
    assert.deepEqual({ ...check, effect: 'warn' }, helloJohnPolicy.checks?.[name])
  })
})

type Dump = Readonly<Record<string, readonly string[]>>

/** Every document of the host as text, by collection. */
async function dump(db: Db): Promise<Dump> {
  const collections = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  const dumped: Record<string, readonly string[]> = {}
  for (const { name } of collections.filter((one) => !one.name.startsWith('user_deletion_'))) {
    // Keys that the server has given out differ between two worlds.
    const documents = await db.collection(name).find().toArray()
    dumped[name] = documents
      .map(({ _id, ...document }) =>
        JSON.stringify(
          typeof _id === 'string' || name === 'users' ? { _id, ...document } : document,
        ),
      )
      .sort()
  }
  return dumped
}

function withoutTenant2(documents: readonly string[]): string {
  return documents.filter((one) => !one.includes('tnt_2')).join('\n')
}
