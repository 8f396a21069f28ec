/**
 * An archive hides no change by somebody who can write the database, neither of what stays nor of what is archived.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type Database from 'better-sqlite3'
import { type ErrorDetails, UserDeletionError } from '../../src/index.ts'
import { archivedForm, archivedMarkOf, linkOf } from '../../src/receipt/archived-entry.ts'
import { CHAIN_START } from '../../src/receipt/ledger/verify-ledger.ts'
import type { LedgerEntry } from '../../src/store/records.ts'
import { openAcme } from '../worlds/acme.ts'
import { archiveOld, BEFORE, entriesOf, IN_A, IN_B, keepIn } from '../worlds/archived-ledger.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

const KEY = 'a ledger key of enough bytes'
const COLUMNS = [
  'kind',
  'at',
  'user_table',
  'tenant_id',
  'subject',
  'idempotency_key',
  'hash',
] as const

/** Two old deletions and a hold, archived, and a young deletion. */
async function openArchived(key: string | null) {
  const clock = fixedClock('2026-03-01T12:00:00.000Z')
  const world = await openAcme({ clock, ...(key === null ? {} : { keys: { ledger: key } }) })
  const { db, engine } = world
  await engine.delete('usr_a1', { ...IN_A, idempotencyKey: 'key_1' })
  await engine.delete('usr_a2', IN_A)
  await engine.placeHold('usr_b2', { ...IN_B, reason: 'court_order' })
  const whole = await entriesOf(engine)
  clock.set('2026-05-01T12:00:00.000Z')
  await engine.delete('usr_b1', IN_B)
  const { lines } = await archiveOld(engine)
  const archived = await entriesOf(engine)
  const update = (column: string, value: unknown, seq: number): unknown =>
    db.prepare(`UPDATE user_deletion_ledger SET ${column} = ? WHERE seq = ?`).run(value, seq)
  return { ...world, clock, whole, lines, archived, update }
}

type World = Awaited<ReturnType<typeof openArchived>>

async function problemOf({ engine }: Pick<World, 'engine'>): Promise<unknown> {
  const found = await engine.ledger.verify({ record: false })
  return found.valid ? null : found.problem
}

/** Writes archived forms anew with other contents, link by link, as somebody would who knows how they are made. */
function forge(
  { archived, db }: Pick<World, 'archived'> & { readonly db: Database.Database },
  change: (entry: LedgerEntry) => LedgerEntry,
  through: number,
): void {
  let link = CHAIN_START.hash
  for (const entry of archived.slice(0, through)) {
    const other = change(entry)
    const whole = { ...other, body: other.body.replace(/"archived":\{[^}]*\},/, '') }
    link = linkOf(link, whole)
    const { subject, body } = archivedForm(whole, link, null)
    db.prepare('UPDATE user_deletion_ledger SET subject = ?, body = ? WHERE seq = ?').run(
      ...[subject, body, entry.seq],
    )
  }
}

