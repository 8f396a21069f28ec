/**
 * Every byte of a ledger, changed one at a time, has to show.
 *
 * `ledger.verify` checks entry after entry with `findEntryProblem`, so a change in one entry is put to that
 * function alone; that the whole of `verify` notices too is shown with a change in every entry.
 */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createRandom } from '../../examples/demo/random.ts'
import type { Secret } from '../../src/ports.ts'
import { CHAIN_START, findEntryProblem } from '../../src/receipt/ledger/verify-ledger.ts'
import type { LedgerEntry } from '../../src/store/records.ts'
import { openAcme } from '../worlds/acme.ts'
import { assertWhole } from '../worlds/found-whole.ts'

const RECORDS = 200
const LEDGER_KEY = 'a ledger key of enough bytes'
const KEYS: readonly (Secret | null)[] = [LEDGER_KEY, null]
const TEXT_COLUMNS = [
  'kind',
  'at',
  'tenantId',
  'subject',
  'idempotencyKey',
  'body',
  'hash',
] as const

const COLUMN_NAMES: Readonly<Record<string, string>> = {
  tenantId: 'tenant_id',
  idempotencyKey: 'idempotency_key',
}

/** Half of the records are receipts, half say that the journal was cleared; every column is filled in the former. */
async function ledgerWith(key: Secret | null) {
  const users = RECORDS / 2
  const world = await openAcme({ users, ...(key === null ? {} : { keys: { ledger: key } }) })
  for (let user = 1; user <= users; user += 1) {
    const options = { tenantId: 'tnt_a', idempotencyKey: `key_${user}`, reason: 'user_request' }
    await world.engine.delete(`usr_a${user}`, options)
    await world.engine.settle()
  }
  const entries: LedgerEntry[] = []
  for await (const line of world.engine.ledger.export()) {
    const parsed = JSON.parse(line) as LedgerEntry
    if (parsed.seq !== undefined) entries.push(parsed)
  }
  assert.equal(entries.length, RECORDS)
  return { ...world, entries }
}

/** The entry with each byte of each column changed once, and with each column emptied. */
function* changed(entry: LedgerEntry): Generator<LedgerEntry> {
  for (const column of TEXT_COLUMNS) {
    const value = entry[column]
    if (value === null) {
      yield { ...entry, [column]: '' } as LedgerEntry
      continue
    }
    const bytes = Buffer.from(String(value))
    for (const position of bytes.keys()) {
      bytes[position] = (bytes[position] ?? 0) ^ 1
      yield { ...entry, [column]: bytes.toString() } as LedgerEntry
      bytes[position] = (bytes[position] ?? 0) ^ 1
    }
    yield { ...entry, [column]: null } as unknown as LedgerEntry
  }
  const seq = Buffer.alloc(8)
  for (const position of seq.keys()) {
    seq.writeBigInt64BE(BigInt(entry.seq))
    seq[position] = (seq[position] ?? 0) ^ 1
    yield { ...entry, seq: Number(seq.readBigInt64BE()) }
  }
}

describe('a ledger in which a byte was changed', () => {
  for (const key of KEYS) {
    const name = key === null ? 'without a key' : 'with a key'
    it(`shows it, whichever byte of whichever column it is, ${name}`, async (t: TestContext) => {
      const { entries } = await ledgerWith(key)
      let changes = 0
      for (const [index, entry] of entries.entries()) {
        const previous = entries[index - 1] ?? CHAIN_START
        assert.equal(findEntryProblem(key, previous, entry), null)
        for (const other of changed(entry)) {
          changes += 1
          if (findEntryProblem(key, previous, other) === null) assert.fail(JSON.stringify(other))
        }
      }
      const bytes = entries.reduce(
        (sum, entry) =>
          sum + 8 + TEXT_COLUMNS.reduce((n, column) => n + String(entry[column] ?? '').length, 0),
        0,
      )
      assert.equal(changes, bytes + RECORDS * TEXT_COLUMNS.length)
      t.diagnostic(`${changes} changes to ${RECORDS} records (${bytes} bytes), each found`)
    })

    it(`shows it in the table, at the entry, ${name}`, async () => {
      const { db, engine, entries } = await ledgerWith(key)
      const random = createRandom(7)
      for (const entry of entries) {
        const [other] = random.shuffle([...changed(entry)])
        const name = [...TEXT_COLUMNS, 'seq' as const].find(
          (column) => other?.[column] !== entry[column],
        )
        assert.ok(other && name)
        const column = COLUMN_NAMES[name] ?? name
        const write = (value: unknown, seq: number): unknown =>
          db.prepare(`UPDATE user_deletion_ledger SET ${column} = ? WHERE seq = ?`).run(value, seq)
        // A column that may not be NULL or hold another record's number refuses the change itself.
        try {
          write(other[name], entry.seq)
        } catch (error) {
          assert.match(String(error), /constraint failed/)
          continue
        }
        const verified = await engine.ledger.verify()
        assert.equal(verified.valid, false)
        write(entry[name], name === 'seq' ? other.seq : entry.seq)
      }
      assert.equal((await engine.ledger.verify()).valid, true)
    })
  }
})

