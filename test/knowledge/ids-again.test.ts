/** SQLite numbers rows on from the largest number there is: the last user's number comes again once that user is gone. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openOdd } from '../worlds/odd-schema.ts'

const KEPT = { match: 'uid', action: 'retain', reason: 'tax' } as const

/** Where the check says that ids come again. */
async function told(
  id: string,
  rule: object = KEPT,
  user: object = {},
): Promise<readonly unknown[]> {
  const { engine } = await openOdd({
    sql: `CREATE TABLE users (name TEXT, ${id}); CREATE TABLE bills (id INTEGER PRIMARY KEY, uid INTEGER, name TEXT)`,
    user: { table: 'users', id: 'id', ...user },
    tables: { bills: rule },
    options: { keys: { pseudonym: 'a pseudonym key for these tests alone' } },
  } as never)
  const { findings } = await engine.checkSchema()
  return findings.flatMap(({ code, severity, path }) =>
    code === 'reused_ids' ? [[severity, path]] : [],
  )
}

describe('a number of a user that SQLite gives to the next one', () => {
  it('is reported where rows that name it stay', async () => {
    for (const id of [
      'id INTEGER PRIMARY KEY',
      'id integer not null primary key /* no AUTOINCREMENT */',
    ]) {
      assert.deepEqual(await told(id), [['warning', 'user.id']], id)
    }
    const hashed = { ...KEPT, action: 'anonymize', set: { uid: { pseudonym: { user: 'id' } } } }
    assert.deepEqual(await told('id INTEGER PRIMARY KEY', hashed), [['warning', 'user.id']])
  })

  it('is not reported of ids that never come again', async () => {
    for (const id of [
      'id INTEGER PRIMARY KEY AUTOINCREMENT',
      'id TEXT PRIMARY KEY',
      'id INT PRIMARY KEY',
      'id INTEGER, tenant INTEGER, PRIMARY KEY (tenant, id)',
    ]) {
      assert.deepEqual(await told(id), [], id)
    }
    const { engine } = await openOdd({
      sql: `CREATE TABLE users (id INTEGER, PRIMARY KEY (id AUTOINCREMENT)); CREATE TABLE own (id INTEGER PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE bills (id INTEGER PRIMARY KEY, uid INTEGER)`,
      user: { table: 'users', id: 'id' },
      tables: { own: 'unrelated', bills: KEPT },
    } as never)
    assert.ok((await engine.checkSchema()).findings.every(({ code }) => code !== 'reused_ids'))
  })

  it('is not reported where no row names the user afterwards, or the user’s own row stays', async () => {
    const id = 'id INTEGER PRIMARY KEY'
    assert.deepEqual(await told(id, { match: 'uid', action: 'delete' }), [])
    assert.deepEqual(await told(id, { ...KEPT, set: { uid: null } }), [])
    const blank = { action: 'anonymize', reason: 'books', set: { name: null } }
    assert.deepEqual(await told(id, KEPT, blank), [])
  })
})
