import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { type AcmeOptions, count, openAcme } from '../worlds/acme.ts'
import { assertWhole } from '../worlds/found-whole.ts'

const tenantId = 'tnt_a'
const keys = { ledger: 'a ledger key of enough bytes' }
type World = Awaited<ReturnType<typeof openAcme>>

async function exported({ engine }: Pick<World, 'engine'>, since?: Date): Promise<string[]> {
  const lines: string[] = []
  for await (const line of engine.ledger.export(since === undefined ? {} : { since })) {
    lines.push(line)
  }
  return lines
}

/** Everything the engine has written to the ledger, with what an import has set aside. */
function ledgerOf({ db }: Pick<World, 'db'>): unknown {
  return ['ledger', 'ledger_head', 'ledger_import'].map((table) =>
    db.prepare(`SELECT * FROM user_deletion_${table}`).all(),
  )
}

/** A database with three deletions, and one restored to the moment before `lost` of the four entries. */
async function lostSome(lost: number, options: AcmeOptions = {}) {
  const world = await openAcme({ keys, ...options })
  const ids = ['usr_a1', 'usr_a2', 'usr_a3']
  await world.engine.deleteMany(ids, { tenantId, mode: 'throughput' })
  const lines = await exported(world)
  const restored = await openAcme({ keys, ...options })
  if (lost < 4) {
    const kept = lines.slice(0, 4 - lost)
    const last = JSON.parse(kept.at(-1) ?? '') as { seq: number; hash: string }
    await restored.engine.ledger.import([...kept, headLine(last, options.keys ?? keys)])
  }
  return { world, restored, lines }
}

/** The head as it was signed when the ledger ended there. */
function headLine(
  { seq, hash }: { seq: number; hash: string },
  { ledger }: { ledger?: unknown },
): string {
  const signature = ledger === undefined ? null : sign(seq, hash)
  return JSON.stringify({ head: { seq, hash, signature }, entries: seq })
}

const bare = definePolicy({
  name: 'bare',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {},
})

function sign(seq: number, hash: string): string {
  return createHmac('sha256', keys.ledger).update(`${seq}\n${hash}`).digest('hex')
}

describe('an export', () => {
  it('is one entry a line and the signed head last', async () => {
    const { world, lines } = await lostSome(4)
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.deepEqual(
      parsed.map(({ seq }) => seq),
      [1, 2, 3, 4, undefined],
    )
    const [seq, hash] = [parsed[3]?.['seq'], parsed[3]?.['hash']]
    const head = { seq, hash, signature: sign(4, String(hash)) }
    assert.deepEqual(parsed[4], { head, entries: 4 })
    assert.equal((await world.engine.ledger.verify()).valid, true)
  })

  it('of an empty ledger is its head alone, and is imported as nothing', async () => {
    const lines = await exported(await openAcme({ keys }))
    assert.equal(lines.length, 1)
    const { engine } = await openAcme({ keys })
    assert.deepEqual(await engine.ledger.import(lines), { imported: 0, known: 0 })
    assertWhole(await engine.ledger.verify(), 0, true)
  })

  it('since an instant begins at the first entry from there on, without holes', async () => {
    const { world } = await lostSome(4)
    world.db.exec(
      "UPDATE user_deletion_ledger SET at = CASE seq WHEN 1 THEN '2026-01-01' WHEN 3 THEN '2026-01-02' ELSE '2026-02-01' END",
    )
    const seqs = (await exported(world, new Date('2026-01-15'))).map(
      (line) => (JSON.parse(line) as { seq?: number }).seq,
    )
    assert.deepEqual(seqs, [2, 3, 4, undefined])
    assert.equal((await exported(world, new Date('2027-01-01'))).length, 1)
  })

  it('ends where the ledger ended when it was begun', async () => {
    const { engine } = await lostSome(4).then(({ world }) => world)
    const lines: string[] = []
    for await (const line of engine.ledger.export()) {
      lines.push(line)
      if (lines.length === 1) await engine.delete('usr_b1', { tenantId: 'tnt_b' })
    }
    assert.equal(lines.length, 5)
    const { engine: restored } = await openAcme({ keys })
    assert.deepEqual(await restored.ledger.import(lines), { imported: 4, known: 0 })
  })

  it('keeps integer ids beyond 2^53 whole, of which text is but another way to write one', async () => {
    const big = 9_007_199_254_740_993n
    const open = async () => {
      const db = new Database(':memory:')
      db.exec('CREATE TABLE users (id INTEGER PRIMARY KEY)')
      db.prepare('INSERT INTO users VALUES (?)').run(big)
      const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: bare })
      await engine.migrate()
      return engine
    }
    const [engine, restored] = [await open(), await open()]
    await engine.delete(big, {})
    const lines: string[] = []
    for await (const line of engine.ledger.export()) lines.push(line)
    await restored.ledger.import(lines)
    assert.equal(await restored.isDeleted(big, {}), true)
    assert.equal(await restored.isDeleted(String(big), {}), true)
    for (const near of [big - 1n, big + 1n, Number(big - 1n) - 1]) {
      assert.equal(await restored.isDeleted(near, {}), false)
    }
    assert.equal((await restored.ledger.verify()).valid, true)
  })
})

