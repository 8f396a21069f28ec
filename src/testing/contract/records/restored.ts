/**
 * Clauses of the store contract: what an imported ledger tells before the replay, and under which keys.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { UserDeletionEngine } from '../../../engine/engine.ts'
import type { EngineOptions } from '../../../engine/options.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { ContractRunner, OpenStore } from '../world.ts'

const [ANN, BOB, EVE] = ['usr_ann', 'usr_bob', 'usr_eve']
const KEY = 'a key of a contract clause'
const OTHER_KEY = 'another key of a contract clause'
const HOLD = { reason: 'court_order' }

type Keys = NonNullable<EngineOptions['keys']>
type Engine = UserDeletionEngine<typeof POLICY>

interface Restored {
  readonly lines: readonly string[]
  /** An engine on the restored database, which was backed up before the first entry. */
  engineWith(keys?: Keys): Engine
  users(): Promise<readonly unknown[]>
}

export function restoredKeyClauses({ it }: ContractRunner, open: OpenStore): void {
  const clause = (
    title: string,
    keys: Keys,
    work: (engine: Engine) => Promise<unknown>,
    prove: (restored: Restored) => Promise<void>,
  ): void => {
    it(title, async () => {
      const lost = await open(SCHEMA, DATA)
      const backup = await open(SCHEMA, DATA)
      const engineOn = (opened: typeof lost, own: Keys): Engine =>
        new UserDeletionEngine({
          ...{ store: opened.store, policy: POLICY, keys: own, logger: { warn() {} } },
        })
      try {
        const first = engineOn(lost, keys)
        await first.migrate()
        await work(first)
        const lines: string[] = []
        for await (const line of first.ledger.export()) lines.push(line)
        await engineOn(backup, keys).migrate()
        await prove({
          lines,
          engineWith: (own = keys) => engineOn(backup, own),
          users: async () => (await backup.rows('users')).map(({ id }) => id),
        })
      } finally {
        await lost.close?.()
        await backup.close?.()
      }
    })
  }
  viewClauses(clause)
  keyClauses(clause)
}

type RestoredClause = (
  title: string,
  keys: Keys,
  work: (engine: Engine) => Promise<unknown>,
  prove: (restored: Restored) => Promise<void>,
) => unknown

function viewClauses(clause: RestoredClause): void {
  for (const [how, keys] of [
    ['by their ids', {}],
    ['by hashes', { subject: KEY }],
  ] as const) {
    clause(
      `plans show the hold that a deletion would meet, of users named ${how}`,
      keys,
      (first) => first.placeHold(ANN, HOLD),
      async ({ lines, engineWith }) => {
        const engine = engineWith()
        await engine.ledger.import(lines)
        const { blockers } = await engine.plan(ANN, {})
        assert.deepEqual(
          blockers.map(({ name }) => name),
          ['hold'],
        )
        assert.equal((await engine.planMany([ANN, BOB], {})).blocked, 1)
        await assert.rejects(engine.delete(ANN, {}), { code: 'deletion_blocked' })
      },
    )

    clause(
      `holds and states are restored before anything else is done, of users named ${how}`,
      keys,
      async (first) => {
        await first.placeHold(ANN, HOLD)
        await first.scheduleDeletion(BOB, { after: 'P10D' })
        await first.disable(EVE, {})
      },
      async ({ lines, engineWith }) => {
        const engine = engineWith()
        await engine.ledger.import(lines)
        assert.equal((await engine.holds(ANN, {})).length, 1)
        const { state, deletion } = await engineWith().getStatus(BOB, {})
        assert.equal(state, 'scheduled')
        assert.notEqual(deletion?.dueAt, null)
        assert.equal((await engineWith().getStatus(EVE, {})).state, 'disabled')
        const open: unknown[] = []
        for await (const { userId } of engineWith().jobs()) open.push(userId)
        assert.deepEqual(open, [BOB])
      },
    )
  }
}

function keyClauses(clause: RestoredClause): void {
  const decided = async (first: Engine): Promise<void> => {
    await first.delete(BOB, {})
    await first.placeHold(ANN, HOLD)
  }

  clause(
    'an import under another subject key than that of the export is refused, and nothing is written',
    { subject: KEY },
    decided,
    async ({ lines, engineWith, users }) => {
      const wrong = engineWith({ subject: OTHER_KEY })
      const told = { code: 'wrong_key', details: { path: 'keys.subject' } }
      await assert.rejects(wrong.ledger.import(lines), told)
      const left: string[] = []
      for await (const line of wrong.ledger.export()) left.push(line)
      assert.equal(left.length, 1)
      // The right one is not shut out by what the wrong one has tried.
      const right = engineWith()
      await right.ledger.import(lines)
      await right.replay()
      assert.deepEqual(await users(), [ANN, EVE])
      assert.equal(await right.isDeleted(BOB, {}), true)
    },
  )

  clause(
    'nor does a process find anybody that has another key, or none, once it is imported',
    { subject: KEY },
    decided,
    async ({ lines, engineWith, users }) => {
      await engineWith().ledger.import(lines)
      for (const [keys, code] of [
        [{ subject: OTHER_KEY }, 'wrong_key'],
        [{}, 'invalid_argument'],
      ] as const) {
        const wrong = engineWith(keys)
        for (const call of [
          () => wrong.isDeleted(BOB, {}),
          () => wrong.plan(ANN, {}),
          () => wrong.holds(ANN, {}),
          () => wrong.getStatus(ANN, {}),
          () => wrong.delete(ANN, {}),
          () => wrong.deleteMany([ANN], {}),
          () => wrong.verify(BOB, {}),
          () => wrong.replay(),
        ]) {
          await assert.rejects(call(), { code })
        }
      }
      assert.deepEqual(await users(), [ANN, BOB, EVE])
    },
  )

  clause(
    'a key that was recorded before anybody was named under it gives way to that of the export',
    { subject: KEY },
    decided,
    async ({ lines, engineWith, users }) => {
      // A process that was started with a wrong key, and at work before the import.
      await engineWith({ subject: OTHER_KEY }).purgeDue()
      const right = engineWith()
      await right.ledger.import(lines)
      const { deletedAgain } = await right.replay()
      assert.equal(deletedAgain, 1)
      assert.deepEqual(await users(), [ANN, EVE])
    },
  )
}

const POLICY = definePolicy({
  name: 'contract-restored',
  version: 1,
  user: {
    ...{ table: 'users', id: 'id' },
    status: { active: { status: 'active' }, disabled: { status: 'disabled' } },
  },
  tables: { notes: { match: 'owner', action: 'delete' } },
})

const COLUMN = { generated: false } as const

const SCHEMA: readonly TableSchema[] = [
  tableOf('users', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'status', nullable: true },
  ]),
  tableOf('notes', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'owner', nullable: true },
  ]),
]

function tableOf(name: string, columns: TableSchema['columns']): TableSchema {
  return {
    ...{ name, kind: 'table', columns, primaryKey: ['id'] },
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  }
}

const DATA = {
  users: [ANN, BOB, EVE].map((id) => ({ id, status: 'active' })),
  notes: [{ id: 'n1', owner: ANN }],
}