for (const key of [KEY, null]) {
  describe(`of an archived entry ${key === null ? 'without' : 'with'} a ledger key`, () => {
    it('every column that was changed shows', async () => {
      const world = await openArchived(key)
      for (const { seq } of world.whole) {
        for (const column of COLUMNS) {
          const read = world.db.prepare(`SELECT ${column} FROM user_deletion_ledger WHERE seq = ?`)
          const value = read.pluck().get(seq)
          world.update(column, `${value ?? ''}x`, seq)
          assert.notEqual(await problemOf(world), null, `${column} of ${seq}`)
          world.update(column, value, seq)
        }
      }
      assert.equal(await problemOf(world), null)
    })

    it('every byte of what stays of its body shows', async () => {
      const world = await openArchived(key)
      for (const { seq, body } of world.archived.slice(0, world.whole.length)) {
        const bytes = Buffer.from(body)
        for (const place of bytes.keys()) {
          bytes[place] = (bytes[place] ?? 0) ^ 1
          world.update('body', bytes.toString(), seq)
          assert.notEqual(await problemOf(world), null, `byte ${place} of ${seq}: ${bytes}`)
          bytes[place] = (bytes[place] ?? 0) ^ 1
        }
        world.update('body', body, seq)
      }
    })

    it('a content whose links were all made anew shows at the anchor', async () => {
      const world = await openArchived(key)
      forge(world, (entry) => ({ ...entry, subject: `${entry.subject}x` }), world.whole.length)
      assert.equal(await problemOf(world), 'archive_altered')
    })

    it('that it is one shows, where no anchor says so', async () => {
      const world = await openArchived(key)
      const [last, young] = world.archived.slice(world.whole.length - 1)
      assert.ok(last && young)
      const other = { ...young, subject: 'somebody' }
      const link = archivedMarkOf(last)?.link ?? ''
      const { subject, body } = archivedForm(other, linkOf(link, other), null)
      world.update('subject', subject, young.seq)
      world.update('body', body, young.seq)
      assert.equal(await problemOf(world), 'archive_altered')
    })

    it('that its anchor was taken away shows, or that another was put beside it', async () => {
      const world = await openArchived(key)
      const anchor = world.archived.find(({ kind }) => kind === 'ledger.archived')
      assert.ok(anchor)
      world.update('kind', 'storage.sanitized', anchor.seq)
      assert.equal(await problemOf(world), 'archive_altered')
      world.update('kind', anchor.kind, anchor.seq)
      world.update('body', anchor.body.replace('"throughSeq":3', '"throughSeq":2'), anchor.seq)
      assert.notEqual(await problemOf(world), null)
      world.update('body', anchor.body, anchor.seq)
      assert.equal(await problemOf(world), null)
    })

    it('that it is missing shows', async () => {
      const world = await openArchived(key)
      world.db.prepare('DELETE FROM user_deletion_ledger WHERE seq = 2').run()
      assert.equal(await problemOf(world), 'missing')
    })

    it('the whole entry is as good as what stays of it, and no other one is', async () => {
      const world = await openArchived(key)
      const [first] = world.whole
      assert.ok(first)
      world.update('body', first.body, first.seq)
      assert.equal(await problemOf(world), null)
      world.update('body', first.body.replace('usr_a1', 'usr_a9'), first.seq)
      assert.equal(await problemOf(world), 'altered')
    })
  })

  describe(`an archive ${key === null ? 'without' : 'with'} a ledger key`, () => {
    const changes: readonly (readonly [string, (lines: string[]) => string[], ErrorDetails])[] = [
      ['is cut', (lines) => lines.slice(0, -1), { line: 4, problem: 'cut' }],
      ['lacks its first line', (lines) => lines.slice(1), { line: 3, problem: 'cut' }],
      ['lacks a line', ([a, , ...rest]) => [a ?? '', ...rest], { line: 2, problem: 'missing' }],
      [
        'lacks its first line and says so',
        (lines) => [
          ...lines.slice(1, -1),
          (lines.at(-1) ?? '').replace('"entries":3', '"entries":2'),
        ],
        { line: 3, problem: 'not_archived' },
      ],
      [
        'has another body',
        ([a, b, ...rest]) => [
          a ?? '',
          (b ?? '').replaceAll('court', 'tax').replaceAll('usr_a2', 'usr_a3'),
          ...rest,
        ],
        { line: 2, problem: 'altered' },
      ],
      [
        'has a line that is none',
        ([a, ...rest]) => [a ?? '', 'x', ...rest],
        { line: 2, problem: 'malformed' },
      ],
      [
        'goes on behind its head',
        (lines) => [...lines, ...lines.slice(-1)],
        { line: 5, problem: 'malformed' },
      ],
    ]
    for (const [what, change, { line, problem }] of changes) {
      it(`that ${what} is not taken for one`, async () => {
        const { engine, lines } = await openArchived(key)
        assert.deepEqual(await engine.ledger.verifyArchive(change(lines)), {
          ...{ valid: false, line, problem },
        })
      })
    }

    it('of another ledger is not taken for one of this', async () => {
      const { engine } = await openArchived(key)
      const other = await openArchived(key)
      // The same users at the same time: the receipts alone differ.
      assert.deepEqual(await engine.ledger.verifyArchive(other.lines), {
        ...{ valid: false, line: 1, problem: 'not_in_ledger' },
      })
    })

    it('is no archive where the ledger was never archived, or in another part', async () => {
      const { engine, lines, clock } = await openArchived(key)
      const all: string[] = []
      for await (const line of engine.ledger.export()) all.push(line)
      const found = await engine.ledger.verifyArchive(all)
      assert.deepEqual(found, { valid: false, line: 1, problem: 'altered' })
      clock.set('2026-09-01T00:00:00.000Z')
      const second = await archiveOld(engine, new Date('2026-08-01'))
      const joined = [...lines.slice(0, -1), ...second.lines]
      const found2 = await engine.ledger.verifyArchive(joined)
      assert.equal(found2.valid, false)
      assert.ok((await engine.ledger.verifyArchive(second.lines)).valid)
    })
  })
}

