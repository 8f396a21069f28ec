/**
 * `expireRetained` where much has ended, is held all the same, and nothing is due.
 *
 * @module
 */
import { join } from 'node:path'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { openDatabase } from '../support/database.ts'
import type { Goal } from '../support/part.ts'
import type { Sizes } from './sizes.ts'
import { took } from './took.ts'

const policy = definePolicy({
  name: 'held',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {
    invoices: {
      ...{ match: 'user_id', action: 'retain', reason: 'kept by law' },
      ...{ for: 'P1D', then: 'delete' },
    },
  },
})
const TWO_DAYS_MS = 172_800_000

export async function measureHeld({ folder, held }: Sizes): Promise<readonly Goal[]> {
  const db = openDatabase(join(folder, 'held.sqlite'))
  db.exec(`CREATE TABLE users (id TEXT PRIMARY KEY);
CREATE TABLE invoices (id TEXT PRIMARY KEY, user_id TEXT);
CREATE INDEX invoices_user_id ON invoices (user_id)`)
  const ids = Array.from({ length: held }, (_, index) => `usr_${index}`)
  const user = db.prepare('INSERT INTO users VALUES (?)')
  const invoice = db.prepare('INSERT INTO invoices VALUES (?, ?)')
  db.transaction(() => {
    for (const id of ids) {
      user.run(id)
      invoice.run(`inv_${id}`, id)
    }
  })()
  let now = Date.now()
  const clock = { now: () => new Date(now) }
  const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, clock })
  await engine.migrate()
  await engine.deleteMany(ids, { mode: 'throughput' })
  for (const id of ids) await engine.placeHold(id, { reason: 'dispute' })
  now += TWO_DAYS_MS
  const what = `expireRetained, ${held} held and nothing due`
  const first = await took(`${what}: first call`, Infinity, () => engine.expireRetained())
  const later = await took(`${what}: later calls`, 50, () => engine.expireRetained())
  db.close()
  return [first, later]
}
