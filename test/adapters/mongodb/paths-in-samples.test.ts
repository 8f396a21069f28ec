import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ObjectId } from 'mongodb'
import { readCut } from '../../../adapters/mongodb/schema/first-documents.ts'
import { samplePaths } from '../../../adapters/mongodb/schema/sampled-paths.ts'

const paths = (...documents: readonly object[]): readonly string[] =>
  samplePaths(documents as Record<string, unknown>[]).map(({ path }) => path)

/** As many as asked for, told by a number. */
const many = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe('the paths of sampled documents', () => {
  it('are those of values, by name and type', () => {
    const _id = new ObjectId()
    const documents = [
      { _id, at: new Date(0), inner: { on: true }, list: [1, 'a', null] },
      { _id, at: null, inner: null },
    ]
    assert.deepEqual(samplePaths(documents), [
      { path: '_id', types: ['objectId'] },
      { path: 'at', types: ['date', 'null'] },
      { path: 'inner', types: ['null'] },
      { path: 'inner.on', types: ['boolean'] },
      { path: 'list', types: ['null', 'number', 'string'] },
    ])
  })

  it('lead through arrays of sub-documents, and through arrays in them', () => {
    assert.deepEqual(paths({ a: [{ b: [{ c: 1 }] }, { d: 2 }] }), ['a.b.c', 'a.d'])
  })

  const keys = [
    ...['507f1f77bcf86cd799439011', '42', '2026-03-01', 'ann@example.com', 'Ann Smith', 'a.b'],
    ...['0b2f6d3e-1c1a-4c5e-9e77-0a1b2c3d4e5f', 'usr_01H8XGJWBW', '01H8XGJWBWBAQ4Z4', '10:30'],
    'https://example.com/ann',
  ]
  for (const key of keys) {
    it(`do not repeat a key that is data: ${key}`, () => {
      assert.deepEqual(paths({ map: { [key]: { email: 'a' } } }), ['map.*.email'])
    })
  }

  it('repeat names that people give to fields', () => {
    const names = [
      ...['2faSecret', '_by', '@type', 'addressLine1', 'address_line_2', 'dc:creator', 'ipv4'],
      ...['oauth2_access_token', 'phone-number', 'vorname', 'x509'],
    ]
    assert.deepEqual(paths(Object.fromEntries(names.map((name) => [name, 1]))), names.toSorted())
  })

  it('do not repeat keys behind which the same stands, of which each document has a few', () => {
    const documents = many(4, (one) => ({ friends: { [`n${'abcd'[one]}`]: { email: 'a' } } }))
    assert.deepEqual(paths(...documents), ['friends.*.email'])
    const addresses = { home: { street: 'a' }, work: { street: 'b' } }
    const both = ['addresses.home.street', 'addresses.work.street']
    assert.deepEqual(paths(...many(4, () => ({ addresses }))), both)
  })

  it('do not repeat keys of which there are too many for names', () => {
    const key = (index: number): string =>
      `k${String.fromCharCode(97 + (index % 26), 97 + index / 26)}`
    const prefs = Object.fromEntries(many(120, (index) => [key(index), index % 2 ? 1 : 'a']))
    assert.deepEqual(samplePaths([{ prefs }]), [{ path: 'prefs.*', types: ['number', 'string'] }])
  })

  it('end at a depth, and at a number of them', () => {
    const deep = (levels: number): object => (levels === 0 ? { end: 1 } : { a: deep(levels - 1) })
    assert.deepEqual(paths(deep(7)), ['a.a.a.a.a.a.a.end'])
    assert.deepEqual(paths(deep(8)), [])
    const letters = [...'abcdefghijklmnopqrstuvwxyz']
    const wide = (levels: number): object =>
      Object.fromEntries(letters.map((letter) => [letter, levels === 0 ? 1 : wide(levels - 1)]))
    assert.ok(paths(wide(3)).length <= 2_000)
  })

  it('hold no value', () => {
    const told = JSON.stringify(
      samplePaths([{ a: 'ann@example.com', b: ['ann'], c: { d: 'ann' } }]),
    )
    assert.doesNotMatch(told, /ann/)
  })
})

describe('documents that are read for their paths', () => {
  const wanted = { projection: { _id: 1, userId: 1 }, whole: true } as const

  it('are cut to what is asked for on a server that cannot tell how large they are', async () => {
    const stages: string[] = []
    const found = await readCut(async (cut) => {
      stages.push(JSON.stringify(cut(wanted)))
      if (stages.length === 1) throw Object.assign(new Error('no such expression'), { code: 168 })
      return [{ userId: 1 }]
    })
    assert.deepEqual(found, [{ userId: 1 }])
    assert.match(stages[0] ?? '', /bsonSize/)
    assert.equal(stages[1], JSON.stringify([{ $project: wanted.projection }]))
  })

  it('are not asked for twice where something else went wrong', async () => {
    let calls = 0
    const read = readCut(async () => {
      calls += 1
      throw Object.assign(new Error('not allowed'), { code: 13 })
    })
    await assert.rejects(read, /not allowed/)
    assert.equal(calls, 1)
  })
})