describe('an import', () => {
  for (const lost of [1, 2, 3, 4]) {
    it(`puts back ${lost} of 4 entries, and nothing when repeated`, async () => {
      for (const options of [{ keys }, { keys: {} }]) {
        const { world, restored, lines } = await lostSome(lost, options)
        const expected = { imported: lost, known: 4 - lost }
        assert.deepEqual(await restored.engine.ledger.import(lines), expected)
        assert.deepEqual(ledgerOf(restored), ledgerOf(world))
        assert.equal((await restored.engine.ledger.verify()).valid, true)
        const again = { imported: 0, known: 4 }
        assert.deepEqual(await restored.engine.ledger.import(lines), again)
        assert.deepEqual(ledgerOf(restored), ledgerOf(world))
      }
    })
  }

  it('takes lines from an async source, blank lines and line breaks included', async () => {
    const { restored, lines } = await lostSome(2)
    const source = (async function* () {
      for (const line of lines) yield* [`${line}\r\n`, '']
    })()
    assert.deepEqual(await restored.engine.ledger.import(source), { imported: 2, known: 2 })
  })

  it('takes many pages', async () => {
    const users = 1_203
    const ids = Array.from({ length: users }, (_, index) => `usr_a${index + 1}`)
    const world = await openAcme({ keys, users })
    await world.engine.deleteMany(ids, { tenantId, mode: 'throughput' })
    const restored = await openAcme({ keys, users: 0 })
    const lines = await exported(world)
    const imported = lines.length - 1
    assert.deepEqual(await restored.engine.ledger.import(lines), { imported, known: 0 })
    assert.deepEqual(ledgerOf(restored), ledgerOf(world))
    assert.deepEqual(await restored.engine.ledger.import(lines), { imported: 0, known: imported })
  })

  it('takes a partial export that reaches back to the head', async () => {
    const { world, restored, lines } = await lostSome(2)
    const partial = [...lines.slice(1, 4), lines[4]?.replace('"entries":4', '"entries":3') ?? '']
    assert.deepEqual(await restored.engine.ledger.import(partial), { imported: 2, known: 1 })
    assert.deepEqual(ledgerOf(restored), ledgerOf(world))
  })

  it('leaves deletions possible, in one chain with what came back', async () => {
    const { restored, lines } = await lostSome(4)
    await restored.engine.ledger.import(lines)
    await restored.engine.delete('usr_b1', { tenantId: 'tnt_b' })
    assertWhole(await restored.engine.ledger.verify(), 5, true)
  })

  it('gives an idempotency key its receipt back', async () => {
    const world = await openAcme({ keys })
    const options = { tenantId, idempotencyKey: 'key_1' }
    const receipt = await world.engine.delete('usr_a1', options)
    const restored = await openAcme({ keys })
    await restored.engine.ledger.import(await exported(world))
    assert.deepEqual(await restored.engine.delete('usr_a1', options), receipt)
  })

  it('is a conflict, naming the first entry that differs, once the ledgers have parted', async () => {
    const { restored, lines } = await lostSome(2)
    await restored.engine.delete('usr_b1', { tenantId: 'tnt_b' })
    const before = ledgerOf(restored)
    await assert.rejects(restored.engine.ledger.import(lines), {
      code: 'ledger_conflict',
      status: 409,
      details: { seq: 3 },
    })
    assert.deepEqual(ledgerOf(restored), before)
  })

  it('is a conflict when the ledger moves on meanwhile', async () => {
    const { restored, lines } = await lostSome(2)
    const source = (async function* () {
      yield* lines
      await restored.engine.delete('usr_b1', { tenantId: 'tnt_b' })
    })()
    await assert.rejects(restored.engine.ledger.import(source), { code: 'ledger_conflict' })
    assert.equal(count(restored.db, 'SELECT count(*) FROM user_deletion_ledger_import'), 0)
    assertWhole(await restored.engine.ledger.verify(), 3, true)
  })
})

interface BadImport {
  readonly name: string
  readonly change: (lines: readonly string[]) => readonly string[]
  readonly details: Readonly<Record<string, unknown>>
  readonly code?: string
}

const at = (line: number, problem: string) => ({ path: 'lines', line, problem })
const without = (index: number) => (lines: readonly string[]) => lines.toSpliced(index, 1)
const altered =
  (index: number, find: string | RegExp, by: string) => (lines: readonly string[]) => {
    const text = lines[index] ?? ''
    assert.notEqual(text.replace(find, by), text, 'the test changes nothing')
    return lines.with(index, text.replace(find, by))
  }

