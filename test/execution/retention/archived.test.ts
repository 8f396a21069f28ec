/** Retentions end as they would have, though the receipts that begin them are in an archive. */
import assert from 'node:assert/strict'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import {
  archiveOld,
  assertHolds,
  codeOf,
  entriesOf,
  hasLostBody,
} from '../../worlds/archived-ledger.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'

const policy = definePolicy({
  name: 'shop',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {
    invoices: { match: 'user_id', action: 'retain', reason: 'tax', for: 'P30D', then: 'delete' },
  },
})

const SHOP = `
CREATE TABLE users (id TEXT PRIMARY KEY);
CREATE TABLE invoices (id TEXT PRIMARY KEY, user_id TEXT);
CREATE INDEX by_user ON invoices (user_id);
INSERT INTO users VALUES ('ann'), ('bob'), ('cleo');
INSERT INTO invoices VALUES ('i1', 'ann'), ('i2', 'bob'), ('i3', 'cleo'), ('i4', 'ann');`

const NAMES = { ledger: 'a ledger key of enough bytes' }
const HASHES = { ...NAMES, subject: 'a subject key of enough bytes' }

forEachTables(({ name, describe, it, open }) => {
  describe(`rows of archived deletions, on ${name}`, () => {
    for (const [how, keys] of [
      ['by their ids', NAMES],
      ['by hashes of their ids', HASHES],
    ] as const) {
      it(`go on their day where the ledger names users ${how}, and not before`, async () => {
        const host = await open(SHOP)
        const clock = fixedClock('2026-01-01T00:00:00.000Z')
        const logger = { warn: () => {} }
        const engine = new UserDeletionEngine({ store: host.store, policy, clock, keys, logger })
        await engine.migrate()
        await engine.delete('ann', {})
        await engine.delete('bob', {})
        clock.set('2026-01-10T00:00:00.000Z')
        await archiveOld(engine, new Date('2026-01-05'))
        assert.equal((await entriesOf(engine)).filter(hasLostBody).length, 2)
        const left = async () => (await host.rows('invoices')).map(({ id }) => id).toSorted()
        await engine.expireRetained()
        assert.deepEqual(await left(), ['i1', 'i2', 'i3', 'i4'])
        await engine.placeHold('bob', { reason: 'court_order' })
        clock.set('2026-02-15T00:00:00.000Z')
        const { steps } = await engine.expireRetained({ confirmClock: true })
        assert.deepEqual(
          steps.map(({ rows, users, leftOut, error }) => ({ rows, users, leftOut, error })),
          [{ rows: 2, users: 1, leftOut: 1, error: null }],
        )
        assert.deepEqual(await left(), ['i2', 'i3'])
        assert.equal(await codeOf(engine.proof('ann', {})), 'receipt_archived')
        await assertHolds(engine, 2)
      })
    }
  })
})
