/**
 * Clauses of the store contract: one user is one id in one type, however a call writes it.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { UserDeletionEngine } from '../../../engine/engine.ts'
import type { EngineOptions } from '../../../engine/options.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { UserId } from '../../../program/program.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { ContractRunner, OpenStore } from '../world.ts'

const SCOPE = { tenantId: 'tnt_a' }
const BIG = 2n ** 53n + 1n
const KEY = 'a key of more than sixteen bytes'

const policy = definePolicy({
  name: 'contract-identity',
  version: 1,
  user: { table: 'users', id: 'id', tenant: 'tenant_id' },
  tables: {
    sessions: { match: 'user_id', action: 'delete' },
    invoices: {
      match: 'user_id',
      action: 'retain',
      reason: 'tax law',
      for: 'P1Y',
      then: 'delete',
    },
  },
})

type Policy = typeof policy

interface IdentityWorld {
  readonly engine: UserDeletionEngine<Policy>
  readonly clock: { set(at: string): void }
  /** Ids of the user rows, as text, each behind its type. */
  ids(): Promise<readonly string[]>
  rows(table: string): Promise<number>
}

/** Opens a database in which these users have a session and an invoice each. */
type OpenIdentities = (
  ids: readonly UserId[],
  prove: (world: IdentityWorld) => Promise<void>,
  options?: Partial<EngineOptions<Policy>>,
) => Promise<void>

export function identityClauses({ it }: ContractRunner, open: OpenStore): void {
  const withUsers: OpenIdentities = async (ids, prove, options = {}) => {
    const opened = await open(SCHEMA, dataOf(ids))
    let now = new Date('2026-03-01T12:00:00.000Z')
    const clock = {
      now: () => now,
      set: (at: string) => {
        now = new Date(at)
      },
    }
    const { store } = opened
    const logger = { warn() {} }
    const engine = new UserDeletionEngine<Policy>({ store, policy, clock, logger, ...options })
    try {
      await engine.migrate()
      await prove({
        engine,
        clock,
        ids: async () => (await opened.rows('users')).map(({ id }) => typed(id)).sort(),
        rows: async (table) => (await opened.rows(table)).length,
      })
    } finally {
      await opened.close?.()
    }
  }
  numberClauses(it, withUsers)
  textClauses(it, withUsers)
  recordClauses(it, withUsers)
}

const WRITTEN: readonly (readonly [string, readonly [UserId, UserId, UserId]])[] = [
  ['an integer', [9, 9n, '9']],
  ['an integer below zero', [-9, -9n, '-9']],
  ['an integer beyond 2^53', [BIG, BIG, String(BIG)]],
]

function numberClauses(it: ContractRunner['it'], withUsers: OpenIdentities): void {
  for (const [name, forms] of WRITTEN) {
    const [stored] = forms
    const others = [10, BIG - 3n, BIG + 1n] as const

    it(`${name} is one user to every call, as a number, a bigint and its digits`, () =>
      withUsers([stored, ...others], async ({ engine, ids, rows }) => {
        for (const [place, form] of forms.entries()) {
          const other = forms[(place + 1) % 3] ?? form
          const { id: holdId } = await engine.placeHold(form, { ...SCOPE, reason: 'a_law' })
          await assert.rejects(engine.delete(other, SCOPE), { code: 'deletion_blocked' })
          const { errors } = await engine.deleteMany([other], SCOPE)
          assert.deepEqual(
            errors.map(({ code }) => code),
            ['deletion_blocked'],
          )
          assert.equal((await engine.holds(other, SCOPE)).length, 1)
          await engine.releaseHold(other, { ...SCOPE, holdId })
          await engine.scheduleDeletion(form, SCOPE)
          assert.equal((await engine.getStatus(other, SCOPE)).state, 'scheduled')
          await engine.cancelDeletion(other, SCOPE)
          assert.equal((await engine.verify(form, SCOPE)).userRow, 'present')
          assert.equal((await engine.planMany([form], SCOPE)).found, 1)
          assert.equal(await engine.isDeleted(form, SCOPE), false)
        }
        const [, , digits] = forms
        const receipt = await engine.delete(digits, { ...SCOPE, idempotencyKey: 'once' })
        for (const form of forms) {
          const options = { ...SCOPE, idempotencyKey: 'once' }
          assert.equal((await engine.delete(form, options)).id, receipt.id)
          assert.equal(await engine.isDeleted(form, SCOPE), true)
          const gone = { code: 'resource_not_found', details: { receiptId: receipt.id } }
          await assert.rejects(engine.delete(form, SCOPE), gone)
          assert.equal((await engine.deleteMany([form], SCOPE)).alreadyDeleted, 1)
          assert.equal((await engine.proof(form, SCOPE)).document.receipt.id, receipt.id)
        }
        assert.deepEqual(await ids(), others.map(typed).sort())
        assert.equal(await rows('sessions'), others.length)
      }))

    it(`${name} is deleted once by a list that writes it in every way`, () =>
      withUsers([stored, ...others], async ({ engine, ids }) => {
        const { digest } = await engine.planMany(forms, SCOPE)
        const options = { ...SCOPE, expect: { digest }, mode: 'throughput' } as const
        const result = await engine.deleteMany(forms, options)
        assert.deepEqual([result.deleted, result.duplicates, result.failed], [1, 2, 0])
        assert.deepEqual(await ids(), others.map(typed).sort())
      }))
  }
}

