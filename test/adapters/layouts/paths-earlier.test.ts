import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { BSON, type Db, type Document } from 'mongodb'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import {
  engineTablesSql,
  engineTablesUpgradeSql,
  sqliteStore,
} from '../../../adapters/sqlite/index.ts'
import { definePolicy, type Store, UserDeletionEngine } from '../../../src/index.ts'
import { LEFT_AT, memberPolicy } from '../../worlds/earlier-layout.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`fixtures/layout-0.1.0-${name}`, import.meta.url), 'utf8')

/** Rows that two rules may find, one of which would have kept them. */
const { notes: _, ...others } = memberPolicy.tables
const tables = {
  ...others,
  notes: [
    { match: 'member_id', action: 'delete' },
    { match: { column: 'body', form: 'string' }, action: 'detach' },
  ],
} as const

const policyOf = (version: number, name = 'members') =>
  definePolicy({ name, version, user: memberPolicy.user, tables })

function engineOn(store: Store, version = 1, name?: string) {
  const policy = policyOf(version, name)
  const clock = fixedClock(LEFT_AT)
  return new UserDeletionEngine({ store, policy, clock, logger: { warn() {} } })
}

async function isTold(engine: ReturnType<typeof engineOn>): Promise<boolean> {
  const { findings } = await engine.checkSchema()
  return findings.some(({ code }) => code === 'rule_order')
}

function tells(
  open: () => Promise<Store>,
  test: (name: string, run: () => Promise<void>) => unknown,
): void {
  test('tells the policy that comes first of rules that meant something else', async () => {
    const store = await open()
    const first = engineOn(store)
    await first.migrate()
    assert.equal(await isTold(first), true)
    assert.equal(await isTold(engineOn(store)), true)
    await first.migrate()
    assert.equal(await isTold(engineOn(store)), true)
  })

  test('and no policy of another version or name that comes later', async () => {
    const store = await open()
    await engineOn(store).migrate()
    for (const later of [engineOn(store, 2), engineOn(store, 1, 'clubs')]) {
      await later.migrate()
      assert.equal(await isTold(later), false)
    }
    assert.equal(await isTold(engineOn(store)), true)
  })
}

describe('a database of version 0.1.0 in SQLite', () => {
  const openSqlite = async (): Promise<Database.Database> => {
    const db = new Database(':memory:')
    db.exec(await fixture('sqlite-plain.sql'))
    return db
  }
  tells(async () => sqliteStore(await openSqlite()), it)

  it('that the host has migrated by itself tells them too', async () => {
    const db = await openSqlite()
    db.exec(engineTablesUpgradeSql({ userTable: 'members' }))
    const engine = engineOn(sqliteStore(db))
    assert.equal(await isTold(engine), true)
    // The first call that changes something takes this policy for the earlier one.
    await engine.maintain()
    assert.equal(await isTold(engineOn(sqliteStore(db), 2)), false)
  })

  it('and nobody in a database that begins with the present one', async () => {
    const sql = await fixture('sqlite-plain.sql')
    const hosts = sql
      .split(';\n')
      .filter((statement) => !statement.includes('user_deletion_'))
      .join(';\n')
    for (const create of ['', engineTablesSql]) {
      const db = new Database(':memory:')
      db.exec(`${hosts};\n${create}`)
      const engine = engineOn(sqliteStore(db))
      if (create === '') assert.equal(await isTold(engine), false)
      await engine.migrate()
      await engine.migrate()
      assert.equal(await isTold(engine), false)
    }
  })
})

describeMongo('a database of version 0.1.0 on MongoDB', 'replica set', ({ it, server }) => {
  const filled = async (db: Db, isMeant: (name: string) => boolean): Promise<Store> => {
    const text = await fixture('mongodb-plain.json')
    const dump = BSON.EJSON.parse(text, { relaxed: false }) as Record<
      string,
      { readonly documents: Document[] }
    >
    for (const [name, { documents }] of Object.entries(dump)) {
      if (documents.length > 0 && isMeant(name)) await db.collection(name).insertMany(documents)
    }
    return mongoStore(db as never)
  }
  tells(() => filled(server().newDatabase(), () => true), it)

  it('and nobody in a database that begins with the present one', async () => {
    const store = await filled(server().newDatabase(), (name) => !name.startsWith('user_deletion'))
    const engine = engineOn(store)
    await engine.migrate()
    await engine.migrate()
    assert.equal(await isTold(engine), false)
  })

  it('nor where its migration was cut off', async () => {
    const db = server().newDatabase()
    const store = await filled(db, (name) => !name.startsWith('user_deletion'))
    await engineOn(store).migrate()
    await db.collection<Document>('user_deletion_writer').updateOne({}, { $unset: { layout: 1 } })
    const again = engineOn(mongoStore(db as never))
    await again.migrate()
    assert.equal(await isTold(again), false)
  })
})
