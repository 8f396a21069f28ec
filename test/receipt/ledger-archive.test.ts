import assert from 'node:assert/strict'
import { UserNotFoundError } from '../../src/index.ts'
import {
  archiveOld,
  assertHolds,
  BEFORE,
  codeOf,
  entriesOf,
  exportOf,
  hasLostBody,
  IN_A,
  IN_B,
  KEYED,
  keepIn,
  openOld,
} from '../worlds/archived-ledger.ts'
import { forEachTables } from '../worlds/hosts/each-tables.ts'

const KEYS = { ledger: 'a ledger key of enough bytes' }
const TWO_HUNDRED = 230

forEachTables(({ name, describe, it, open }) => {
  describe(`an archive of the ledger, on ${name}`, () => {
    it('has the old entries as an export writes them, and a signed head last', async () => {
      const { engine, old } = await openOld(open, { keys: KEYS })
      const before = await exportOf(engine)
      const { lines, done } = await archiveOld(engine)
      assert.deepEqual(lines.slice(0, -1), before.slice(0, old.length))
      assert.equal(done.entries, old.length)
      assert.equal(done.removed, old.length)
      assert.equal(done.more, false)
      assert.equal(done.part?.from.seq, 0)
      assert.equal(done.part?.head.hash, old.at(-1)?.hash)
      assert.deepEqual(JSON.parse(lines.at(-1) ?? ''), JSON.parse(before.at(-1) ?? ''))
    })

    it('takes the receipts out of the database, and leaves holds and facts as they are', async () => {
      const { engine, old } = await openOld(open)
      await archiveOld(engine)
      const entries = await entriesOf(engine)
      for (const [place, { body, ...fields }] of old.entries()) {
        const entry = entries[place]
        assert.ok(entry)
        const { body: left, ...stays } = entry
        assert.deepEqual(stays, fields)
        const { archived, ...said } = JSON.parse(left) as Record<string, unknown>
        assert.ok(archived)
        if (entry.kind === 'user.deleted') {
          assert.ok(hasLostBody(entry))
          assert.deepEqual(Object.keys(said), ['digest', 'id', 'replayOf', 'userId'])
        } else assert.deepEqual(said, JSON.parse(body))
      }
      assert.equal(entries.at(old.length)?.kind, 'ledger.archived')
    })

    it('is verified with what the ledger keeps', async () => {
      const { engine, old } = await openOld(open, { keys: KEYS })
      const { lines } = await archiveOld(engine)
      await engine.delete('usr_b1', IN_B)
      await assertHolds(engine, old.length)
      assert.deepEqual(await engine.ledger.verifyArchive(lines), {
        ...{ valid: true, entries: old.length, keyed: true },
        from: { seq: 0, hash: '0'.repeat(64) },
        head: { seq: old.length, hash: old.at(-1)?.hash },
      })
    })

    it('changes nothing of what is said of a user who is gone', async () => {
      const { engine, first } = await openOld(open)
      const ask = async () => ({
        isDeleted: await engine.isDeleted('usr_a1', IN_A),
        neverWas: await engine.isDeleted('usr_a9', IN_A),
        elsewhere: await engine.isDeleted('usr_a1', IN_B),
        again: await engine.delete('usr_a1', IN_A).catch((error: UserNotFoundError) => ({
          isNotFound: error instanceof UserNotFoundError,
          details: error.details,
        })),
        verified: await engine.verify('usr_a1', IN_A),
      })
      const before = await ask()
      assert.deepEqual(before.again, { isNotFound: true, details: { receiptId: first.id } })
      await archiveOld(engine)
      assert.deepEqual(await ask(), before)
      const outcomes: unknown[] = []
      await engine.deleteMany(['usr_a1'], {
        ...IN_A,
        onOutcome: ({ status, ...rest }) =>
          outcomes.push([status, 'receiptId' in rest ? rest.receiptId : null]),
      })
      assert.deepEqual(outcomes, [['already_deleted', first.id]])
    })

    it('says of an archived receipt that it is archived, and which one it is', async () => {
      const { engine, first, old } = await openOld(open)
      const entry = old.find(({ subject }) => subject === 'usr_a1')
      await archiveOld(engine)
      const { id: receiptId, digest, deletedAt } = first
      const isTold = {
        code: 'receipt_archived',
        details: { receiptId, digest, deletedAt, seq: entry?.seq },
      }
      await assert.rejects(engine.delete('usr_a1', KEYED), isTold)
      await assert.rejects(engine.proof('usr_a1', IN_A), isTold)
      await assert.rejects(engine.proof('usr_a1', { ...IN_A, receiptId: first.id }), isTold)
      await assert.rejects(engine.ledger.receipts().next(), isTold)
      assert.equal(await codeOf(engine.delete('usr_a3', KEYED)), 'idempotency_conflict')
      assert.equal(
        await codeOf(engine.proof('usr_a1', { ...IN_A, receiptId: 'rcp_none' })),
        'resource_not_found',
      )
    })

    it('leaves what is known of its receipts to be listed in their place', async () => {
      const { engine, first, second } = await openOld(open)
      await archiveOld(engine)
      const third = await engine.delete('usr_b1', IN_B)
      const told: unknown[] = []
      for await (const receipt of engine.ledger.receipts({ archived: 'told' })) told.push(receipt)
      const [one, two, three] = told as readonly { readonly id: string; readonly seq: number }[]
      assert.deepEqual(one, {
        ...{ archived: true, id: first.id, subject: 'usr_a1', tenantId: 'tnt_a', replayOf: null },
        ...{ deletedAt: first.deletedAt, digest: first.digest, seq: one?.seq },
      })
      assert.equal(two?.id, second.id)
      assert.deepEqual(three, third)
      const since: unknown[] = []
      for await (const { id } of engine.ledger.receipts({ since: BEFORE })) since.push(id)
      assert.deepEqual(since, [third.id])
    })

    it('goes on behind the one before, and each is verified by itself', async () => {
      const { engine, clock, old } = await openOld(open, { keys: KEYS })
      const first = await archiveOld(engine)
      await engine.delete('usr_b1', IN_B)
      await engine.settle()
      clock.set('2026-08-01T00:00:00.000Z')
      const second = await archiveOld(engine, new Date('2026-07-01'))
      assert.deepEqual(second.done.part?.from, first.done.part?.head)
      assert.equal(second.done.removed, second.done.entries)
      await assertHolds(engine, old.length + second.done.entries)
      for (const { lines } of [first, second]) {
        assert.ok((await engine.ledger.verifyArchive(lines)).valid)
      }
      assert.equal(await codeOf(engine.proof('usr_b1', IN_B)), 'receipt_archived')
    })

    it('is told by the proof of a later deletion, once the ledger was verified', async () => {
      const { engine, old } = await openOld(open, { keys: KEYS })
      await archiveOld(engine)
      await engine.delete('usr_b1', IN_B)
      await engine.ledger.verify()
      const { document, html } = await engine.proof('usr_b1', IN_B)
      const { lastVerified } = document.verification.ledger
      assert.ok(lastVerified?.valid && lastVerified.stands)
      assert.equal(lastVerified.archived, old.length)
      assert.ok(html.includes(`${old.length} of them by what stays of them`))
      // In pieces it comes to the same.
      for (let from = { seq: 0, hash: '0'.repeat(64) }; ; ) {
        const found = await engine.ledger.verify({ from, limit: 2 })
        assert.ok(found.valid, JSON.stringify(found))
        if (!found.more) break
        from = found.head
      }
      assert.ok((await engine.ledger.verify({ from: { seq: 1, hash: old[0]?.hash ?? '' } })).valid)
      const again = await engine.proof('usr_b1', IN_B)
      assert.deepEqual(again.document.verification.ledger.lastVerified, lastVerified)
    })

    it('has its bodies cleared from the journal of the database, where there is one', async () => {
      const { engine, clock, host } = await openOld(open)
      await clock.runLater()
      await archiveOld(engine)
      await clock.runLater()
      const last = (await entriesOf(engine)).at(-1)
      const hasJournal = host.store.capabilities.erasure === 'rows_overwritten'
      assert.equal(last?.kind, hasJournal ? 'storage.sanitized' : 'ledger.archived')
    })

    it('is not made of nothing: the sink is not called', async () => {
      const { engine, clock } = await openOld(open)
      const none = { entries: 0, part: null, anchor: null, removed: 0, more: false }
      const sink = () => assert.fail('there is nothing to keep')
      assert.deepEqual(await engine.ledger.archive({ before: new Date(0) }, sink), none)
      await archiveOld(engine)
      const left = await exportOf(engine)
      assert.deepEqual(await engine.ledger.archive({ before: BEFORE }, sink), none)
      // The anchor is old by now, but there is no receipt in it.
      clock.set('2027-01-01T00:00:00.000Z')
      assert.deepEqual(await engine.ledger.archive({ before: clock.now() }, sink), none)
      assert.deepEqual(await exportOf(engine), left)
    })

    it('has everything that was committed before a clock was set back, and no hole', async () => {
      const { engine, clock } = await openOld(open)
      await engine.delete('usr_b1', IN_B)
      clock.set('2026-03-02T00:00:00.000Z')
      await engine.delete('usr_b2', IN_B)
      clock.set('2026-06-01T00:00:00.000Z')
      const { lines } = await archiveOld(engine)
      assert.ok(lines.every((line) => !line.includes('usr_b')))
      await engine.proof('usr_b2', IN_B)
      await assertHolds(engine, lines.length - 1)
    })

    it('is not begun when the options are no options', async () => {
      const { engine, clock } = await openOld(open)
      const later = new Date(clock.now().getTime() + 1)
      const lines: string[] = []
      for (const [path, options, sink] of [
        ['before', { before: later }, keepIn(lines)],
        ['before', { before: new Date(Number.NaN) }, keepIn(lines)],
        ['before', undefined, keepIn(lines)],
        ['signal', { before: BEFORE, signal: 'now' }, keepIn(lines)],
        ['sink', { before: BEFORE }, undefined],
      ] as const) {
        await assert.rejects(engine.ledger.archive(options as never, sink as never), {
          code: 'invalid_argument',
          details: { path },
        })
      }
      assert.deepEqual(lines, [])
    })
  })

  describe(`while the ledger is archived, on ${name}`, () => {
    it('nothing is removed when the sink fails, or leaves lines', async () => {
      const { engine } = await openOld(open)
      const before = await exportOf(engine)
      const cause = new Error('the disk is full')
      const fails = async (lines: AsyncIterable<string>): Promise<void> => {
        for await (const line of lines) if (line.includes('"head"')) throw cause
      }
      await assert.rejects(engine.ledger.archive({ before: BEFORE }, fails), {
        ...{ code: 'hook_failed', cause },
      })
      const throwsAtOnce = () => {
        throw cause
      }
      assert.equal(
        await codeOf(engine.ledger.archive({ before: BEFORE }, throwsAtOnce)),
        'hook_failed',
      )
      const leaves = async (lines: AsyncIterable<string>): Promise<void> => {
        for await (const _ of lines) return
      }
      await assert.rejects(engine.ledger.archive({ before: BEFORE }, leaves), {
        ...{ code: 'invalid_argument', details: { path: 'sink' } },
      })
      assert.deepEqual(await exportOf(engine), before)
    })

    it('every body is there until the sink has resolved', async () => {
      const { engine } = await openOld(open)
      const before = await exportOf(engine)
      await engine.ledger.archive({ before: BEFORE }, async (lines) => {
        for await (const _ of lines) assert.deepEqual(await exportOf(engine), before)
        assert.deepEqual(await exportOf(engine), before)
      })
      assert.notDeepEqual(await exportOf(engine), before)
    })

    it('users are deleted, and stand behind it', async () => {
      const { engine, old } = await openOld(open)
      await engine.ledger.archive({ before: BEFORE }, async (lines) => {
        const ids = ['usr_b1', 'usr_b2']
        for await (const _ of lines) {
          const id = ids.pop()
          if (id !== undefined) await engine.delete(id, IN_B)
        }
      })
      await assertHolds(engine, old.length)
      await engine.proof('usr_b2', IN_B)
    })

    it('a second call that has handed out the same lines is told so, and nothing is archived twice', async () => {
      const { engine, old } = await openOld(open)
      const inner: string[] = []
      const outer: string[] = []
      const late = async (lines: AsyncIterable<string>): Promise<void> => {
        for await (const line of lines) outer.push(line)
        await engine.ledger.archive({ before: BEFORE }, keepIn(inner))
      }
      await assert.rejects(engine.ledger.archive({ before: BEFORE }, late), { code: 'in_progress' })
      await assertHolds(engine, old.length)
      assert.ok((await engine.ledger.verifyArchive(inner)).valid)
      const anchors = (await entriesOf(engine)).filter(({ kind }) => kind === 'ledger.archived')
      assert.equal(anchors.length, 1)
    })

    it('the signal ends it before the anchor with nothing removed', async () => {
      const { engine } = await openOld(open)
      const before = await exportOf(engine)
      const stop = new AbortController()
      const { signal } = stop
      const taken: string[] = []
      const stops = async (lines: AsyncIterable<string>): Promise<void> => {
        for await (const line of lines) {
          taken.push(line)
          stop.abort()
        }
      }
      const done = await engine.ledger.archive({ before: BEFORE, signal }, stops)
      assert.deepEqual(done, { entries: 0, part: null, anchor: null, removed: 0, more: true })
      assert.equal(taken.length, 1)
      assert.deepEqual(await exportOf(engine), before)
    })

    it('the signal ends it between two batches, and another call goes on', async () => {
      const { engine, clock } = await openOld(open, { users: TWO_HUNDRED })
      clock.set('2026-03-02T00:00:00.000Z')
      const ids = Array.from({ length: TWO_HUNDRED }, (_, index) => `usr_b${index + 1}`)
      await engine.deleteMany(ids, { ...IN_B, mode: 'throughput' })
      clock.set('2026-05-01T00:00:00.000Z')
      const stop = new AbortController()
      const lines: string[] = []
      const done = await engine.ledger.archive(
        { before: BEFORE, signal: stop.signal },
        async (all) => {
          for await (const line of all) lines.push(line)
          stop.abort()
        },
      )
      assert.equal(done.more, true)
      assert.equal(done.removed, 0)
      assert.notEqual(done.anchor, null)
      assert.ok((await engine.ledger.verifyArchive(lines)).valid)
      await assertHolds(engine, 0)
      const again = await engine.ledger.archive({ before: BEFORE }, () => assert.fail('is kept'))
      assert.deepEqual(again, { ...again, entries: 0, removed: done.entries, more: false })
      await assertHolds(engine, done.entries)
      assert.ok((await engine.ledger.verifyArchive(lines)).valid)
    })
  })
})
