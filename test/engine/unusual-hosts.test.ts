import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'

const POLICY = definePolicy({
  ...{ name: 'p', version: 1, user: { table: 'users', id: 'id' }, tables: {} },
})

async function open() {
  const db = new Database(':memory:')
  db.exec("CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('u1'), ('u2')")
  const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: POLICY })
  await engine.migrate()
  const left = (): unknown[] => db.prepare('SELECT id FROM users ORDER BY id').pluck().all()
  return { engine, left }
}

/** One id, and then nothing that ever comes. */
const hanging = (onHang: () => void) => ({
  [Symbol.asyncIterator]() {
    let asked = 0
    return {
      next(): Promise<IteratorResult<string>> {
        asked += 1
        if (asked === 1) return Promise.resolve({ value: 'u1', done: false })
        onHang()
        return new Promise(() => {})
      },
    }
  },
})

describe('a list that is set aside first, for `expect`', () => {
  for (const when of ['before', 'meanwhile'] as const) {
    it(`ends with the signal while it lets wait, given ${when}`, async () => {
      const { engine, left } = await open()
      const abort = new AbortController()
      if (when === 'before') abort.abort()
      const ids = hanging(() => abort.abort())
      const given = { expect: { max: 5 }, signal: abort.signal }
      const { deleted, stopped } = await engine.deleteMany(ids, given)
      assert.deepEqual([deleted, stopped?.by], [0, 'signal'])
      assert.deepEqual(left(), ['u1', 'u2'])
    })
  }

  it('ends the run, with nobody deleted, where it throws', async () => {
    const { engine, left } = await open()
    const cause = new Error('the query failed')
    const ids = (function* () {
      yield 'u1'
      throw cause
    })()
    const { deleted, stopped } = await engine.deleteMany(ids, { expect: { max: 5 } })
    assert.deepEqual([deleted, stopped], [0, { by: 'source', error: cause }])
    assert.deepEqual(left(), ['u1', 'u2'])
  })
})

describe('a list that is none', () => {
  const broken = (): never => {
    throw new Error('no list')
  }
  for (const [what, ids] of [
    ['whose iterator is no function', { [Symbol.iterator]: 5 }],
    ['whose async iterator is no function', { [Symbol.asyncIterator]: null }],
    ['that throws when it is asked', new Proxy({}, { has: broken, get: broken })],
  ] as const) {
    it(`${what} is an invalid argument`, async () => {
      const { engine } = await open()
      for (const call of ['deleteMany', 'planMany'] as const) {
        await assert.rejects(engine[call](ids as never), { code: 'invalid_argument' })
      }
    })
  }

  it('with a length that throws is read all the same', async () => {
    const { engine, left } = await open()
    const ids = {
      get length(): number {
        return broken()
      },
      *[Symbol.iterator]() {
        yield 'u1'
      },
    }
    assert.equal((await engine.deleteMany(ids)).deleted, 1)
    assert.deepEqual(left(), ['u2'])
  })
})

describe('options that throw when they are read', () => {
  const broken = (): never => {
    throw new Error('no options')
  }
  const getter = Object.defineProperty({}, 'reason', { enumerable: true, get: broken })
  const proxies = [new Proxy({}, { ownKeys: broken }), new Proxy({}, { has: broken })]
  for (const [index, options] of [getter, ...proxies].entries()) {
    it(`are an invalid argument, and nobody is deleted (${index})`, async () => {
      const { engine, left } = await open()
      const refused = { code: 'invalid_argument' }
      await assert.rejects(engine.delete('u1', options), refused)
      await assert.rejects(engine.deleteMany(['u1'], options), refused)
      assert.deepEqual(left(), ['u1', 'u2'])
    })
  }
})
