/**
 * Databases that version 0.1.0 has left, brought to the present layout. Whose they are and what was open in them,
 * `earlier-layout.ts` tells.
 */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { BSON, type Db, type Document } from 'mongodb'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import { engineTablesUpgradeSql, sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, type Store, UserDeletionEngine } from '../../../src/index.ts'
import {
  LEDGER_KEY,
  LEFT_AT,
  mailing,
  memberPolicy,
  SUBJECT_KEY,
  staffPolicy,
  tenantMemberPolicy,
} from '../../worlds/earlier-layout.ts'
import { isEveryFault } from '../../worlds/faults/every-fault.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import { TOPOLOGIES, TOPOLOGIES_FOR_CALLS } from '../../worlds/mongodb/topologies.ts'

type Row = Readonly<Record<string, unknown>>
type Kind = 'plain' | 'keyed'
type Rows = (table: string) => Promise<readonly Row[]>

interface Left {
  readonly store: Store
  /** Raw, the engine's own tables too. */
  readonly rows: Rows
}

const SILENT = { warn() {} }

function enginesOn(store: Store, kind: Kind, isAway = false) {
  const clock = fixedClock(LEFT_AT)
  const keys = kind === 'keyed' ? { ledger: LEDGER_KEY, subject: SUBJECT_KEY } : {}
  const shared = { store, clock, keys, logger: SILENT }
  const policy = (kind === 'keyed' ? tenantMemberPolicy : memberPolicy) as typeof memberPolicy
  return {
    clock,
    members: new UserDeletionEngine({
      ...shared,
      policy,
      externalErasers: [mailing(() => isAway)],
    }),
    staff: new UserDeletionEngine({
      ...shared,
      policy: {
        ...staffPolicy,
        tables: { ...staffPolicy.tables, ...(kind === 'keyed' ? { clubs: 'unrelated' } : {}) },
      } as typeof staffPolicy,
    }),
    scope: (kind === 'keyed' ? { tenantId: 'red' } : {}) as Record<never, never>,
  }
}

async function listed<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

async function idsOf(rows: Rows, table: string): Promise<readonly unknown[]> {
  const ids = (await rows(table)).map(({ id }) => Number(id))
  return ids.toSorted((a, b) => a - b)
}

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`fixtures/layout-0.1.0-${name}`, import.meta.url), 'utf8')

