/**
 * Clauses of the store contract: the last member of a group, whatever kind of value names the group.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { UserDeletionEngine } from '../../../engine/engine.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { ContractRunner, OpenStore } from '../world.ts'

const [ANN, BOB, EVE] = ['usr_ann', 'usr_bob', 'usr_eve']

/** Made afresh for each row, as a database hands out equal values that are no one object. */
const NAMES: readonly (readonly [kind: string, name: (group: number) => unknown])[] = [
  ['text', (group) => `group ${group}`],
  ['a number', (group) => group],
  ['bytes', (group) => Uint8Array.from([0, 255, group])],
]

export function groupClauses({ it }: ContractRunner, open: OpenStore): void {
  for (const [kind, name] of NAMES) {
    it(`groups that ${kind} names are the same where the values are`, async () => {
      const members = [
        { id: 'm1', user_id: ANN, team: name(1) },
        { id: 'm2', user_id: BOB, team: name(1) },
        { id: 'm3', user_id: EVE, team: name(2) },
      ]
      const users = [ANN, BOB, EVE].map((id) => ({ id }))
      const opened = await open(SCHEMA, { users, members })
      const engine = new UserDeletionEngine({
        store: opened.store,
        policy: POLICY,
        logger: { warn() {} },
      })
      try {
        await engine.migrate()
        // Either of the two may go, but not both, and the only one of a group may not.
        await assert.rejects(engine.delete(EVE, {}), { code: 'deletion_blocked' })
        const { deleted, failedByCode } = await engine.deleteMany([ANN, BOB], {})
        assert.deepEqual([deleted, failedByCode], [1, { deletion_blocked: 1 }])
        const left = await opened.rows('members')
        assert.equal(left.filter(({ user_id }) => user_id !== EVE).length, 1)
        assert.equal(left.filter(({ user_id }) => user_id === EVE).length, 1)
      } finally {
        await opened.close?.()
      }
    })
  }
}

const POLICY = definePolicy({
  name: 'contract-groups',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: { members: { match: 'user_id', action: 'delete' } },
  checks: {
    last_member: {
      ...{ table: 'members', match: 'user_id', within: 'team' },
      ...{ effect: 'block', remedy: 'Hand the team over.' },
    },
  },
})

const COLUMN = { generated: false } as const

const SCHEMA: readonly TableSchema[] = [
  tableOf('users', [{ ...COLUMN, name: 'id', nullable: false }]),
  tableOf('members', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'user_id', nullable: true },
    { ...COLUMN, name: 'team', nullable: true },
  ]),
]

function tableOf(name: string, columns: TableSchema['columns']): TableSchema {
  return {
    ...{ name, kind: 'table', columns, primaryKey: ['id'] },
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  }
}
