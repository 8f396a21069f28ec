/** A ledger that is verified in pieces, each behind the head that the one before has answered. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { UserDeletionEngine, type VerifiedHead } from '../../src/index.ts'
import { entryHash, headFor } from '../../src/receipt/chain.ts'
import { readLedger } from '../../src/records/ledger-records.ts'
import { withAnswers } from '../../src/testing/contract/altered-store.ts'
import { acmePolicy, openAcme } from '../worlds/acme.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { assertWhole } from '../worlds/found-whole.ts'

const tenantId = 'tnt_a'
const KEY = 'a ledger key of enough bytes'
const OTHER = 'another ledger key of enough bytes'
const MARK = "SELECT value FROM user_deletion_marks WHERE name = 'ledger_verified'"

/** Twenty-one entries: twenty receipts, and that the journal was cleared. */
async function world(keys: { readonly ledger?: string } = { ledger: KEY }) {
  const clock = fixedClock()
  const opened = await openAcme({ users: 30, keys, clock })
  const ids = Array.from({ length: 20 }, (_, index) => `usr_a${index + 1}`)
  await opened.engine.deleteMany(ids, { tenantId, mode: 'throughput' })
  const recorded = () => opened.db.prepare(MARK).pluck().get()
  return { ...opened, clock, recorded }
}

async function headAfter(
  { engine }: Pick<Awaited<ReturnType<typeof world>>, 'engine'>,
  limit: number,
): Promise<VerifiedHead> {
  const found = await engine.ledger.verify({ limit })
  assert.ok(found.valid)
  return found.head
}

describe('a ledger verified in pieces', () => {
  it('is looked at once from end to end, and says where the next piece begins', async () => {
    const { engine } = await world()
    const pieces: unknown[] = []
    let from: VerifiedHead | undefined
    for (let more = true; more; ) {
      const found = await engine.ledger.verify({ limit: 8, ...(from ? { from } : {}) })
      assert.ok(found.valid)
      pieces.push([found.entries, found.head.seq, found.keyed, found.more])
      from = found.head
      more = found.more
    }
    assert.deepEqual(pieces, [
      [8, 8, true, true],
      [8, 16, true, true],
      [5, 21, true, false],
    ])
    const again = await engine.ledger.verify({ from: from as VerifiedHead })
    assert.ok(again.valid)
    assert.deepEqual([again.entries, again.more], [0, false])
    assert.deepEqual(again.head, from)
  })

  it('reads of a long ledger what stands behind the head alone, a page at a time', async () => {
    const { db, engine } = await world()
    const from = await headAfter({ engine }, 15)
    const asked: unknown[] = []
    const counted = withAnswers(sqliteStore(db), (question, own) => {
      if (question.kind !== 'records' || question.table !== 'ledger') return own
      const [behind] = question.where ?? []
      asked.push([behind !== undefined && 'above' in behind ? behind.above : null, question.limit])
      return own
    })
    const other = new UserDeletionEngine({
      ...{ store: counted, policy: acmePolicy, keys: { ledger: KEY } },
    })
    assert.equal((await other.ledger.verify({ from })).valid, true)
    assert.deepEqual(asked, [
      // The anchor of an archive, if there is one.
      [null, 1],
      [13, 2],
      [15, 500],
    ])
  })

  it('shows what was changed in the piece, in the entry it begins behind, and in the head', async () => {
    for (const [sql, problem] of [
      ["UPDATE user_deletion_ledger SET at = '2020-01-01' WHERE seq = 20", [20, 'altered']],
      ["UPDATE user_deletion_ledger SET at = '2020-01-01' WHERE seq = 10", [10, 'altered']],
      ['DELETE FROM user_deletion_ledger WHERE seq = 12', [12, 'missing']],
      ['DELETE FROM user_deletion_ledger WHERE seq = 9', [10, 'missing']],
      ['DELETE FROM user_deletion_ledger WHERE seq > 20', [21, 'cut']],
      ['UPDATE user_deletion_ledger_head SET seq = 20', [20, 'head_altered']],
    ] as const) {
      const { db, engine } = await world()
      const from = await headAfter({ engine }, 10)
      db.exec(sql)
      const found = await engine.ledger.verify({ from })
      assert.ok(!found.valid, sql)
      assert.deepEqual([found.seq, found.problem], problem, sql)
    }
  })

  it('refuses a head that is not in the chain any more, though the chain itself holds', async () => {
    const { engine, recorded } = await world({})
    const from = await headAfter({ engine }, 10)
    const before = recorded()
    const other = await world({})
    for (const [one, head] of [
      [other.engine, from],
      [engine, { ...from, seq: 11 }],
      [engine, { ...from, seq: 22 }],
      [engine, { seq: 0, hash: from.hash }],
    ] as const) {
      assert.deepEqual(await one.ledger.verify({ from: head }), {
        ...{ valid: false, seq: head.seq, problem: 'other_chain' },
      })
    }
    assert.equal(recorded(), before)
    assertWhole(await other.engine.ledger.verify(), 21, false)
  })

  it('goes on under the key of the entry it begins behind, and no older one', async () => {
    const { db, engine } = await world()
    const rotated = new UserDeletionEngine({
      ...{ store: sqliteStore(db), policy: acmePolicy },
      keys: { ledger: OTHER, oldLedger: [KEY] },
    })
    await rotated.delete('usr_a21', { tenantId })
    const whole = await rotated.ledger.verify()
    assert.ok(whole.valid)
    const from = whole.head
    assert.equal((await rotated.ledger.verify({ from })).valid, true)
    assert.equal((await engine.ledger.verify({ from })).valid, false)
    const [last] = await readLedger(sqliteStore(db), { afterSeq: from.seq - 1, limit: 1 })
    assert.ok(last !== undefined)
    const forged = { ...last, seq: from.seq + 1, kind: 'storage.sanitized' } as const
    const head = headFor(KEY, forged.seq, entryHash(KEY, last.hash, forged))
    db.prepare(
      'INSERT INTO user_deletion_ledger (seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash) SELECT ?, ?, at, user_table, tenant_id, subject, idempotency_key, body, ? FROM user_deletion_ledger WHERE seq = ?',
    ).run(forged.seq, forged.kind, head.hash, last.seq)
    db.prepare('UPDATE user_deletion_ledger_head SET seq = ?, hash = ?, signature = ?').run(
      ...[head.seq, head.hash, head.signature],
    )
    assert.equal((await rotated.ledger.verify({ from })).valid, false)
  })

  it('takes no other words', async () => {
    const { engine } = await world()
    for (const [options, path] of [
      [{ from: 7 }, 'from'],
      [{ from: { seq: -1, hash: '' } }, 'from'],
      [{ from: { seq: 1 } }, 'from'],
      [{ limit: 0 }, 'limit'],
      [{ limit: 1.5 }, 'limit'],
      [{ record: 1 }, 'record'],
    ] as const) {
      const asked = engine.ledger.verify(options as never)
      await assert.rejects(asked, { code: 'invalid_argument', details: { path } })
    }
  })
})

