/**
 * A long ledger: the proof of one deletion, and a verification from end to end and from a verified head on.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { openDatabase } from '../support/database.ts'
import { growLedger } from '../support/long-ledger.ts'
import type { Goal } from '../support/part.ts'
import type { Sizes } from './sizes.ts'
import { took } from './took.ts'

const policy = definePolicy({
  name: 'ledger',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {},
})

export async function measureLedger({ folder, entries }: Sizes): Promise<readonly Goal[]> {
  const db = openDatabase(join(folder, 'ledger.sqlite'))
  db.exec("CREATE TABLE users (id TEXT PRIMARY KEY); INSERT INTO users VALUES ('usr_0')")
  const store = sqliteStore(db)
  const engine = new UserDeletionEngine({ store, policy })
  await engine.migrate()
  await engine.delete('usr_0')
  await growLedger(db, store, ids(entries))
  const middle = `usr_${Math.ceil(entries / 2)}`
  await engine.proof(middle)
  const proof = await took(`proof, ${entries} entries`, 20, () => engine.proof('usr_0'))
  let found = await engine.ledger.verify({ limit: 1, record: false })
  const whole = await took(`ledger.verify, ${entries} entries`, Infinity, async () => {
    found = await engine.ledger.verify()
  })
  assert.ok(found.valid)
  const { head } = found
  const behind = await took('ledger.verify behind the last head', 20, async () => {
    assert.ok((await engine.ledger.verify({ from: head })).valid)
  })
  db.close()
  return [proof, whole, behind]
}

function* ids(entries: number): Generator<string> {
  for (let index = 1; index < entries; index += 1) yield `usr_${index}`
}