function textClauses(it: ContractRunner['it'], withUsers: OpenIdentities): void {
  it('a text of digits is the user of a number too, where all ids are texts', () =>
    withUsers(['7', 'usr_ann'], async ({ engine, ids }) => {
      const { id: holdId } = await engine.placeHold(7, { ...SCOPE, reason: 'a_law' })
      await assert.rejects(engine.delete('7', SCOPE), { code: 'deletion_blocked' })
      await engine.releaseHold('7', { ...SCOPE, holdId })
      assert.equal((await engine.delete(7n, SCOPE)).userId, '7')
      for (const form of [7, 7n, '7']) assert.equal(await engine.isDeleted(form, SCOPE), true)
      assert.deepEqual(await ids(), [typed('usr_ann')])
    }))

  it('where the user table holds ids of both types, each names its own user and nobody else', () =>
    withUsers([1, '1', 2, '3'], async ({ engine, ids, rows }) => {
      assert.equal((await engine.delete('1', SCOPE)).userId, '1')
      await assert.rejects(engine.delete('1', SCOPE), { code: 'resource_not_found' })
      assert.equal(await engine.isDeleted(1, SCOPE), false)
      for (const [id, storedType] of [
        ['2', /an integer/],
        [3, /a text/],
      ] as const) {
        const refusal = { code: 'invalid_id', message: storedType }
        await assert.rejects(engine.delete(id, SCOPE), refusal)
        await assert.rejects(engine.getUser(id, SCOPE), refusal)
        await assert.rejects(engine.placeHold(id, { ...SCOPE, reason: 'a_law' }), refusal)
        assert.equal((await engine.planMany([id], SCOPE)).invalid, 1)
        const { failed, failedByCode } = await engine.deleteMany([id], SCOPE)
        assert.deepEqual([failed, failedByCode], [1, { invalid_id: 1 }])
      }
      assert.deepEqual(await ids(), [1, 2, '3'].map(typed).sort())
      assert.equal(await rows('sessions'), 3)
    }))

  it('what names nobody is not found, in any type', () =>
    withUsers([9], async ({ engine, ids }) => {
      for (const id of [8, '8', 'usr_ann', '09', ' 9', '9abc']) {
        await assert.rejects(engine.delete(id, SCOPE), { code: 'resource_not_found' })
        assert.equal(await engine.isDeleted(id, SCOPE), false)
      }
      assert.deepEqual(await ids(), [typed(9)])
    }))
}

function recordClauses(it: ContractRunner['it'], withUsers: OpenIdentities): void {
  for (const [name, [stored, bigint, digits]] of WRITTEN) {
    for (const keys of [{}, { ledger: KEY }, { subject: KEY }]) {
      const under = Object.keys(keys).map((key) => `, under keys.${key}`)
      it(`${name} holds in the ledger, its import and replay, and at the end of a retention${under}`, () =>
        withUsers(
          [stored, 10],
          async ({ engine, clock, rows }) => {
            await engine.delete(bigint, SCOPE)
            assert.deepEqual((await engine.ledger.verify()).valid, true)
            const lines: string[] = []
            for await (const line of engine.ledger.export()) lines.push(line)
            await withUsers(
              [stored, 10],
              async (restored) => {
                await restored.engine.ledger.import(lines)
                assert.equal((await restored.engine.ledger.verify()).valid, true)
                assert.equal(await restored.engine.isDeleted(digits, SCOPE), true)
                assert.equal((await restored.engine.replay()).deletedAgain, 1)
                assert.deepEqual(await restored.ids(), [typed(10)])
              },
              { keys },
            )
            assert.equal(await rows('invoices'), 2)
            clock.set('2027-03-02T12:00:00.000Z')
            await engine.purgeDue({ confirmClock: true })
            await engine.expireRetained()
            assert.equal(await rows('invoices'), 1)
          },
          { keys },
        ))
    }
  }
}

function table(name: string, columns: readonly string[]): TableSchema {
  return {
    ...{ name, kind: 'table', primaryKey: ['id'] },
    columns: columns.map((column) => ({ name: column, nullable: false, generated: false })),
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  }
}

const SCHEMA = [
  table('users', ['id', 'tenant_id']),
  table('sessions', ['id', 'user_id']),
  table('invoices', ['id', 'user_id']),
]

function dataOf(ids: readonly UserId[]): Parameters<OpenStore>[1] {
  const owned = ids.map((id, index) => ({ id: `row_${index}`, user_id: id }))
  return {
    users: ids.map((id) => ({ id, ...{ tenant_id: SCOPE.tenantId } })),
    sessions: owned,
    invoices: owned.map((row) => ({ ...row })),
  }
}

/** Drivers hand out integers in several ways, but none of them as a text. */
function typed(id: unknown): string {
  return `${typeof id === 'string' ? 'text' : 'integer'} ${String(id)}`
}