/** What has to go on, whatever the database is. */
function goesOn(
  open: (kind: Kind) => Promise<Left>,
  test: (name: string, run: () => Promise<void>) => unknown,
): void {
  test('an earlier layout is told by name before anything else is done', async () => {
    for (const kind of ['plain', 'keyed'] as const) {
      const { store, rows } = await open(kind)
      const { members, scope } = enginesOn(store, kind)
      const told = { code: 'not_migrated', message: /engine\.migrate\(\)/ }
      await assert.rejects(members.isDeleted(1, scope), told)
      await assert.rejects(members.delete(11, scope), told)
      await assert.rejects(members.resume(), told)
      await assert.rejects(listed(members.jobs()), told)
      assert.equal(
        (await rows('members')).some(({ id }) => Number(id) === 11),
        true,
      )
    }
  })

  for (const kind of ['plain', 'keyed'] as const) {
    test(`the chain holds, ${kind}, and the receipts are those of the members`, async () => {
      const { store } = await open(kind)
      const { members, staff } = enginesOn(store, kind)
      await members.migrate()
      await members.migrate()
      await staff.migrate()
      for (const engine of [members, staff]) {
        const { valid } = await engine.ledger.verify()
        assert.equal(valid, true)
      }
      const subjects = await listed(members.ledger.receipts())
      assert.equal(subjects.length, kind === 'plain' ? 4 : 5)
      assert.deepEqual(await listed(staff.ledger.receipts()), [])
    })

    test(`what was open goes on, ${kind}`, async () => {
      const { store, rows } = await open(kind)
      const { members, scope, clock } = enginesOn(store, kind)
      await members.migrate()
      const jobs = await listed(members.jobs())
      assert.deepEqual(jobs.map(({ userId }) => Number(userId)).toSorted(), [3, 4, 5])
      clock.set('2026-02-01T00:10:00.000Z')
      const { finished, failed } = await members.resume()
      assert.deepEqual(failed, [])
      assert.equal(finished.length, 2)
      await assert.rejects(members.delete(6, scope), { code: 'deletion_blocked' })
      assert.equal((await members.enable(7, scope)).user['status'], 'banned')
      const again = await members.delete(1, {
        ...scope,
        idempotencyKey: 'key-1',
        reason: 'user_request',
      })
      assert.equal(again.deletedAt, '2026-01-10T00:00:00.000Z')
      const run = await members.deleteMany([9, 10, 11], scope)
      assert.deepEqual([run.deleted, run.failed], [1, 0])
      clock.set('2026-02-20T00:00:01.000Z')
      const purged = await members.purgeDue({ confirmClock: true })
      assert.equal(purged.deleted.length, 1)
      assert.deepEqual(await listed(members.jobs()), [])
      const left = (await idsOf(rows, 'members')).filter((id) => Number(id) < 20)
      assert.deepEqual(left, [6, 7, 8])
      assert.equal((await idsOf(rows, 'staff')).length, 11)
      assert.equal((await members.ledger.verify()).valid, true)
    })

    test(`retentions end, and a hold on kept rows binds, ${kind}`, async () => {
      const { store, rows } = await open(kind)
      const { members, clock } = enginesOn(store, kind)
      await members.migrate()
      clock.set('2027-01-20T00:00:00.000Z')
      await members.expireRetained({ confirmClock: true })
      const invoices = await idsOf(rows, 'invoices')
      assert.deepEqual(invoices, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
      assert.equal((await members.ledger.verify()).valid, true)
    })

    test(`records of the members are nothing to the engine of the staff, ${kind}`, async () => {
      const { store, rows } = await open(kind)
      const { members, staff, clock } = enginesOn(store, kind)
      await members.migrate()
      await staff.migrate()
      clock.set('2026-02-20T00:00:01.000Z')
      assert.equal(await staff.isDeleted(1, {}), false)
      assert.deepEqual(await staff.holds(6, {}), [])
      assert.deepEqual(await listed(staff.jobs()), [])
      assert.equal((await staff.purgeDue({ confirmClock: true })).deleted.length, 0)
      assert.deepEqual((await staff.resume()).finished, [])
      assert.equal((await staff.replay()).deletedAgain, 0)
      assert.deepEqual(await listed(staff.outbox.pending()), [])
      assert.equal((await listed(members.outbox.pending())).length > 10, true)
      assert.equal((await staff.getStatus(7, {})).state, 'active')
      assert.equal((await idsOf(rows, 'staff')).length, 11)
      assert.equal((await staff.delete(6, {})).steps.length, 0)
    })
  }
}

async function openSqlite(kind: Kind): Promise<Left & { readonly db: Database.Database }> {
  const db = new Database(':memory:')
  db.exec(await fixture(`sqlite-${kind}.sql`))
  const rows: Rows = async (table) => db.prepare(`SELECT * FROM ${table}`).all() as Row[]
  return { db, store: sqliteStore(db), rows }
}

describe('a database of version 0.1.0 on SQLite', () => {
  goesOn(openSqlite, it)

  it('is given to nobody by the statements for hosts that migrate themselves but to the table they name', async () => {
    const { db, store, rows } = await openSqlite('plain')
    db.transaction(() => db.exec(engineTablesUpgradeSql({ userTable: 'members' })))()
    const { members } = enginesOn(store, 'plain')
    assert.equal((await members.ledger.verify()).valid, true)
    assert.equal(await members.isDeleted(1, {}), true)
    const layout = async (): Promise<unknown> =>
      (await rows('sqlite_schema'))
        .filter(({ name }) => String(name).startsWith('user_deletion_'))
        .map(({ name, type }) => `${type} ${name}`)
        .toSorted()
    const byHost = await layout()
    await members.migrate()
    assert.deepEqual(await layout(), byHost)
  })

  it('may be migrated over several handles at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'layouts-'))
    const file = join(folder, 'app.sqlite')
    const handles = [1, 2, 3].map(() => new Database(file))
    try {
      handles[0]?.exec(await fixture('sqlite-plain.sql'))
      const engines = handles.map((db) => enginesOn(sqliteStore(db), 'plain').members)
      await Promise.all(engines.map((engine) => engine.migrate()))
      for (const engine of engines) {
        assert.equal((await engine.ledger.verify()).valid, true)
        assert.equal((await listed(engine.jobs())).length, 3)
      }
    } finally {
      for (const db of handles) db.close()
      await rm(folder, { recursive: true })
    }
  })

  it('is migrated as a whole or not at all', async () => {
    const { db, store, rows } = await openSqlite('plain')
    // A table of the host stands where an index has to come.
    db.exec('CREATE TABLE user_deletion_jobs_by_user_id (x)')
    const before = await rows('sqlite_schema')
    await assert.rejects(enginesOn(store, 'plain').members.migrate())
    assert.deepEqual(await rows('sqlite_schema'), before)
  })

  it('shows an entry that was given to the users of another table', async () => {
    for (const kind of ['plain', 'keyed'] as const) {
      const { db, store } = await openSqlite(kind)
      const { members, scope } = enginesOn(store, kind)
      await members.migrate()
      const { id } = await members.delete(11, scope)
      const seqs = db.prepare(`SELECT seq FROM user_deletion_ledger WHERE kind = 'user.deleted'`)
      const give = db.prepare('UPDATE user_deletion_ledger SET user_table = ? WHERE seq = ?')
      const ofOld = seqs.pluck().all().map(Number)
      for (const seq of ofOld) {
        give.run('staff', seq)
        const found = await members.ledger.verify()
        assert.deepEqual(found, { valid: false, seq, problem: 'altered' })
        give.run('members', seq)
      }
      const last = Math.max(...ofOld)
      give.run(null, last)
      assert.equal((await members.ledger.verify()).valid, false, id)
      give.run('members', last)
      assert.equal((await members.ledger.verify()).valid, true)
    }
  })

  it('is archived with the tables that its entries were given', async () => {
    for (const kind of ['plain', 'keyed'] as const) {
      const { db, store } = await openSqlite(kind)
      const { members, clock } = enginesOn(store, kind)
      await members.migrate()
      clock.set('2030-01-01T00:00:00.000Z')
      const lines: string[] = []
      const { removed } = await members.ledger.archive({ before: clock.now() }, async (all) => {
        for await (const line of all) lines.push(line)
      })
      assert.equal(removed, lines.length - 1)
      const found = await members.ledger.verify()
      assert.ok(found.valid && found.archived === removed, JSON.stringify(found))
      assert.ok((await members.ledger.verifyArchive(lines)).valid)
      db.exec(`UPDATE user_deletion_ledger SET user_table = 'staff' WHERE seq = 1`)
      const other = await members.ledger.verify()
      assert.deepEqual(other, { valid: false, seq: 1, problem: 'archive_altered' })
    }
  })

  it('keeps a job whose policy another table has proven its own', async () => {
    const { db, store, rows } = await openSqlite('plain')
    const receipt = db.prepare('SELECT body FROM user_deletion_ledger WHERE seq = 1').pluck().get()
    const body = String(receipt).replace('"table":"members"', '"table":"partners"')
    db.prepare('UPDATE user_deletion_ledger SET body = ? WHERE seq = 1').run(body)
    db.exec(`UPDATE user_deletion_jobs SET policy_digest = 'unknown' WHERE kind = 'erasure'`)
    const { members } = enginesOn(store, 'plain')
    await members.migrate()
    // Two tables have users here: what nothing proves is nobody's, and holds bind everybody.
    const jobs = await listed(members.jobs())
    assert.deepEqual(jobs.map(({ userId }) => userId).toSorted(), [3, 4])
    assert.equal((await members.holds(6, {})).length, 1)
    assert.equal((await rows('user_deletion_jobs')).length, 3)
  })
})

