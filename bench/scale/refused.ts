/**
 * A bulk run in which the database refuses one user in twenty, each by itself, beside one in which it refuses nobody.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPolicy } from '../../src/presets/hellojohn/index.ts'
import { createTemplate, idsIn, TENANT, withCopy } from '../support/database.ts'
import type { Goal } from '../support/part.ts'
import type { Sizes } from './sizes.ts'

/** One in so many. */
const REFUSED = 20
const REFUSE = `CREATE TRIGGER refuse BEFORE DELETE ON users WHEN CAST(substr(OLD.id, -8) AS INTEGER) % ${REFUSED} = 0
  BEGIN SELECT RAISE(ABORT, 'refused'); END`

export async function measureRefused({ folder, users }: Sizes): Promise<readonly Goal[]> {
  const template = join(folder, 'refused.sqlite')
  createTemplate(template, users)
  const nobody = await timeOf(template, '')
  const some = await timeOf(template, REFUSE)
  const what = `${users} users, one in ${REFUSED} refused: its time by that of none refused`
  return [{ what, figure: some / nobody, unit: 'times', target: 5, is: 'at most' }]
}

function timeOf(template: string, trigger: string): Promise<number> {
  let took = 0
  const work = withCopy(template, async (db) => {
    db.exec(trigger)
    const logger = { warn: () => {} }
    const store = sqliteStore(db)
    const engine = new UserDeletionEngine({ store, policy: helloJohnPolicy, logger })
    await engine.migrate()
    const ids = idsIn(db)
    const started = performance.now()
    const { deleted, failed } = await engine.deleteMany(ids, {
      ...{ tenantId: TENANT, mode: 'throughput' },
    })
    took = performance.now() - started
    const refused = trigger === '' ? 0 : ids.filter(isRefused).length
    assert.deepEqual([deleted, failed], [ids.length - refused, refused])
  })
  return work.then(() => took)
}

function isRefused(id: string): boolean {
  return Number(id.slice(-8)) % REFUSED === 0
}