/** What is imported where the last two of four entries are missing. */
const BAD_IMPORTS: readonly BadImport[] = [
  { name: 'no lines', change: () => [], details: at(1, 'cut') },
  { name: 'blank lines only', change: () => ['', '  '], details: at(1, 'cut') },
  { name: 'text that is not JSON', change: (l) => l.with(2, '{'), details: at(3, 'malformed') },
  { name: 'JSON of another kind', change: (l) => l.with(2, '[1]'), details: at(3, 'malformed') },
  {
    name: 'a key that no export has',
    change: altered(2, '{', '{"admin":true,'),
    details: at(3, 'malformed'),
  },
  {
    name: 'a missing key',
    change: altered(2, '"idempotencyKey":null,', ''),
    details: at(3, 'malformed'),
  },
  {
    name: 'a subject of another type',
    change: altered(2, '"subject":"usr_a3"', '"subject":{"bigint":"x"}'),
    details: at(3, 'malformed'),
  },
  { name: 'an entry left out', change: without(2), details: at(3, 'missing') },
  { name: 'a cut end', change: (lines) => lines.slice(0, 3), details: at(4, 'cut') },
  { name: 'a last entry cut out before the head', change: without(3), details: at(4, 'cut') },
  {
    name: 'something behind the head',
    change: (lines) => [...lines, lines[0] ?? ''],
    details: at(6, 'malformed'),
  },
  {
    name: 'an altered body',
    change: altered(2, 'tnt_a', 'tnt_b'),
    details: at(3, 'altered'),
  },
  {
    name: 'an altered hash',
    change: altered(2, /"hash":"./, '"hash":"x'),
    details: at(3, 'altered'),
  },
  {
    name: 'an altered signature',
    change: altered(4, /"signature":"./, '"signature":"x'),
    details: at(5, 'head_altered'),
  },
  {
    name: 'no signature',
    change: altered(4, /"signature":"\w+"/, '"signature":null'),
    details: at(5, 'head_altered'),
  },
  {
    name: 'an entry that the ledger has, altered',
    change: altered(1, 'tnt_a', 'tnt_b'),
    code: 'ledger_conflict',
    details: { seq: 2 },
  },
  {
    name: 'a beginning beyond the head',
    change: (lines) => [
      ...lines.slice(3, 4),
      lines[4]?.replace('"entries":4', '"entries":1') ?? '',
    ],
    code: 'ledger_conflict',
    details: { seq: 3 },
  },
  {
    name: 'a head that is ahead, and no entries',
    change: (lines) => [lines[4]?.replace('"entries":4', '"entries":0') ?? ''],
    code: 'ledger_conflict',
    details: { seq: 3 },
  },
]

describe('an import is refused, and nothing is written, for', () => {
  for (const { name, change, code = 'invalid_argument', details } of BAD_IMPORTS) {
    it(name, async () => {
      const { restored, lines } = await lostSome(2)
      const before = ledgerOf(restored)
      await assert.rejects(restored.engine.ledger.import(change(lines)), { code, details })
      assert.deepEqual(ledgerOf(restored), before)
    })
  }

  it("another key's ledger, whole or continued", async () => {
    const other = { ledger: 'another ledger key of enough bytes' }
    const { lines } = await lostSome(4, { keys: other })
    const empty = await openAcme({ keys })
    await assert.rejects(empty.engine.ledger.import(lines), { details: at(1, 'altered') })
    const { restored } = await lostSome(2)
    const before = ledgerOf(restored)
    await assert.rejects(restored.engine.ledger.import(lines), { code: 'ledger_conflict' })
    assert.deepEqual(ledgerOf(restored), before)
    const plain = await openAcme()
    await assert.rejects(plain.engine.ledger.import(lines), { details: at(1, 'altered') })
  })

  it('a text instead of its lines, and what is no list at all', async () => {
    const { engine } = await openAcme()
    for (const lines of ['{}', null, 7, {}]) {
      await assert.rejects(engine.ledger.import(lines as never), {
        code: 'invalid_argument',
        details: { path: 'lines' },
      })
    }
  })

  it('a source that fails half-way', async () => {
    const { restored, lines } = await lostSome(4)
    const source = (async function* () {
      yield* lines.slice(0, 3)
      throw new Error('the disk is gone')
    })()
    await assert.rejects(restored.engine.ledger.import(source), { message: 'the disk is gone' })
    assert.equal(count(restored.db, 'SELECT count(*) FROM user_deletion_ledger'), 0)
    assert.equal(count(restored.db, 'SELECT count(*) FROM user_deletion_ledger_import'), 0)
  })
})