/**
 * Ann's invoice is gone, Bob's is under a hold, Cleo's was refused by the database, and Dora's is not due; Eve is there.
 */
describe('a database whose marks say which retentions are open', () => {
  const policy = definePolicy({
    name: 'members',
    version: 1,
    user: { table: 'members', id: 'id' },
    tables: {
      invoices: {
        ...{ match: 'member', action: 'retain', reason: 'kept by law' },
        ...{ for: 'P10D', then: 'delete' },
      },
      reminders: 'unrelated',
    },
  })

  async function openMarks() {
    const db = new Database(':memory:')
    const sql = new URL('fixtures/retentions-in-marks-sqlite.sql', import.meta.url)
    db.exec(await readFile(sql, 'utf8'))
    const clock = fixedClock('2026-03-11T12:00:00.000Z')
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, clock, logger: SILENT })
    const left = (): unknown => db.prepare('SELECT id FROM invoices ORDER BY id').pluck().all()
    return { db, clock, engine, left }
  }

  it('has to be migrated', async () => {
    const { engine, left } = await openMarks()
    await assert.rejects(engine.delete('eve'), { code: 'not_migrated' })
    await assert.rejects(engine.expireRetained(), { code: 'not_migrated' })
    assert.deepEqual(left(), ['b', 'c', 'd', 'e'])
  })

  it('goes on where it was', async () => {
    const { db, clock, engine, left } = await openMarks()
    await engine.migrate()
    const again = await engine.expireRetained()
    assert.deepEqual([again.steps[0]?.leftOut, again.steps[0]?.failed], [1, 1])
    assert.deepEqual(left(), ['b', 'c', 'd', 'e'])
    await engine.delete('eve')
    db.exec("DELETE FROM reminders; INSERT INTO invoices VALUES ('late', 'ann')")
    clock.set('2026-03-15T12:00:00.000Z')
    const { steps } = await engine.expireRetained()
    assert.deepEqual([steps[0]?.rows, steps[0]?.leftOut, steps[0]?.failed], [2, 1, 0])
    // What was done once is not looked at again.
    assert.deepEqual(left(), ['b', 'e', 'late'])
    const [hold] = await engine.holds('bob')
    await engine.releaseHold('bob', { holdId: hold?.id ?? '' })
    clock.set('2026-03-21T12:00:00.000Z')
    assert.equal((await engine.expireRetained()).steps[0]?.rows, 2)
    assert.deepEqual(left(), ['late'])
    assert.equal((await engine.ledger.verify()).valid, true)
    const ended = await Promise.all(
      ['ann', 'bob', 'cleo', 'dora', 'eve'].map(async (id) => {
        const { retained } = (await engine.proof(id)).document
        return retained.map(({ ended: end }) => end?.at)
      }),
    )
    const [at11, at15, at21] = [11, 15, 21].map((day) => [`2026-03-${day}T12:00:00.000Z`])
    assert.deepEqual(ended, [at11, at21, at15, at15, at21])
  })
})

