import assert from 'node:assert/strict'
import type { DeletionReceipt, ReplayOutcome } from '../../../src/index.ts'
import { idsOf } from '../../worlds/erasure-world.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'
import { addUser, blankPolicy, restoreBackup, type restoredPolicy } from '../../worlds/restored.ts'

const tenantId = 'tnt_a'
const ledger = 'a ledger key of enough bytes'
const subject = 'a subject key of enough bytes'

type Options = Parameters<typeof restoreBackup>[1]

async function receiptsOf({ engine }: Pick<Awaited<ReturnType<typeof restoreBackup>>, 'engine'>) {
  const receipts: DeletionReceipt[] = []
  for await (const receipt of engine.ledger.receipts()) receipts.push(receipt)
  return receipts
}

const OTHERS = ['usr_a4', 'usr_b1', 'usr_b2', 'usr_b3', 'usr_b4']

forEachTables(({ name, describe, it, open }) => {
  /** usr_a1 was deleted alone, usr_a2 and usr_a3 in bulk; the backup has brought all back, the ledger is imported. */
  const broughtBack = async (options: Options = {}) => {
    const world = await restoreBackup(open, options, async (engine) => {
      await engine.delete('usr_a1', { tenantId, reason: 'user_request', requestedBy: 'adm_1' })
      await engine.deleteMany(['usr_a2', 'usr_a3'], { tenantId })
    })
    await world.engine.ledger.import(world.lines)
    return world
  }

  describe(`a replay after a restored backup on ${name}`, () => {
    for (const keys of [{}, { ledger }, { ledger, subject }]) {
      const named = Object.keys(keys).join(' and ') || 'no key'
      it(`deletes again exactly the users who are back, with ${named}`, async () => {
        const world = await broughtBack({ keys })
        const { host, engine, ids } = world
        assert.deepEqual(await ids('users'), ['usr_a1', 'usr_a2', 'usr_a3', ...OTHERS])
        // A later person has the address of usr_a1, and an invitation to it.
        await addUser(host, 'usr_new', tenantId, 'user1@example.com', '2026-03-20T00:00:00.000Z')
        const invitation = { id: 'inv_new', tenant_id: tenantId, email: 'user1@example.com' }
        await host.insert('invitations', invitation)

        const { durationMs, ...result } = await engine.replay()
        const checked = 'subject' in keys ? 5 : 3
        assert.deepEqual(result, {
          ...{ checked, resurrected: 3, deletedAgain: 3, skipped: 0, failed: 0 },
          ...{ errors: [], failedByCode: {}, stopped: null },
        })
        assert.deepEqual(await ids('users'), [...OTHERS, 'usr_new'])
        assert.deepEqual(
          await ids('sessions'),
          [...OTHERS, 'usr_new'].flatMap((id) => [`ses_${id}_1`, `ses_${id}_2`]),
        )
        assert.deepEqual(
          await ids('invitations'),
          ['inv_new', 'usr_a1', ...OTHERS]
            .map((id) => (id === 'inv_new' ? id : `inv_${id}`))
            .sort(),
        )
        const verified = await engine.ledger.verify()
        assert.equal(verified.valid, true)
        assert.equal(await engine.isDeleted('usr_a1', { tenantId }), true)

        const again = await engine.replay()
        assert.deepEqual([again.resurrected, again.deletedAgain], [0, 0])
        assert.deepEqual(await ids('users'), [...OTHERS, 'usr_new'])
      })
    }

    it('leaves receipts that name the first ones, and events', async () => {
      const world = await broughtBack()
      await addUser(
        world.host,
        'usr_new',
        tenantId,
        'user1@example.com',
        '2026-03-20T00:00:00.000Z',
      )
      await world.engine.replay()
      const [first, second, third, ...again] = await receiptsOf(world)
      assert.deepEqual(
        again.map(({ replayOf, userId, reason, requestedBy, deletedAt }) => ({
          ...{ replayOf, userId, reason, requestedBy, deletedAt },
        })),
        [first, second, third].map((receipt) => ({
          replayOf: receipt?.id,
          userId: receipt?.userId,
          reason: receipt?.reason,
          requestedBy: receipt?.requestedBy,
          deletedAt: '2026-04-01T00:00:00.000Z',
        })),
      )
      assert.deepEqual([first?.replayOf, first?.requestedBy], [null, 'adm_1'])
      const status = (receipt?: DeletionReceipt) =>
        receipt?.steps.find(({ table }) => table === 'invitations')?.status
      assert.deepEqual(again.map(status), ['not_applicable', 'applies', 'applies'])
      const events: string[] = []
      for await (const { type, subject: of } of world.engine.outbox.pending()) {
        events.push(`${type} ${of}`)
      }
      assert.deepEqual(events.slice(0, 2), ['session.revoked usr_a1', 'user.deleted usr_a1'])
      assert.equal(events.length, 6)
    })

    it('goes on where it was stopped, by a signal or by a limit', async () => {
      const { engine, ids } = await broughtBack()
      const controller = new AbortController()
      const outcomes: ReplayOutcome[] = []
      const onOutcome = (outcome: ReplayOutcome): void => {
        outcomes.push(outcome)
        controller.abort('enough')
      }
      const first = await engine.replay({ signal: controller.signal, onOutcome })
      assert.deepEqual([first.deletedAgain, first.stopped], [1, { by: 'signal', error: 'enough' }])
      assert.deepEqual(
        outcomes.map((told) => [
          told.userId,
          told.status,
          told.status === 'deleted' && told.receipt.replayOf === told.replayOf,
        ]),
        [['usr_a1', 'deleted', true]],
      )
      const second = await engine.replay({ limit: 1 })
      assert.deepEqual([second.deletedAgain, second.stopped], [1, { by: 'limit', error: null }])
      assert.deepEqual(await ids('users'), ['usr_a3', ...OTHERS])
      const third = await engine.replay({ limit: 1 })
      assert.deepEqual([third.deletedAgain, third.stopped], [1, null])
      assert.deepEqual(await ids('users'), OTHERS)
      assert.equal((await engine.ledger.verify()).valid, true)
    })

    it('looks only at deletions from an instant on', async () => {
      const { engine } = await broughtBack()
      const ask = async (since: string) => (await engine.replay({ since: new Date(since) })).checked
      assert.deepEqual([await ask('2026-03-02'), await ask('2026-03-01')], [0, 3])
    })

    it('asks hooks and blockers again, and tells what they refuse', async () => {
      const { host, engineWith, ids } = await broughtBack()
      await host.insert('holds', { id: 'hold', user_id: 'usr_a1' })
      const seen: unknown[] = []
      const engine = engineWith({
        hooks: {
          beforeDelete: ({ userId, replayOf }) => {
            seen.push([userId, typeof replayOf])
            return userId === 'usr_a2' ? { veto: 'not_now' } : undefined
          },
        },
      })
      const result = await engine.replay()
      assert.deepEqual(
        [result.resurrected, result.deletedAgain, result.failed, result.failedByCode],
        [3, 1, 2, { deletion_blocked: 1, deletion_vetoed: 1 }],
      )
      assert.deepEqual(
        result.errors.map(({ userId, code }) => [userId, code]),
        [
          ['usr_a1', 'deletion_blocked'],
          ['usr_a2', 'deletion_vetoed'],
        ],
      )
      assert.deepEqual(seen, [
        ['usr_a2', 'string'],
        ['usr_a3', 'string'],
      ])
      assert.deepEqual(await ids('users'), ['usr_a1', 'usr_a2', ...OTHERS])
    })

    it('goes the journalled way for a large user, and holds back what is shared there too', async () => {
      const { host, engineWith, ids } = await broughtBack()
      await addUser(host, 'usr_new', tenantId, 'user1@example.com', '2026-03-20T00:00:00.000Z')
      const engine = engineWith({ maxRowsPerTransaction: 1 })
      const result = await engine.replay()
      assert.equal(result.deletedAgain, 3)
      const receipts = await receiptsOf({ engine })
      assert.deepEqual(
        receipts.slice(3).map(({ way, replayOf }) => [way, replayOf]),
        receipts.slice(0, 3).map(({ id }) => ['journal', id]),
      )
      assert.ok((await ids('invitations')).includes('inv_usr_a1'))
      assert.ok(!(await ids('invitations')).includes('inv_usr_a2'))
      assert.deepEqual(await ids('users'), [...OTHERS, 'usr_new'])
    })

    it('finds restored rows where the policy keeps a blank one, and blanks them once', async () => {
      const policy = blankPolicy as unknown as typeof restoredPolicy
      for (const keys of [{}, { subject }]) {
        const { host, engine } = await broughtBack({ policy, keys })
        assert.equal((await engine.replay()).deletedAgain, 3)
        const blank = await host.rows('users', { status: 'x' })
        assert.deepEqual(idsOf(blank), ['usr_a1', 'usr_a2', 'usr_a3'])
        assert.equal((await engine.replay()).resurrected, 0)
      }
    })

    it('needs the subject key that the ledger was written with, before it deletes anybody', async () => {
      const { engineWith, ids } = await broughtBack({ keys: { subject } })
      await assert.rejects(engineWith({ keys: {} }).replay(), {
        code: 'invalid_argument',
        details: { path: 'keys.subject' },
      })
      assert.equal((await ids('users')).length, 8)
    })

    it('finds users of a ledger that came to have a subject key half-way', async () => {
      const world = await restoreBackup(open, {}, async (engine) => {
        await engine.delete('usr_a1', { tenantId })
      })
      await world.engine.ledger.import(world.lines)
      const keyed = world.engineWith({ keys: { subject } })
      await keyed.delete('usr_a2', { tenantId })
      await addUser(world.host, 'usr_a2', tenantId, null, '2026-01-01')
      assert.equal((await keyed.replay()).deletedAgain, 2)
      assert.deepEqual(await world.ids('users'), ['usr_a3', ...OTHERS])
    })

    it('refuses options that are none', async () => {
      const { engine } = await broughtBack()
      for (const options of [{ since: new Date('x') }, { limit: 0 }, { sinse: 1 }]) {
        await assert.rejects(engine.replay(options as never), { code: 'invalid_argument' })
      }
    })
  })

  describe(`a later user under the id of a deleted one on ${name}`, () => {
    const LATER: readonly unknown[] = [
      '2026-03-01T12:00:00.001Z',
      '2026-03-01 12:00:01',
      '2026-03-01T14:00:01+01:00',
      Date.parse('2026-03-02') / 1_000,
      Date.parse('2026-03-02'),
    ]
    const EARLIER: readonly unknown[] = [
      '2026-03-01T12:00:00.000Z',
      '2026-03-01 11:59:59',
      '2026-03-01T12:59:59+01:00',
      Date.parse('2026-02-28') / 1_000,
      BigInt(Date.parse('2026-02-28')),
    ]

    it('stays where the row is newer than the deletion, and is counted', async () => {
      const { host, engine, ids } = await broughtBack()
      for (const created_at of LATER) {
        await host.update('users', { id: 'usr_a1' }, { created_at })
        assert.equal((await engine.replay()).skipped, 1, String(created_at))
        assert.deepEqual(await ids('users'), ['usr_a1', ...OTHERS])
        assert.ok((await ids('sessions')).includes('ses_usr_a1_1'))
      }
    })

    it('is the same user where the row is older', async () => {
      for (const instants of [EARLIER.slice(0, 3), EARLIER.slice(3)]) {
        const { host, engine, ids } = await broughtBack()
        for (const [index, created_at] of instants.entries()) {
          await host.update('users', { id: `usr_a${index + 1}` }, { created_at })
        }
        assert.equal((await engine.replay()).deletedAgain, 3)
        assert.deepEqual(await ids('users'), OTHERS)
      }
    })

    it('is left alone, as a failure, where nobody can tell', async () => {
      const { host, engine, ids } = await broughtBack()
      for (const [index, created_at] of [null, 'yesterday', Buffer.from('x')].entries()) {
        await host.update('users', { id: `usr_a${index + 1}` }, { created_at })
      }
      const result = await engine.replay()
      assert.deepEqual(result.failedByCode, { schema_mismatch: 3 })
      assert.deepEqual(await ids('users'), ['usr_a1', 'usr_a2', 'usr_a3', ...OTHERS])
    })

    it('is compared with the last of several deletions', async () => {
      const world = await restoreBackup(open, {}, async (engine) => {
        await engine.delete('usr_a1', { tenantId })
      })
      await world.engine.ledger.import(world.lines)
      // Back, and deleted again in April; a row from between the two deletions came back once more.
      await world.engine.replay()
      await addUser(world.host, 'usr_a1', tenantId, null, '2026-03-15T00:00:00.000Z')
      const result = await world.engine.replay()
      assert.deepEqual([result.checked, result.deletedAgain, result.skipped], [1, 1, 0])
      assert.deepEqual(await world.ids('users'), ['usr_a2', 'usr_a3', ...OTHERS])
    })
  })
})
