import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compareIds, valueKey } from '../../src/program/matching.ts'
import type { LedgerEntry, LedgerHead, Seal } from '../../src/store/records.ts'
import { type Leaving, sealInParts } from '../../src/store/settle-unit.ts'

describe('the order of ids', () => {
  it('is that of the bytes for text, characters beyond the first plane included', () => {
    const text = fc.string({ unit: 'binary', maxLength: 6 })
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b))
        assert.equal(Math.sign(compareIds(a, b)), bytes)
      }),
      { seed: 7, numRuns: 5_000, examples: [['\u{1f600}', '\uffee']] },
    )
  })

  it('has numbers before text', () => {
    const mixed = ['b', 10, 'a', 9n, '1', 2]
    assert.deepEqual(mixed.sort(compareIds), [2, 9n, 10, '1', 'a', 'b'])
  })
})

describe('a slice that is sealed in parts', () => {
  const leaving: readonly Leaving[] = Array.from({ length: 1_203 }, (_, user) => ({
    user,
    found: { fields: { id: user } },
    counts: [],
    derived: [],
  }))

  /** Numbers the entries on from the head, and tells which heads it was given. */
  function numbering(heads: (number | null)[]) {
    return (works: readonly Pick<Leaving, 'user'>[], head: LedgerHead | null): Seal => {
      heads.push(head?.seq ?? null)
      const first = (head?.seq ?? 0) + 1
      const entries = works.map(
        ({ user }, index): LedgerEntry => ({
          seq: first + index,
          kind: 'user.deleted',
          at: '2026-01-01T00:00:00.000Z',
          userTable: 'users',
          tenantId: null,
          subject: user,
          idempotencyKey: null,
          body: '{}',
          hash: '',
        }),
      )
      const seq = first + works.length - 1
      return { entries, events: [], head: { seq, hash: '', signature: null } }
    }
  }

  it('goes on at the head of the part before, and every user is written once and in order', () => {
    const heads: (number | null)[] = []
    const written: Seal[] = []
    const slice = { seal: numbering(heads), keepsEntries: true }
    const head = { seq: 7, hash: '', signature: null }
    const kept = sealInParts(
      slice,
      leaving,
      { head, residue: 0 },
      (seal) => void written.push(seal),
    )
    assert.ok(written.length > 1, 'all was in memory at once')
    assert.deepEqual(heads, [7, ...written.slice(0, -1).map((seal) => seal.head.seq)])
    const entries = written.flatMap((seal) => seal.entries)
    assert.deepEqual(
      entries.map(({ subject }) => subject),
      leaving.map(({ user }) => user),
    )
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      leaving.map((_, index) => 8 + index),
    )
    assert.deepEqual(kept, entries)
  })

  const AT_START = { head: null, residue: 0 }

  it('answers nothing where nobody keeps the entries, and seals nothing for nobody', () => {
    const heads: (number | null)[] = []
    const slice = { seal: numbering(heads), keepsEntries: false }
    assert.deepEqual(
      sealInParts(slice, leaving, AT_START, () => {}),
      [],
    )
    const calls = heads.length
    sealInParts(slice, [], AT_START, () => assert.fail('a seal without users was written'))
    assert.equal(heads.length, calls)
  })

  it('is refused where the seal forgets somebody', () => {
    const seal = numbering([])
    const forgetful = {
      keepsEntries: false,
      seal: (works: Parameters<typeof seal>[0], head: LedgerHead | null) =>
        seal(works.slice(1), head),
    }
    assert.throws(() => sealInParts(forgetful, leaving, AT_START, () => {}), /no ledger entry/)
  })
})

describe('what names a group', () => {
  const NAMES: readonly (() => unknown)[] = [
    () => 'a',
    () => 7n,
    () => new Date('2026-03-01T12:00:00.000Z'),
    () => Buffer.from([0, 255]),
    () => ({ org: 'a', no: 1 }),
  ]

  it('is the same for values that are equal, though they are other objects each time', () => {
    const keys = NAMES.map((name) => valueKey(name()))
    assert.deepEqual(
      NAMES.map((name) => valueKey(name())).map((key, place) => key === keys[place]),
      NAMES.map(() => true),
    )
    assert.equal(new Set(keys).size, NAMES.length)
    assert.notEqual(valueKey(new Date(1)), valueKey(new Date(2)))
    assert.notEqual(valueKey(Buffer.from([1])), valueKey(Buffer.from([2])))
  })
})
