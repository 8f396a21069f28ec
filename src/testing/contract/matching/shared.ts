/**
 * Clauses of the store contract: shared values over many slices, looked back at, and of what is cleaned elsewhere.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { UserDeletionEngine } from '../../../engine/engine.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { RuleInput } from '../../../policy/policy.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { ContractRunner, OpenStore } from '../world.ts'

const SHARED = 'desk@example.com'
/** More than a dry run looks at together. */
const MANY = 600
const FIRST = 'usr_0'
const LAST = `usr_${MANY - 1}`
const STAYS = 'usr_stays'

interface SharedWorld {
  readonly engine: UserDeletionEngine<ReturnType<typeof policyOf>>
  readonly ids: readonly string[]
  /** How many letters are there. */
  letters(): Promise<number>
}

export function sharedBatchClauses({ it }: ContractRunner, open: OpenStore): void {
  const clause = (
    title: string,
    rule: RuleInput,
    users: readonly string[],
    prove: (world: SharedWorld) => Promise<void>,
  ): void => {
    it(title, async () => {
      const opened = await open(SCHEMA, {
        users: users.map((id) => ({ id, email: sharesIt(id) ? SHARED : `${id}@example.com` })),
        letters: [
          { id: 'l1', address: SHARED },
          { id: 'l2', address: 'usr_1@example.com' },
        ],
      })
      const engine = new UserDeletionEngine({
        ...{ store: opened.store, policy: policyOf(rule), logger: { warn() {} } },
      })
      try {
        await engine.migrate()
        const letters = async () => (await opened.rows('letters')).length
        await prove({ engine, ids: users, letters })
      } finally {
        await opened.close?.()
      }
    })
  }
  const many = Array.from({ length: MANY }, (_, index) => `usr_${index}`)
  const byAddress = { column: 'address', equals: { user: 'email' } } as const
  const deletes: RuleInput = { match: byAddress, action: 'delete' }
  const elsewhere: RuleInput = { match: byAddress, action: 'external', reason: 'the mailing does' }

  clause(
    'a dry run counts the rows of a value once, whose holders stand far from each other',
    deletes,
    many,
    async ({ engine, ids, letters }) => {
      const planned = await engine.planMany(ids, {})
      assert.deepEqual([planned.found, planned.rows], [MANY, await letters()])
      assert.equal((await engine.deleteMany(ids, {})).deleted, MANY)
      assert.equal(await letters(), 0)
    },
  )

  clause(
    'and as shared, where one of them is not in the list',
    deletes,
    [...many, STAYS],
    async ({ engine, letters }) => {
      const planned = await engine.planMany(many, {})
      assert.deepEqual([planned.rows, planned.steps[0]?.shared], [1, 2])
      await engine.deleteMany(many, {})
      assert.equal(await letters(), 1)
    },
  )

  clause(
    'verify and the proof report rows left as shared, and they are no residue',
    deletes,
    [FIRST, STAYS],
    async ({ engine }) => {
      await engine.delete(FIRST, {})
      const known = { email: SHARED }
      const found = await engine.verify(FIRST, { known })
      assert.deepEqual([found.status, found.shared], ['clean', 1])
      const steps = found.steps.map(({ status, rows, shared }) => [status, rows, shared])
      assert.deepEqual(steps, [['kept', 0, 1]])
      await engine.delete(STAYS, {})
      const later = await engine.verify(FIRST, { known })
      assert.deepEqual([later.shared, later.steps[0]?.status], [undefined, 'clean'])
    },
  )

  clause(
    'rows that are cleaned elsewhere are counted as shared too',
    elsewhere,
    [FIRST, STAYS],
    async ({ engine }) => {
      const { steps } = await engine.plan(FIRST, {})
      assert.deepEqual([steps[0]?.rows, steps[0]?.shared], [0, 1])
      const receipt = await engine.delete(FIRST, {})
      assert.deepEqual([receipt.steps[0]?.rows, receipt.steps[0]?.shared], [0, 1])
      assert.equal((await engine.plan(STAYS, {})).steps[0]?.rows, 1)
    },
  )
}

function sharesIt(id: string): boolean {
  return id === FIRST || id === LAST || id === STAYS
}

const policyOf = (letters: RuleInput) =>
  definePolicy({
    ...{ name: 'contract-shared', version: 1 },
    user: { table: 'users', id: 'id', fields: { email: 'email' } },
    tables: { letters },
  })

const COLUMN = { generated: false } as const

const SCHEMA: readonly TableSchema[] = [
  tableOf('users', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'email', nullable: true },
  ]),
  tableOf('letters', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'address', nullable: true },
  ]),
]

function tableOf(name: string, columns: TableSchema['columns']): TableSchema {
  return {
    ...{ name, kind: 'table', columns, primaryKey: ['id'] },
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  }
}
