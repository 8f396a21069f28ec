/**
 * Clauses of the store contract: two tables of users in one database, whose ids, tenants and keys coincide.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { findStanding } from '../../../execution/units/transition-unit.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { Policy } from '../../../policy/policy.ts'
import { listJobs } from '../../../records/job-records.ts'
import {
  appendLedger,
  deletedAt,
  findEntries,
  findEntryByKey,
  readLedger,
} from '../../../records/ledger-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import { listHolds, saveHold, saveToken } from '../../../records/user-records.ts'
import type { Hold, LedgerEntry } from '../../../store/records.ts'
import type { Store } from '../../../store/store.ts'
import { ANN, NUMBERS } from '../data.ts'
import { contractSchema, type TenantPolicy } from '../fixture.ts'
import { programOf } from '../programs.ts'
import { type Clause, IN_A, type World } from '../world.ts'

const [ACCOUNT] = NUMBERS
const KEYED = { ...IN_A, idempotencyKey: 'key_1' } as const
const OF_ACCOUNT = { ...IN_A, userId: ACCOUNT } as const
const HOLD: Hold = {
  ...{ id: 'hold_1', userTable: 'users', ...OF_ACCOUNT, reason: 'court_order', tables: null },
  ...{ placedAt: '2026-03-01T12:00:00.000Z', until: null },
}

export function userTableClauses(clause: Clause): void {
  clause('what the ledger says of one table of users, it does not say of the other', async (w) => {
    const engine = accountsEngine(w)
    const receipt = await engine.delete(ACCOUNT, KEYED)
    const { store } = w
    const named = { ...IN_A, subjects: [ACCOUNT] }
    assert.equal((await findEntries(store, { userTable: 'accounts', ...named })).length, 1)
    assert.deepEqual(await findEntries(store, { userTable: 'users', ...named }), [])
    assert.deepEqual(await findEntries(store, { userTable: 'Accounts', ...named }), [])
    const subject = { ...IN_A, subject: ACCOUNT }
    assert.equal(await deletedAt(store, { userTable: 'users', ...subject }), null)
    assert.equal(await deletedAt(store, { userTable: 'accounts', ...subject }), receipt.deletedAt)
    assert.equal(await findEntryByKey(store, { userTable: 'users', ...KEYED }), null)
    assert.notEqual(await findEntryByKey(store, { userTable: 'accounts', ...KEYED }), null)
  })

  clause('one key serves once for each table of users, in one chain', async (w) => {
    const engine = accountsEngine(w)
    const ofAccount = await engine.delete(ACCOUNT, KEYED)
    const ofUser = await w.engine.delete(ANN, KEYED)
    assert.deepEqual(await engine.delete(ACCOUNT, KEYED), ofAccount)
    assert.deepEqual(await w.engine.delete(ANN, KEYED), ofUser)
    const entries = await deletions(w.store)
    assert.deepEqual(
      entries.map(({ userTable, subject }) => [userTable, subject]),
      [
        ['accounts', ACCOUNT],
        ['users', ANN],
      ],
    )
    for (const one of [engine, w.engine]) {
      assert.equal((await one.ledger.verify()).valid, true)
      const own: unknown[] = []
      for await (const { id } of one.ledger.receipts()) own.push(id)
      assert.deepEqual(own, [one === engine ? ofAccount.id : ofUser.id])
    }
  })

  clause('each table of users has its own events', async (w) => {
    await accountsEngine(w).delete(ACCOUNT, IN_A)
    await w.engine.delete(ANN, IN_A)
    for (const userTable of ['accounts', 'users']) {
      const events = await readOutbox(w.store, { userTable, afterId: null, limit: 100 })
      assert.equal(events.length > 0, true)
      assert.deepEqual(new Set(events.map((event) => event.userTable)), new Set([userTable]))
    }
    const all = await readOutbox(w.store, { afterId: null, limit: 100 })
    assert.deepEqual(new Set(all.map((event) => event.userTable)), new Set(['accounts', 'users']))
  })

  clause('a hold on a user of one table does not bind one of the other', async (w) => {
    await saveHold(w.store, HOLD)
    const query = { limit: 10, user: OF_ACCOUNT }
    assert.deepEqual(await listHolds(w.store, { ...query, userTable: 'accounts' }), [])
    assert.deepEqual(await listHolds(w.store, { ...query, userTable: 'users' }), [HOLD])
    assert.deepEqual(await listHolds(w.store, query), [HOLD])
    await accountsEngine(w).delete(ACCOUNT, IN_A)
    assert.deepEqual(await listHolds(w.store, query), [HOLD])
    assert.equal(await accountRow(w), undefined)
  })

  clause('a hold that does not say whose user it is on binds both', async (w) => {
    await saveHold(w.store, { ...HOLD, userTable: null })
    const refused = { code: 'deletion_blocked' }
    await assert.rejects(accountsEngine(w).delete(ACCOUNT, IN_A), refused)
    assert.notEqual(await accountRow(w), undefined)
  })

  clause('a job for a user of one table is none of the other', async (w) => {
    const engine = accountsEngine(w)
    await engine.scheduleDeletion(ACCOUNT, { ...IN_A, after: 'P1D' })
    const query = { limit: 10, user: OF_ACCOUNT }
    assert.deepEqual(await listJobs(w.store, { ...query, userTable: 'users' }), [])
    const [job] = await listJobs(w.store, { ...query, userTable: 'accounts' })
    assert.equal(job?.userTable, 'accounts')
    w.clock.set('2026-03-03T12:00:00.000Z')
    assert.deepEqual((await w.engine.purgeDue()).deleted, [])
    assert.notEqual(await accountRow(w), undefined)
    assert.equal((await engine.purgeDue()).deleted.length, 1)
    assert.equal(await accountRow(w), undefined)
  })

  clause('a token of a user of one table confirms nothing for the other', async (w) => {
    const token = { userId: ACCOUNT, sessionId: 'ses_1', expiresAt: '2026-03-02T12:00:00.000Z' }
    await saveToken(w.store, { hash: 'h_users', userTable: 'users', ...IN_A, ...token })
    await saveToken(w.store, { hash: 'h_accounts', userTable: 'accounts', ...IN_A, ...token })
    const found: unknown[] = []
    const program = await programOf(w, accountsPolicy(), ACCOUNT)
    for (const tokenHash of ['h_users', 'h_accounts']) {
      const query = { ...IN_A, user: { id: ACCOUNT, subject: ACCOUNT }, tokenHash }
      const standing = await w.store.read(() => findStanding(program, query))
      found.push(standing?.token?.hash ?? null)
    }
    assert.deepEqual(found, [null, 'h_accounts'])
  })

  clause('a replay of one table of users touches nobody of the other', async (w) => {
    const [entry] = await entriesOf(w)
    assert.notEqual(entry, undefined)
    const { deletedAgain, checked } = await accountsEngine(w).replay()
    assert.deepEqual([deletedAgain, checked], [0, 0])
    assert.notEqual(await accountRow(w), undefined)
  })
}

/** A ledger that says of a user with the account's number that they were deleted. */
async function entriesOf({ store }: World): Promise<readonly LedgerEntry[]> {
  const at = '2026-01-01T00:00:00.000Z'
  const known = { kind: 'user.deleted', userTable: 'users', idempotencyKey: null } as const
  const entry = { seq: 1, at, ...known, ...IN_A, subject: ACCOUNT, body: '{}', hash: 'h1' }
  const head = { seq: 1, hash: 'h1', signature: null }
  await appendLedger(store, () => ({ entries: [entry], events: [], head }))
  return deletions(store)
}

async function deletions(store: Store): Promise<readonly LedgerEntry[]> {
  const entries = await readLedger(store, { afterSeq: 0, limit: 100 })
  return entries.filter(({ kind }) => kind === 'user.deleted')
}

async function accountRow(world: World): Promise<unknown> {
  return world.row('accounts', ACCOUNT)
}

function accountsEngine(
  world: World,
  options: Parameters<World['engineWith']>[0] = {},
): World['engine'] {
  return world.engineWith(options, accountsPolicy())
}

/** The users are the rows of `accounts`, whose ids are numbers. */
function accountsPolicy(): Policy<TenantPolicy> {
  const names = contractSchema.map(({ name }) => name).filter((name) => name !== 'accounts')
  return definePolicy({
    name: 'contract',
    version: 1,
    user: { table: 'accounts', id: 'id', tenant: 'tenant_id' },
    tables: Object.fromEntries(names.map((name) => [name, 'unrelated'] as const)),
  }) as Policy<TenantPolicy>
}
