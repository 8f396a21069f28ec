/**
 * Clauses of the store contract: imports of the ledger, and users who came back with a backup.
 *
 * @module
 */

import assert from 'node:assert/strict'
import { surveyUsers } from '../../../execution/units/survey.ts'
import { findUsers, listUsers } from '../../../execution/units/user-rows.ts'
import { buildProgram } from '../../../plan/compile/build-program.ts'
import { compilePolicy } from '../../../plan/compile/compile-policy.ts'
import type { Program, UserId } from '../../../program/program.ts'
import {
  adoptLedger,
  archiveWrites,
  askPart,
  clearStaged,
  deletedAt,
  findEntryByKey,
  findNewest,
  hasKind,
  ledgerHead,
  listKind,
  readLedger,
  stageLedger,
} from '../../../records/ledger-records.ts'
import { listMarks, writeMark } from '../../../records/mark-records.ts'
import { readOutbox } from '../../../records/outbox-records.ts'
import { changed } from '../../../store/change.ts'
import { retainedSince } from '../../../store/open-retentions.ts'
import type { LedgerEntry, LedgerHead } from '../../../store/records.ts'
import type { UserPage, UserQuery } from '../../../store/slice.ts'
import type { Store } from '../../../store/store.ts'
import { ANN, BOB, contractData, NIL, SHARED_EMAIL, TENANT_A, TENANT_B } from '../data.ts'
import { contractPolicy, tombstonePolicy } from '../fixture.ts'
import { type Clause, IN_A, type World } from '../world.ts'

const HEAD: LedgerHead = { seq: 2, hash: 'h2', signature: 's' }

function entry(seq: number, subject: UserId, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const at = `2026-01-0${seq}T00:00:00.000Z`
  const kind = 'user.deleted'
  const known = { kind, userTable: 'users', tenantId: TENANT_A, idempotencyKey: null } as const
  return { seq, at, subject, ...known, body: '{"a":"é"}', hash: `h${seq}`, ...more }
}