describe('with a ledger key', () => {
  it('a content whose links were all made anew shows in any piece of the ledger', async () => {
    const world = await openArchived(KEY)
    forge(world, (entry) => ({ ...entry, subject: `${entry.subject}x` }), 2)
    const found = await world.engine.ledger.verify({ limit: 1, record: false })
    assert.deepEqual(found, { valid: false, seq: 1, problem: 'archive_altered' })
  })

  it('an archive whose last line another key has signed is none', async () => {
    const { engine, lines } = await openArchived(KEY)
    const head = JSON.parse(lines.at(-1) ?? '') as { head: { signature: string } }
    head.head.signature = 'f'.repeat(64)
    const found = await engine.ledger.verifyArchive([...lines.slice(0, -1), JSON.stringify(head)])
    assert.deepEqual(found, { valid: false, line: 4, problem: 'head_altered' })
  })

  it('nothing is removed for the sake of an anchor that somebody has written into the table', async () => {
    const clock = fixedClock()
    const world = await openAcme({ clock, keys: { ledger: KEY } })
    await world.engine.delete('usr_a1', IN_A)
    await world.engine.delete('usr_a2', IN_A)
    const before = await entriesOf(world.engine)
    const [first] = before
    assert.ok(first)
    const { hash } = first
    const link = linkOf(CHAIN_START.hash, first)
    const body = JSON.stringify({ format: 1, afterSeq: 0, throughSeq: 1, hash, link })
    for (const seq of [50, 3]) {
      world.db
        .prepare(
          `INSERT INTO user_deletion_ledger (seq, kind, at, body, hash) VALUES (?, 'ledger.archived', '2026-03-01', ?, 'x')`,
        )
        .run(seq, body)
      const lines: string[] = []
      await assert.rejects(
        world.engine.ledger.archive({ before: new Date('2026-02-01') }, keepIn(lines)),
        (error) => error instanceof UserDeletionError && error.code === 'ledger_altered',
      )
      world.db.prepare('DELETE FROM user_deletion_ledger WHERE seq = ?').run(seq)
      assert.deepEqual([lines, await entriesOf(world.engine)], [[], before])
    }
  })

  it('an altered entry is not archived, and what was handed out before it is no archive', async () => {
    const clock = fixedClock('2026-03-01T12:00:00.000Z')
    const world = await openAcme({ clock, keys: { ledger: KEY } })
    await world.engine.delete('usr_a1', IN_A)
    await world.engine.delete('usr_a2', IN_A)
    clock.set('2026-05-01T00:00:00.000Z')
    world.db.prepare(`UPDATE user_deletion_ledger SET subject = 'usr_a3' WHERE seq = 2`).run()
    const lines: string[] = []
    await assert.rejects(world.engine.ledger.archive({ before: BEFORE }, keepIn(lines)), {
      code: 'ledger_altered',
      details: { seq: 2, problem: 'altered' },
    })
    assert.equal(lines.length, 1)
    assert.ok((await entriesOf(world.engine)).every(({ body }) => !body.includes('archived')))
  })

  it('an entry that is altered between its line and its removal is not removed', async () => {
    const clock = fixedClock('2026-03-01T12:00:00.000Z')
    const world = await openAcme({ clock, keys: { ledger: KEY } })
    await world.engine.delete('usr_a1', IN_A)
    clock.set('2026-05-01T00:00:00.000Z')
    const alter = async (lines: AsyncIterable<string>): Promise<void> => {
      for await (const _ of lines);
      world.db.prepare(`UPDATE user_deletion_ledger SET subject = 'usr_a3' WHERE seq = 1`).run()
    }
    await assert.rejects(world.engine.ledger.archive({ before: BEFORE }, alter), {
      code: 'ledger_altered',
      details: { seq: 1, problem: 'altered' },
    })
    assert.ok((await entriesOf(world.engine))[0]?.body.includes('"steps"'))
  })
})
