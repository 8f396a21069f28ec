/**
 * Clauses of the store contract: receipts, ledger, outbox, spool and marks.
 *
 * @module
 */

import assert from 'node:assert/strict'
import {
  type AboutQuery,
  appendLedger,
  ledgerHead,
  readAbout,
  readLedger,
} from '../../../records/ledger-records.ts'
import { readMark, writeMark } from '../../../records/mark-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import { writeRecords } from '../../../records/record-flows.ts'
import { findRetentions, readRetentions } from '../../../records/retention-records.ts'
import { clearSpool, readSpool, spool } from '../../../records/spool-records.ts'
import { answerOf } from '../../../store/inquiry.ts'
import { replaced } from '../../../store/open-retentions.ts'
import type { LedgerEntry, LedgerHead, OpenRetention, OutboxEvent } from '../../../store/records.ts'
import { withAnswers } from '../altered-store.ts'
import { ANN, BOB, NIL, SHARED_EMAIL } from '../data.ts'
import { type Clause, IN_A } from '../world.ts'

export function receiptClauses(clause: Clause): void {
  clause('a receipt counts the rows that were there', async ({ engine, rows }) => {
    const total = async (table: string): Promise<number> => (await rows(table)).length
    const tables = ['sessions', 'session_hints', 'hint_items', 'members']
    const before = await Promise.all(tables.map(total))
    const receipt = await engine.delete(ANN, IN_A)
    const after = await Promise.all(tables.map(total))
    const counted = tables.map((name) => receipt.steps.find(({ table }) => table === name)?.rows)
    assert.deepEqual(
      counted,
      before.map((count, index) => count - (after[index] ?? 0)),
    )
    assert.deepEqual(counted, [2, 2, 2, 1])
  })

  clause('in a slice every user has a receipt with counts of their own', async (world) => {
    await world.engine.deleteMany([ANN, NIL, BOB], { ...IN_A, mode: 'throughput' })
    const counts: unknown[] = []
    for await (const { userId, steps } of world.engine.ledger.receipts()) {
      counts.push([userId, steps.find(({ table }) => table === 'sessions')?.rows])
    }
    assert.deepEqual(counts, [
      [ANN, 2],
      [NIL, 0],
      [BOB, 2],
    ])
    assert.equal((await world.rows('sessions')).length, 3)
  })

  clause('neither ledger nor outbox holds personal data', async ({ engine, store }) => {
    await engine.delete(ANN, IN_A)
    const text = JSON.stringify([
      await readLedger(store, { afterSeq: 0, limit: 10 }),
      await readOutbox(store, { afterId: null, limit: 10 }),
    ])
    for (const secret of [SHARED_EMAIL, `Name of ${ANN}`, '1.1.1.1', '2.2.2.2']) {
      assert.ok(!text.includes(secret), secret)
    }
  })

  clause('deleting twice is not found, with the first receipt named', async (world) => {
    const { id } = await world.engine.delete(ANN, IN_A)
    const before = await world.snapshot()
    await assert.rejects(world.engine.delete(ANN, IN_A), {
      code: 'resource_not_found',
      details: { receiptId: id },
    })
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('the same idempotency key gives the same receipt', async ({ engine, snapshot }) => {
    const first = await engine.delete(ANN, { ...IN_A, idempotencyKey: 'key_1' })
    const before = await snapshot()
    const options = { ...IN_A, idempotencyKey: 'key_1' }
    assert.deepEqual(await engine.delete(ANN, options), first)
    await assert.rejects(engine.delete(BOB, options), { code: 'idempotency_conflict' })
    assert.deepEqual(await snapshot(), before)
  })
}

export function ledgerClauses(clause: Clause): void {
  clause('a scrub keeps every row and receipt, and adds what it reached', async (world) => {
    const { engine, store } = world
    await engine.delete(ANN, IN_A)
    const entries = () => readLedger(store, { afterSeq: 0, limit: 100 })
    const [before, snapshot] = [await entries(), await world.snapshot()]
    const scrubbed = await engine.scrubFile()
    const { level, complete, obstacle, bytesBefore, bytesAfter } = scrubbed
    assert.ok(
      ['rows_removed', 'rows_overwritten', 'journal_cleared', 'file_rewritten'].includes(level),
    )
    assert.equal(complete, obstacle === null)
    assert.equal(bytesBefore === null, bytesAfter === null)
    const again = await engine.scrubFile()
    assert.deepEqual([again.level, again.complete], [level, complete])
    const after = await entries()
    assert.deepEqual(after.slice(0, before.length), before)
    const added = after.slice(before.length)
    assert.deepEqual(
      added.map(({ kind, subject, body }) => [kind, subject, JSON.parse(body).level]),
      [
        ['storage.sanitized', null, level],
        ['storage.sanitized', null, level],
      ],
    )
    assert.equal(JSON.parse(added[0]?.body ?? '{}').throughSeq, before.at(-1)?.seq)
    assert.equal((await engine.ledger.verify()).valid, true)
    assert.deepEqual(await world.snapshot(), snapshot)
  })

  clause('entries are chained in the order of commits', async ({ engine, store, clock }) => {
    await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    clock.set('2026-03-02T12:00:00.000Z')
    await engine.delete(NIL, IN_A)
    const entries = await readLedger(store, { afterSeq: 0, limit: 100 })
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      entries.map((_, index) => index + 1),
    )
    const head = await ledgerHead(store)
    assert.deepEqual([head?.seq, head?.hash], [entries.at(-1)?.seq, entries.at(-1)?.hash])
    assert.equal((await engine.ledger.verify()).valid, true)
    const page = await readLedger(store, { afterSeq: 1, limit: 1 })
    assert.deepEqual(page, entries.slice(1, 2))
    const since = await readLedger(store, { afterSeq: 0, limit: 100, since: '2026-03-02' })
    assert.deepEqual(
      since,
      entries.filter(({ at }) => at >= '2026-03-02'),
    )
  })

  clause('entries about a user, and of a fact, are found in order, and those alone', async (w) => {
    const { engine, store } = w
    await engine.deleteMany([ANN, BOB], { ...IN_A, mode: 'throughput' })
    await engine.scrubFile()
    await engine.scrubFile()
    await appendLedger(store, (head) => {
      const next = { ...nextOf(head), userTable: 'users', tenantId: IN_A.tenantId }
      const entries = [
        { ...next, kind: 'retention.expired', body: '{"stepId":"a#1"}' },
        { ...next, seq: next.seq + 1, kind: 'retention.expired', body: '{"stepId":"a.1"}' },
        { ...next, seq: next.seq + 2, kind: 'retention.expired', userTable: 'staff' },
      ] as const
      return { entries, events: [], head: { seq: next.seq + 2, hash: 'c', signature: null } }
    })
    const entries = await readLedger(store, { afterSeq: 0, limit: 100 })
    const whose = { userTable: 'users', ...IN_A, afterSeq: 0, limit: 100 }
    const found = async (query: Partial<AboutQuery> & Pick<AboutQuery, 'kind' | 'about'>) =>
      (await readAbout(store, { ...whose, ...query })).map(({ seq }) => seq)
    const wanted = (isWanted: (entry: LedgerEntry) => boolean) =>
      entries.filter(isWanted).map(({ seq }) => seq)
    const receipts = { kind: 'user.deleted', about: { subject: ANN } } as const
    assert.deepEqual(
      await found(receipts),
      wanted(({ kind, subject }) => kind === 'user.deleted' && subject === ANN),
    )
    assert.deepEqual(await found({ ...receipts, userTable: 'staff' }), [])
    assert.deepEqual(await found({ ...receipts, tenantId: null }), [])
    const levelOf = ({ kind, body }: LedgerEntry): unknown =>
      kind === 'storage.sanitized' ? JSON.parse(body).level : undefined
    const level = levelOf(entries.find((entry) => levelOf(entry) !== undefined) ?? nobody())
    const scrubs = wanted((entry) => levelOf(entry) === level)
    const cleared = { kind: 'storage.sanitized', tenantId: null } as const
    const query = { ...cleared, about: { fact: String(level) } }
    assert.deepEqual(await found(query), scrubs)
    assert.deepEqual(await found({ ...query, limit: 1 }), scrubs.slice(0, 1))
    assert.deepEqual(await found({ ...query, afterSeq: scrubs[0] ?? 0 }), scrubs.slice(1))
    assert.deepEqual(await found({ ...query, tenantId: IN_A.tenantId }), [])
    const ended = (fact: string) => ({ kind: 'retention.expired', about: { fact } }) as const
    assert.deepEqual(
      await found(ended('a#1')),
      wanted(({ body }) => body === '{"stepId":"a#1"}'),
    )
    assert.equal((await found(ended('a.1'))).length, 1)
    assert.deepEqual(await found(ended('a')), [])
    assert.deepEqual(await found(ended('b#1')), [])
    assert.deepEqual(await found({ ...ended('b#1'), userTable: 'staff' }), [entries.at(-1)?.seq])
  })

  clause('an entry that is altered, missing or cut off shows', async (world) => {
    await world.engine.deleteMany([ANN, BOB, NIL], { ...IN_A, mode: 'throughput' })
    const { store } = world
    const seen = async (change: (seq: number) => 'keep' | 'alter' | 'drop'): Promise<unknown> => {
      const altered = withAnswers(store, (question, own) =>
        question.kind !== 'records' || question.table !== 'ledger'
          ? own
          : (own as readonly LedgerEntry[]).flatMap((entry) => {
              const verdict = change(entry.seq)
              if (verdict === 'drop') return []
              return verdict === 'keep' ? entry : { ...entry, body: `${entry.body} ` }
            }),
      )
      return world.engineWith({ store: altered }).ledger.verify()
    }
    const at = (wanted: number, verdict: 'alter' | 'drop') => (seq: number) =>
      seq === wanted ? verdict : 'keep'
    assert.deepEqual(await seen(at(2, 'alter')), { valid: false, seq: 2, problem: 'altered' })
    assert.deepEqual(await seen(at(2, 'drop')), { valid: false, seq: 2, problem: 'missing' })
    assert.deepEqual(await seen((seq) => (seq > 2 ? 'drop' : 'keep')), {
      ...{ valid: false, seq: 3, problem: 'cut' },
    })
  })

  clause('a keyed ledger is signed, and does not verify under another key', async (world) => {
    const keys = { pseudonym: 'a pseudonym key for tests' }
    const signed = world.engineWith({ keys: { ...keys, ledger: 'a ledger key for tests' } })
    await signed.delete(ANN, IN_A)
    assert.notEqual((await ledgerHead(world.store))?.signature ?? null, null)
    assert.equal((await signed.ledger.verify()).valid, true)
    const other = world.engineWith({ keys: { ...keys, ledger: 'another ledger key here' } })
    assert.equal((await other.ledger.verify()).valid, false)
  })

  clause('a seal that throws appends nothing', async ({ store, engine }) => {
    await engine.delete(NIL, IN_A)
    const before = await ledgerHead(store)
    let given: LedgerHead | null = null
    await assert.rejects(
      appendLedger(store, (head) => {
        given = head
        throw new Error('seal failed')
      }),
    )
    assert.deepEqual(given, before)
    assert.deepEqual(await ledgerHead(store), before)
  })
}

/** An entry behind the head that names nobody. */
function nextOf(head: LedgerHead | null): Omit<LedgerEntry, 'kind'> {
  return {
    ...{ seq: (head?.seq ?? 0) + 1, at: '2026-03-01T12:00:00.000Z', hash: 'c' },
    ...{ userTable: null, tenantId: null, subject: null, idempotencyKey: null },
    body: '{"stepId":"b#1"}',
  }
}

function nobody(): LedgerEntry {
  return assert.fail('there is no such entry')
}

export function outboxClauses(clause: Clause): void {
  clause('events commit with the deletion: the deletion and what the policy names', async (w) => {
    await w.engine.delete(ANN, IN_A)
    const events = await readOutbox(w.store, { afterId: null, limit: 10 })
    assert.deepEqual(events.map(({ type, rows }) => `${type} ${rows}`).sort(), [
      'org.member.removed 1',
      'session.revoked 2',
      `user.deleted ${events.find(({ type }) => type === 'user.deleted')?.rows}`,
    ])
    assert.equal(await w.row('users', ANN), undefined)
  })

  clause('an event is delivered again under the same id until acknowledged', async (world) => {
    await world.engine.delete(ANN, IN_A)
    const read = async (): Promise<readonly OutboxEvent[]> => {
      const events: OutboxEvent[] = []
      for await (const event of world.engine.outbox.pending()) events.push(event)
      return events
    }
    const events = await read()
    assert.deepEqual(await read(), events)
    const ids = events.map(({ id }) => id)
    assert.deepEqual([...ids].sort(), ids)
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual(
      await readOutbox(world.store, { afterId: ids[0] ?? '', limit: 1 }),
      events.slice(1, 2),
    )
    assert.equal(await world.engine.outbox.acknowledge(ids.slice(0, 1)), 1)
    assert.deepEqual(await read(), events.slice(1))
    assert.equal(await world.engine.outbox.acknowledge(ids), ids.length - 1)
    assert.equal(await world.engine.outbox.acknowledge(ids), 0)
    assert.deepEqual(await read(), [])
  })

  clause('a spool keeps ids as they are and in their order, run by run', async ({ store }) => {
    await spool(store, 'run_1', 0, ['b', null, 1, '1'])
    await spool(store, 'run_2', 0, ['z'])
    await spool(store, 'run_1', 4, ['a', 2n ** 60n])
    assert.deepEqual(await readSpool(store, 'run_1', 0, 10), ['b', null, 1, '1', 'a', 2n ** 60n])
    assert.deepEqual(await readSpool(store, 'run_1', 3, 2), ['1', 'a'])
    assert.deepEqual(await readSpool(store, 'run_1', 6, 2), [])
    await clearSpool(store, 'run_1')
    await clearSpool(store, 'run_1')
    assert.deepEqual(await readSpool(store, 'run_1', 0, 10), [])
    assert.deepEqual(await readSpool(store, 'run_2', 0, 10), ['z'])
  })

  clause('retentions are found in the order of their deletions, and by their places', async (w) => {
    const { store } = w
    const retention = (
      step: string,
      seq: number,
      at: string,
      more: Partial<OpenRetention> = {},
    ) => ({
      ...({ step, seq, state: 'waiting', at, tenantId: null, hidden: 0 } as const),
      ...{ subjects: ['ann', 7, 9_007_199_254_740_993n] },
      ...more,
    })
    const at = (day: number): string => `2026-03-0${day}T12:00:00.000Z`
    const first = retention('["users","a#0"]', 40, at(1))
    const second = retention('["users","a#0"]', 9, at(2), { ...IN_A, hidden: 1 })
    const third = retention('["users","a#0"]', 10, at(2))
    const held = retention('["users","a#0"]', 1, at(1), { state: 'held' })
    const other = retention('["users","b#0"]', 40, at(1))
    const records = [third, held, second, other, first]
    await writeRecords(store, { kind: 'insert', table: 'retentions', records })
    const query = { step: first.step, state: 'waiting', after: null, limit: 2 } as const
    assert.deepEqual(await readRetentions(store, query), [first, second])
    assert.deepEqual(await readRetentions(store, { ...query, after: second }), [third])
    assert.deepEqual(await readRetentions(store, { ...query, state: 'held' }), [held])
    assert.deepEqual(await findRetentions(store, [first.step, other.step], [42]), [first, other])
    assert.deepEqual(await findRetentions(store, [first.step], [3, 11]), [held, second, third])
    assert.deepEqual(await findRetentions(store, [], [11]), [])
    if (store.capabilities.transactions) {
      const others = [{ ...held, subjects: ['bob'] }]
      await assert.rejects(
        writeRecords(store, { kind: 'insert', table: 'retentions', records: others }),
      )
    }
    await writeRecords(
      store,
      ...replaced(first.step, [held, first], [{ ...held, state: 'failed' }]),
    )
    assert.deepEqual(await answerOf(store, { kind: 'records', table: 'retentions' }), [
      { ...held, state: 'failed' },
      second,
      third,
      other,
    ])
  })

  clause('a mark holds the last value written, and is null before the first', async (world) => {
    const { store } = world
    assert.equal(await readMark(store, 'sweep'), null)
    await writeMark(store, 'sweep', '12')
    await writeMark(store, 'sweep', '12')
    await writeMark(store, 'Sweep', '')
    assert.equal(await readMark(store, 'sweep'), '12')
    assert.equal(await readMark(store, 'Sweep'), '')
    await writeMark(store, 'sweep', '13')
    await store.migrate()
    assert.equal(await readMark(store, 'sweep'), '13')
  })
}