export function importClauses(clause: Clause): void {
  const all = { afterSeq: 0, limit: 10 }

  clause('entries set aside are in no ledger until they are adopted, then all are', async (w) => {
    const { store } = w
    const entries = [entry(1, 'usr_x', { idempotencyKey: 'k' }), entry(2, 9_007_199_254_740_993n)]
    await stageLedger(store, 'imp_1', entries.slice(0, 1))
    await stageLedger(store, 'imp_1', entries.slice(1))
    await stageLedger(store, 'imp_1', [])
    assert.deepEqual(await readLedger(store, all), [])
    assert.equal(await ledgerHead(store), null)
    assert.equal(await adoptLedger(store, 'imp_1', { after: null, head: HEAD }), true)
    assert.deepEqual(await readLedger(store, all), entries)
    assert.deepEqual(await ledgerHead(store), HEAD)
    const key = { userTable: 'users', tenantId: TENANT_A, idempotencyKey: 'k' }
    assert.deepEqual(await findEntryByKey(store, key), entries[0])
    assert.deepEqual(await readOutbox(store, { afterId: null, limit: 10 }), [])
  })

  clause(
    'nothing is adopted once the ledger has moved on, or belongs to another run',
    async (w) => {
      const { store, engine } = w
      await engine.delete(NIL, IN_A)
      const present = await readLedger(store, all)
      await stageLedger(store, 'imp_1', [entry(9, 'usr_x')])
      const head = await ledgerHead(store)
      const stale = head === null ? null : { ...head, hash: 'other' }
      for (const after of [null, stale]) {
        assert.equal(await adoptLedger(store, 'imp_1', { after, head: HEAD }), false)
      }
      assert.deepEqual(await readLedger(store, all), present)
      await clearStaged(store, 'imp_1')
      await clearStaged(store, 'imp_1')
      assert.equal(await adoptLedger(store, 'imp_1', { after: head, head: HEAD }), true)
      assert.deepEqual(await readLedger(store, all), present)
    },
  )

  clause('entries that are adopted have left no records of retentions', async ({ store }) => {
    await stageLedger(store, 'imp_1', [entry(1, 'usr_x')])
    for (const name of [retainedSince('users'), retainedSince('staff'), 'retained']) {
      await writeMark(store, name, 'before')
    }
    assert.equal(await adoptLedger(store, 'imp_1', { after: null, head: HEAD }), true)
    const left = (await listMarks(store, 'retained')).map(({ name }) => name)
    assert.deepEqual(left, ['retained'])
  })

  clause('an adoption that the database refuses changes nothing', async ({ store }) => {
    await stageLedger(store, 'imp_1', [
      entry(1, 'usr_x', { idempotencyKey: 'same' }),
      entry(2, 'usr_y', { idempotencyKey: 'same' }),
    ])
    await assert.rejects(adoptLedger(store, 'imp_1', { after: null, head: HEAD }))
    assert.deepEqual(await readLedger(store, all), [])
    assert.equal(await ledgerHead(store), null)
  })

  clause('what other runs have set aside goes with an adoption', async ({ store }) => {
    await stageLedger(store, 'imp_1', [entry(1, 'usr_x')])
    await stageLedger(store, 'imp_2', [entry(1, 'usr_y')])
    const head = { ...HEAD, seq: 1 }
    assert.equal(await adoptLedger(store, 'imp_2', { after: null, head }), true)
    assert.equal(await adoptLedger(store, 'imp_1', { after: head, head: HEAD }), true)
    assert.deepEqual(
      (await readLedger(store, all)).map(({ subject }) => subject),
      ['usr_y'],
    )
  })

  clause('an entry whose body is archived keeps its place and is found as before', async (w) => {
    const { store } = w
    const about = { subject: null, userTable: null, tenantId: null } as const
    const entries = [
      entry(1, 'usr_x', { idempotencyKey: 'k', userTable: null }),
      entry(2, 7),
      { ...entry(3, 'none'), ...about, kind: 'ledger.archived' },
      { ...entry(4, 'none'), ...about, kind: 'ledger.archived' },
    ] as const
    await stageLedger(store, 'imp_1', entries)
    await adoptLedger(store, 'imp_1', { after: null, head: HEAD })
    assert.deepEqual(await findNewest(store, 'ledger.archived'), entries[3])
    assert.deepEqual(await listKind(store, 'ledger.archived'), entries.slice(2))
    assert.equal(await findNewest(store, 'ledger.rekeyed'), null)
    const receipts = ['user.deleted', 'tenant.deleted'] as const
    assert.equal(await hasKind(store, { afterSeq: 1, throughSeq: 3 }, receipts), true)
    assert.equal(await hasKind(store, { afterSeq: 2, throughSeq: 4 }, receipts), false)
    const short = entries
      .slice(0, 2)
      .map((one) => ({ ...one, userTable: 'users', body: '{"é":1}' }))
    const found = await store.commit(function* () {
      const part = yield* askPart({ afterSeq: 1, throughSeq: 3 })
      return changed(part, ...archiveWrites(short))
    })
    assert.deepEqual(found, [entries[0], entries.slice(1, 3)])
    assert.deepEqual(await readLedger(store, all), [...short, ...entries.slice(2)])
    const key = { userTable: 'users', tenantId: TENANT_A, idempotencyKey: 'k' }
    assert.deepEqual(await findEntryByKey(store, key), short[0])
    const seven = { userTable: 'users', tenantId: TENANT_A, subject: 7 }
    assert.equal(await deletedAt(store, seven), entries[1].at)
  })

  clause(
    'the last deletion of a subject is found, by the very id in the very tenant',
    async (w) => {
      const { store } = w
      await stageLedger(store, 'imp_1', [
        entry(1, 'usr_x', { at: entry(2, 'usr_x').at }),
        entry(2, 'usr_x', { at: entry(1, 'usr_x').at }),
        entry(3, 'usr_x', { tenantId: TENANT_B }),
        entry(4, '7'),
        entry(5, 7, { tenantId: null }),
        entry(6, 9_007_199_254_740_993n),
      ])
      await adoptLedger(store, 'imp_1', { after: null, head: HEAD })
      const at = (tenantId: string | null, subject: UserId) =>
        deletedAt(store, { userTable: 'users', tenantId, subject })
      assert.equal(await at(TENANT_A, 'usr_x'), entry(2, 'usr_x').at)
      assert.equal(await at(TENANT_B, 'usr_x'), entry(3, 'usr_x').at)
      assert.equal(await at(TENANT_A, 'USR_X'), null)
      assert.equal(await at(TENANT_A, 7), null)
      assert.equal(await at(TENANT_A, '7'), entry(4, '7').at)
      assert.equal(await at(null, 7), entry(5, 7).at)
      assert.equal(await at(TENANT_A, 9_007_199_254_740_993n), entry(6, 1).at)
      assert.equal(await at(TENANT_A, 9_007_199_254_740_992n), null)
    },
  )
}

/** The program of a policy, without its checks. */
async function programOf(store: Store, policy = contractPolicy): Promise<Program> {
  return buildProgram(compilePolicy(policy), [], 'digest', await store.describe())
}