describe('a database of before there were reservations', () => {
  const user = { table: 'members', id: 'id', fields: { name: 'name' } } as const
  const policy = definePolicy({
    ...{ name: 'members', version: 1, tables: {} },
    user: { ...user, reserve: { name: 'P1Y' } },
  })
  const before = definePolicy({ name: 'members', version: 1, user, tables: {} })

  it('has to be migrated before something is reserved, and deletes without that', async () => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE members (id TEXT PRIMARY KEY, name TEXT);
      INSERT INTO members VALUES ('ann', 'Ann'), ('bob', 'Bob');`)
    const store = sqliteStore(db)
    const shared = { store, clock: fixedClock(), logger: SILENT }
    const engine = new UserDeletionEngine({
      ...{ ...shared, policy, keys: { reserve: 'a reserve key for tests' } },
    })
    await store.migrate()
    db.exec('DROP TABLE user_deletion_reservations')
    await new UserDeletionEngine({ ...shared, policy: before }).delete('bob')
    await assert.rejects(engine.delete('ann'), { code: 'not_migrated' })
    await assert.rejects(engine.isReserved({ name: 'Ann' }), { code: 'not_migrated' })
    assert.deepEqual(db.prepare('SELECT id FROM members').pluck().all(), ['ann'])
    await engine.migrate()
    await engine.delete('ann')
    assert.equal(await engine.isReserved({ name: 'Ann' }), true)
    assert.equal(await engine.isReserved({ name: 'Bob' }), false)
  })
})

describe('a ledger of version 0.1.0 in memory', () => {
  for (const kind of ['plain', 'keyed'] as const) {
    it(`is imported, holds and answers, ${kind}`, async () => {
      const data = JSON.parse(await fixture(`memory-${kind}.json`)) as Record<string, Row[]>
      const lines = (await fixture(`memory-${kind}.jsonl`)).split('\n')
      const store = memoryStore({ data })
      const { members, staff, scope } = enginesOn(store, kind)
      await members.migrate()
      await members.ledger.import(lines)
      assert.equal((await members.ledger.verify()).valid, true)
      assert.equal(await members.isDeleted(1, scope), true)
      assert.equal(await staff.isDeleted(1, {}), false)
      const { imported, known } = await members.ledger.import(lines)
      assert.deepEqual([imported, known > 0], [0, true])
      const exported = await listed(members.ledger.export())
      assert.equal((await members.ledger.import(exported)).imported, 0)
    })
  }
})

for (const topology of TOPOLOGIES) {
  const name = `a database of version 0.1.0 on a MongoDB ${topology}`
  describeMongo(name, topology, ({ it, server }) => {
    if (TOPOLOGIES_FOR_CALLS.includes(topology)) {
      goesOn(async (kind) => openMongo(server().newDatabase(), kind), it)
    }

    // Connections that build and drop indexes at once may end the server of the other tests, where it runs under Wine.
    if (isEveryFault) {
      it('may be migrated by several processes at once', async () => {
        const db = server().newDatabase()
        const { store } = await openMongo(db, 'plain')
        const stores = [store, mongoStore(db as never), mongoStore(db as never)]
        await Promise.all(stores.map((one) => enginesOn(one, 'plain').members.migrate()))
        const { members } = enginesOn(store, 'plain')
        assert.equal((await members.ledger.verify()).valid, true)
        assert.equal((await listed(members.jobs())).length, 3)
        assert.equal((await members.enable(7, {})).user['status'], 'banned')
      })
    }
  })
}

async function openMongo(db: Db, kind: Kind): Promise<Left> {
  const dump = BSON.EJSON.parse(await fixture(`mongodb-${kind}.json`), {
    relaxed: false,
  }) as Record<string, { readonly documents: Document[]; readonly indexes: Document[] }>
  for (const [name, { documents, indexes }] of Object.entries(dump)) {
    await db.createCollection(name)
    if (documents.length > 0) await db.collection(name).insertMany(documents)
    const built = indexes.map(({ key, ...options }) => {
      const fields = Object.entries(key as Record<string, unknown>)
      return {
        ...options,
        key: Object.fromEntries(fields.map(([field, way]) => [field, Number(way)])),
      }
    })
    if (built.length > 0) await db.collection(name).createIndexes(built)
  }
  return {
    store: mongoStore(db as never),
    rows: (table) => db.collection(table).find({}).toArray(),
  }
}