describe('a ledger that was cut', () => {
  it('shows by its signed head, wherever it was cut', async () => {
    const { db, engine, entries } = await ledgerWith(LEDGER_KEY)
    for (const { seq } of entries.toReversed()) {
      db.prepare('DELETE FROM user_deletion_ledger WHERE seq = ?').run(seq)
      assert.deepEqual(await engine.ledger.verify(), { valid: false, seq, problem: 'cut' })
    }
  })

  it('shows by a forged signature where the head was cut back too', async () => {
    const { db, engine, entries } = await ledgerWith(LEDGER_KEY)
    const head = db.prepare('SELECT signature FROM user_deletion_ledger_head').pluck()
    const last = head.get()
    for (const { seq, hash } of entries.slice(0, -1).toReversed()) {
      db.prepare('DELETE FROM user_deletion_ledger WHERE seq > ?').run(seq)
      for (const signature of [last, null, 'f'.repeat(64)]) {
        db.prepare('UPDATE user_deletion_ledger_head SET seq = ?, hash = ?, signature = ?').run(
          seq,
          hash,
          signature,
        )
        const verified = await engine.ledger.verify()
        assert.deepEqual(verified, { valid: false, seq, problem: 'head_altered' })
      }
    }
  })

  it('does not show without a key where the head was cut back too, as the README says', async () => {
    const { db, engine, entries } = await ledgerWith(null)
    const last = entries.at(-2)
    db.prepare('DELETE FROM user_deletion_ledger WHERE seq > ?').run(last?.seq)
    db.prepare('UPDATE user_deletion_ledger_head SET seq = ?, hash = ?').run(last?.seq, last?.hash)
    assertWhole(await engine.ledger.verify(), RECORDS - 1, false)
  })

  it('shows a head that is gone, and a ledger emptied with its head left', async () => {
    const { db, engine } = await ledgerWith(LEDGER_KEY)
    const head = db.prepare('SELECT * FROM user_deletion_ledger_head').get()
    db.exec('DELETE FROM user_deletion_ledger_head')
    assert.deepEqual(await engine.ledger.verify(), {
      ...{ valid: false, seq: RECORDS, problem: 'head_altered' },
    })
    db.prepare('INSERT INTO user_deletion_ledger_head VALUES (@id, @seq, @hash, @signature)').run(
      head,
    )
    db.exec('DELETE FROM user_deletion_ledger')
    assert.deepEqual(await engine.ledger.verify(), { valid: false, seq: 1, problem: 'cut' })
  })
})

describe('a ledger that was put together anew', () => {
  it('shows two neighbors in exchanged places, wherever they stand', async () => {
    for (const key of KEYS) {
      const { entries } = await ledgerWith(key)
      for (const [index, entry] of entries.slice(0, -1).entries()) {
        const next = entries[index + 1]
        assert.ok(next)
        const previous = entries[index - 1] ?? CHAIN_START
        assert.notEqual(findEntryProblem(key, previous, next), null)
        assert.notEqual(findEntryProblem(key, previous, { ...next, seq: entry.seq }), null)
      }
    }
  })

  it("shows another key's ledger, and one without a key, in its place", async () => {
    const { db, engine } = await ledgerWith(LEDGER_KEY)
    for (const key of ['another ledger key of enough bytes', null]) {
      const other = await ledgerWith(key)
      for (const table of ['user_deletion_ledger', 'user_deletion_ledger_head']) {
        db.exec(`DELETE FROM ${table}`)
        for (const row of other.db.prepare(`SELECT * FROM ${table}`).raw().all()) {
          const values = row as unknown[]
          const marks = values.map(() => '?').join(', ')
          db.prepare(`INSERT INTO ${table} VALUES (${marks})`).run(...values)
        }
      }
      assert.deepEqual(await engine.ledger.verify(), {
        ...{ valid: false, seq: 1, problem: 'altered' },
      })
    }
  })
})
