import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { assertWhole } from '../worlds/found-whole.ts'

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string]
const POLICY = definePolicy({
  name: 'shop',
  version: 1,
  user: { table: 'users', id: 'id', status: { disabled: { status: 'disabled' } } },
  tables: {
    invoices: { match: 'user_id', action: 'retain', reason: 'tax', for: 'P30D', then: 'delete' },
  },
})
type Keys = NonNullable<ConstructorParameters<typeof UserDeletionEngine>[0]['keys']>

function open() {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY, status TEXT);
    CREATE TABLE invoices (id INTEGER PRIMARY KEY, user_id TEXT);
    CREATE INDEX by_user ON invoices (user_id);
    INSERT INTO users VALUES ('u1', 'ok'), ('u2', 'ok'), ('u3', 'ok'), ('u4', 'ok');
    INSERT INTO invoices (user_id) VALUES ('u1'), ('u2'), ('u3'), ('u4')`)
  const clock = fixedClock('2026-01-01T00:00:00.000Z')
  const logger = { warn: () => {} }
  const engineWith = async (keys: Keys, policy = POLICY) => {
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, clock, keys, logger })
    await engine.migrate()
    return engine
  }
  const column = (sql: string): unknown[] => db.prepare(sql).pluck().all()
  const host = () => [column('SELECT id || status FROM users'), column('SELECT id FROM invoices')]
  const kinds = () => column('SELECT kind FROM user_deletion_ledger ORDER BY seq')
  return { db, clock, engineWith, host, kinds }
}

type Engine = Awaited<ReturnType<ReturnType<typeof open>['engineWith']>>

const WRITES: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  delete: (engine) => engine.delete('u2', {}),
  deleteMany: (engine) => engine.deleteMany(['u2'], {}),
  erase: (engine) => engine.erase('u2', {}),
  disable: (engine) => engine.disable('u2', {}),
  scheduleDeletion: (engine) => engine.scheduleDeletion('u2', {}),
  placeHold: (engine) => engine.placeHold('u2', { reason: 'court_order' }),
  purgeDue: (engine) => engine.purgeDue(),
  async expireRetained(engine) {
    const { steps } = await engine.expireRetained()
    for (const { error } of steps) if (error !== null) throw error
  },
  resume: (engine) => engine.resume(),
  replay: (engine) => engine.replay(),
  scrubFile: (engine) => engine.scrubFile(),
}

describe('a ledger that was begun with a key', () => {
  for (const [how, keys] of [
    ['without it', {}],
    ['with another one', { ledger: B }],
  ] as const) {
    for (const [name, call] of Object.entries(WRITES)) {
      it(`is not written by ${name} ${how}, and nothing is done`, async () => {
        const { engineWith, host, kinds } = open()
        const right = await engineWith({ ledger: A })
        await right.delete('u1', {})
        const [before, entries] = [host(), kinds()]
        const error = { code: 'wrong_key', details: { path: 'keys.ledger' } }
        await assert.rejects(call(await engineWith(keys)), error)
        assert.deepEqual([host(), kinds()], [before, entries])
        await right.delete('u3', {})
        assert.equal((await right.ledger.verify()).valid, true)
      })
    }

    it(`is not written ${how} by a process that was there before it was begun`, async () => {
      const { engineWith, host } = open()
      const wrong = await engineWith(keys)
      await wrong.purgeDue()
      const right = await engineWith({ ledger: A })
      await right.delete('u1', {})
      const before = host()
      await assert.rejects(wrong.delete('u2', {}), { code: 'wrong_key' })
      assert.deepEqual(host(), before)
      assert.equal((await right.ledger.verify()).valid, true)
    })
  }

  it('and one that was begun without a key is not gone on with under one, unless that is said', async () => {
    const { engineWith } = open()
    await (await engineWith({})).delete('u1', {})
    await assert.rejects((await engineWith({ ledger: A })).delete('u2', {}), { code: 'wrong_key' })
    const keyed = await engineWith({ ledger: A, oldLedger: [null] })
    await keyed.delete('u2', {})
    const { valid } = await keyed.ledger.verify()
    assert.equal(valid, true)
    await assert.rejects((await engineWith({})).delete('u3', {}), { code: 'wrong_key' })
  })
})

describe('a ledger key that is changed', () => {
  const rotated = async () => {
    const world = open()
    await (await world.engineWith({ ledger: A })).delete('u1', {})
    const engine = await world.engineWith({ ledger: B, oldLedger: [A] })
    return { ...world, engine }
  }

  it('is an entry of the ledger, behind which the new key goes on', async () => {
    const { engine, kinds, engineWith } = await rotated()
    assertWhole(await engine.ledger.verify(), kinds().length, true)
    await engine.delete('u2', {})
    assert.deepEqual(
      kinds().filter((kind) => kind !== 'storage.sanitized'),
      ['user.deleted', 'ledger.rekeyed', 'user.deleted'],
    )
    assertWhole(await engine.ledger.verify(), kinds().length, true)
    const third = await engineWith({ ledger: C, oldLedger: [B, A] })
    await third.delete('u3', {})
    assertWhole(await third.ledger.verify(), kinds().length, true)
  })

  it('shuts out a process that still has the old one', async () => {
    const { engine, engineWith, host } = await rotated()
    await engine.delete('u2', {})
    const before = host()
    await assert.rejects((await engineWith({ ledger: A })).delete('u3', {}), { code: 'wrong_key' })
    assert.deepEqual(host(), before)
  })

  it('leaves what was written before as safe as it was', async () => {
    const { db, engine, kinds } = await rotated()
    await engine.delete('u2', {})
    const seqs = kinds().map((_, index) => index + 1)
    for (const seq of seqs) {
      const [body] = db
        .prepare('SELECT body FROM user_deletion_ledger WHERE seq = ?')
        .pluck()
        .all(seq)
      const write = db.prepare('UPDATE user_deletion_ledger SET body = ? WHERE seq = ?')
      write.run(String(body).replace('2026', '2025'), seq)
      assert.equal((await engine.ledger.verify()).valid, false, `entry ${seq}`)
      write.run(body, seq)
    }
    assert.equal((await engine.ledger.verify()).valid, true)
  })

  it('is imported with the rest', async () => {
    const { engine } = await rotated()
    await engine.delete('u2', {})
    const lines: string[] = []
    for await (const line of engine.ledger.export()) lines.push(line)
    const restored = open()
    const other = await restored.engineWith({ ledger: B, oldLedger: [A] })
    await other.ledger.import(lines)
    assert.equal((await other.ledger.verify()).valid, true)
    assert.equal((await other.replay()).deletedAgain, 2)
    assert.equal((await other.ledger.verify()).valid, true)
    const wrong = await open().engineWith({ ledger: B })
    await assert.rejects(wrong.ledger.import(lines), { code: 'invalid_argument' })
  })

  it('needs a present key beside the old ones', async () => {
    const { engineWith } = open()
    await assert.rejects(engineWith({ oldLedger: [A] }), { code: 'invalid_argument' })
    await assert.rejects(engineWith({ ledger: A, oldLedger: ['short'] }), {
      code: 'invalid_argument',
    })
  })
})

const LOOKS: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  isDeleted: (engine) => engine.isDeleted('u1', {}),
  getUser: (engine) => engine.getUser('u1', {}),
  plan: (engine) => engine.plan('u1', {}),
  verify: (engine) => engine.verify('u1', {}),
  proof: (engine) => engine.proof('u1', {}),
  holds: (engine) => engine.holds('u1', {}),
  getStatus: (engine) => engine.getStatus('u1', {}),
}

describe('a subject key', () => {
  for (const [how, keys, code] of [
    ['without it', {}, 'invalid_argument'],
    ['with another one', { subject: B }, 'wrong_key'],
  ] as const) {
    const { scrubFile: _, ...writes } = WRITES
    for (const [name, call] of Object.entries({ ...LOOKS, ...writes })) {
      it(`is missed by ${name} ${how}, and nothing is done`, async () => {
        const { engineWith, host, kinds, clock } = open()
        const right = await engineWith({ subject: A })
        await right.delete('u1', {})
        clock.set('2026-02-10T00:00:00.000Z')
        const [before, entries] = [host(), kinds()]
        const error = { code, details: { path: 'keys.subject' } }
        await assert.rejects(call(await engineWith(keys)), error)
        assert.deepEqual([host(), kinds()], [before, entries])
        await right.expireRetained()
        assert.equal(host()[1]?.length, 3)
      })
    }

    it(`is missed ${how} by a process that was there before it was used`, async () => {
      const { engineWith } = open()
      const wrong = await engineWith(keys)
      assert.equal(await wrong.isDeleted('u1', {}), false)
      await (await engineWith({ subject: A })).delete('u1', {})
      await assert.rejects(wrong.isDeleted('u1', {}), { code })
    })
  }

  it('of a ledger from before it was recorded works on, and is recorded once somebody is found under it', async () => {
    const { db, engineWith } = open()
    await (await engineWith({ subject: A })).delete('u1', {})
    db.exec("DELETE FROM user_deletion_marks WHERE name LIKE 'subject_key%'")
    await assert.rejects((await engineWith({})).isDeleted('u1', {}), { code: 'invalid_argument' })
    const right = await engineWith({ subject: A })
    await right.delete('u2', {})
    assert.equal(await right.isDeleted('u1', {}), true)
    await assert.rejects((await engineWith({ subject: B })).isDeleted('u1', {}), {
      code: 'wrong_key',
    })
  })

  it('that comes later still finds who was deleted before', async () => {
    const { engineWith } = open()
    await (await engineWith({})).delete('u1', {})
    const keyed = await engineWith({ subject: A })
    await keyed.delete('u2', {})
    assert.deepEqual(
      [await keyed.isDeleted('u1', {}), await keyed.isDeleted('u2', {})],
      [true, true],
    )
  })
})