async function listAll(
  { store }: World,
  program: Program,
  query: Partial<UserQuery> = {},
): Promise<readonly UserId[]> {
  const ids: UserId[] = []
  for (let afterId: UserId | null = null; ; ) {
    const subjectOf = (id: UserId): UserId => id
    const asked: UserQuery = { tenantId: TENANT_A, afterId, limit: 2, subjectOf, ...query }
    const page: UserPage = await store.read(() => listUsers(program, asked))
    ids.push(...page.ids)
    if (page.next === null) return ids
    afterId = page.next
  }
}

function idsOf(tenant: string): readonly unknown[] {
  const users = contractData()['users'] ?? []
  return users
    .filter(({ tenant_id }) => tenant_id === tenant)
    .map(({ id }) => id)
    .sort()
}

export function userListClauses(clause: Clause): void {
  clause(
    'users are listed page by page in the order of their ids, each tenant apart',
    async (w) => {
      const program = await programOf(w.store)
      assert.deepEqual(await listAll(w, program), idsOf(TENANT_A))
      assert.deepEqual(await listAll(w, program, { limit: 100 }), idsOf(TENANT_A))
      assert.deepEqual(await listAll(w, program, { tenantId: TENANT_B }), idsOf(TENANT_B))
      assert.deepEqual(await listAll(w, program, { tenantId: 'tnt_none' }), [])
    },
  )

  clause('a list that goes on while users are deleted passes nobody over', async (w) => {
    const program = await programOf(w.store)
    const subjectOf = (id: UserId): UserId => id
    const query = { tenantId: TENANT_A, limit: 2, subjectOf }
    const list = (afterId: UserId | null): Promise<UserPage> =>
      w.store.read(() => listUsers(program, { ...query, afterId }))
    const first = await list(null)
    await w.engine.deleteMany(first.ids, { ...IN_A })
    const second = await list(first.next)
    assert.deepEqual([...first.ids, ...second.ids], idsOf(TENANT_A).slice(0, 4))
  })

  clause('a tombstone is listed no more, whether the ledger names the id or a hash', async (w) => {
    const keys = { pseudonym: 'a pseudonym key for tests', subject: 'a subject key for tests' }
    const program = await programOf(w.store, tombstonePolicy)
    await w.engineWith({}, tombstonePolicy).delete(ANN, IN_A)
    const rest = idsOf(TENANT_A).filter((id) => id !== ANN)
    assert.deepEqual(await listAll(w, program), rest)
    const receipt = await w.engineWith({ keys }, tombstonePolicy).delete(BOB, IN_A)
    const subjectOf = (id: UserId): UserId => (id === BOB ? receipt.subject : id)
    assert.deepEqual(
      await listAll(w, program, { subjectOf }),
      rest.filter((id) => id !== BOB),
    )
  })
}

export function restoredClauses(clause: Clause): void {
  const target = (id: UserId) => ({ tenantId: TENANT_A, users: [{ id, subject: id }] })

  clause(
    'a restored row counts although the ledger names its user; a blank one does not',
    async (w) => {
      const { store } = w
      const program = await programOf(store, tombstonePolicy)
      await w.engineWith({}, tombstonePolicy).delete(ANN, IN_A)
      await stageLedger(store, 'imp_1', [entry(9, BOB)])
      const after = await ledgerHead(store)
      assert.equal(await adoptLedger(store, 'imp_1', { after, head: HEAD }), true)
      const find = async (id: UserId, restored: boolean): Promise<unknown> => {
        const [row] = await store.read(() => findUsers(program, { ...target(id), restored }))
        return row?.['id']
      }
      assert.deepEqual([await find(BOB, false), await find(BOB, true)], [undefined, BOB])
      assert.deepEqual([await find(ANN, false), await find(ANN, true)], [undefined, undefined])
      const listed = await listAll(w, program, { restored: true })
      assert.deepEqual([listed.includes(BOB), listed.includes(ANN)], [true, false])
    },
  )

  clause(
    'of restored users a value that another user of the tenant holds is left out',
    async (w) => {
      const { store } = w
      const program = await programOf(store)
      const fieldsOf = async (byName: string, restored: boolean): Promise<unknown> => {
        // The field is read from a column that all users of the tenant share, or from one that is their own.
        const user = { ...program.user, fields: { id: 'id', email: byName } }
        const targets = { ...target(ANN), restored }
        const survey = await store.read(() => surveyUsers({ ...program, user }, targets))
        return survey.users[0]?.fields['email']
      }
      assert.equal(await fieldsOf('email', true), SHARED_EMAIL)
      assert.equal(await fieldsOf('status', false), 'active')
      assert.equal(await fieldsOf('status', true), null)
    },
  )
}