describe('what is remembered of a verification', () => {
  const factOf = (text: unknown) => JSON.parse(String(text)) as Record<string, unknown>

  it('is when it was made, and how far; of pieces, since when', async () => {
    const { engine, recorded, clock } = await world()
    await engine.ledger.verify({ limit: 8 })
    clock.set('2026-03-02T12:00:00.000Z')
    const from = await headAfter({ engine }, 8)
    const first = factOf(recorded())
    assert.deepEqual([first['at'], first['since']], Array(2).fill('2026-03-02T12:00:00.000Z'))
    clock.set('2026-03-03T12:00:00.000Z')
    await engine.ledger.verify({ from })
    const { at, since, head, valid } = factOf(recorded())
    assert.deepEqual(
      [valid, since, at],
      [true, '2026-03-02T12:00:00.000Z', '2026-03-03T12:00:00.000Z'],
    )
    assert.equal((head as VerifiedHead).seq, 21)
  })

  it('is not what a piece has found before which entries were not looked at', async () => {
    const { db, engine, recorded } = await world()
    const from = await headAfter({ engine }, 10)
    db.exec("DELETE FROM user_deletion_marks WHERE name = 'ledger_verified'")
    assert.equal((await engine.ledger.verify({ from })).valid, true)
    assert.equal(recorded(), undefined)
  })

  it('is not less than what is known, and nothing where that was asked for', async () => {
    const { engine, recorded } = await world()
    await engine.ledger.verify({ record: false })
    assert.equal(recorded(), undefined)
    await engine.ledger.verify()
    const whole = recorded()
    await engine.ledger.verify({ limit: 3 })
    assert.equal(recorded(), whole)
  })

  it('is also that it did not hold', async () => {
    const { db, engine, recorded } = await world()
    await engine.ledger.verify()
    db.exec("UPDATE user_deletion_ledger SET at = '2020-01-01' WHERE seq = 5")
    await engine.ledger.verify()
    const { valid, seq, problem } = factOf(recorded())
    assert.deepEqual([valid, seq, problem], [false, 5, 'altered'])
  })
})
