/** Strict tables of SQLite: what the check says of a value is what the database does with it. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openOdd } from '../worlds/odd-schema.ts'

const USERS = "CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('u1');"

/** Columns of each type that take a value. */
const VALUES: readonly (readonly [value: unknown, takenBy: string])[] = [
  ['gone', 'TEXT ANY'],
  ['', 'TEXT ANY'],
  ['0x10', 'TEXT ANY'],
  ['12.5', 'REAL TEXT ANY'],
  [' 12 ', 'INTEGER INT REAL TEXT ANY'],
  ['1e2', 'INTEGER INT REAL TEXT ANY'],
  [7, 'INTEGER INT REAL TEXT ANY'],
  [1.5, 'REAL TEXT ANY'],
  [true, 'INTEGER INT REAL TEXT ANY'],
  [null, 'INTEGER INT REAL TEXT ANY BLOB'],
  ['$at', 'TEXT ANY'],
  ['$atMs', 'INTEGER INT REAL TEXT ANY'],
  [{ randomToken: true }, 'TEXT ANY'],
]

function openNotes(type: string, value: unknown, strict = ' STRICT') {
  return openOdd({
    sql: `${USERS} CREATE TABLE notes (user TEXT, n ${type})${strict}; CREATE INDEX n ON notes (user);
      INSERT INTO notes (user) VALUES ('u1');`,
    tables: { notes: { match: 'user', action: 'anonymize', reason: 'kept', set: { n: value } } },
  } as never)
}

describe('a strict table', () => {
  for (const type of ['INTEGER', 'INT', 'REAL', 'TEXT', 'BLOB', 'ANY']) {
    it(`${type}: the check refuses the values that the database would refuse, and no other`, async () => {
      for (const [value, takenBy] of VALUES) {
        const { engine, db } = await openNotes(type, value)
        const isTaken = takenBy.split(' ').includes(type)
        // A placeholder becomes another value, and the driver binds no boolean.
        if (value !== true && typeof value !== 'object' && !String(value).startsWith('$')) {
          const write = () => db.prepare('UPDATE notes SET n = ? WHERE user IS NULL').run(value)
          db.exec('INSERT INTO notes (user) VALUES (NULL)')
          if (isTaken) write()
          else assert.throws(write, { code: 'SQLITE_CONSTRAINT_DATATYPE' })
        }
        const { fits, findings } = await engine.checkSchema()
        const codes = findings.map(({ code, severity, column }) => [code, severity, column])
        const what = `${type} ${JSON.stringify(value)}`
        assert.deepEqual(codes, isTaken ? [] : [['value_refused', 'error', 'n']], what)
        assert.equal(fits, isTaken, what)
        const ending = engine.delete('u1', {})
        if (isTaken) assert.equal((await ending).steps[0]?.rows, 1, what)
        else await assert.rejects(ending, { code: 'schema_mismatch' }, what)
      }
    })
  }

  it('takes an audit entry of its types alone', async () => {
    for (const [at, codes] of [
      ['$at', ['value_refused']],
      ['$atSeconds', []],
    ] as const) {
      const { engine } = await openOdd({
        sql: `${USERS} CREATE TABLE audit (who TEXT, at INTEGER) STRICT;`,
        tables: { audit: 'unrelated' },
        audit: { table: 'audit', entry: { who: '$userId', at } },
      } as never)
      const { findings } = await engine.checkSchema()
      assert.deepEqual(
        findings.map(({ code }) => code),
        codes,
      )
    }
  })

  it('is the only one that refuses a type', async () => {
    const { engine } = await openNotes('INTEGER', 'gone', '')
    assert.equal((await engine.delete('u1', {})).steps[0]?.rows, 1)
  })
})
