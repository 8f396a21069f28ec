/**
 * Clauses of the store contract: what was to be pulled out of an array, and stands somewhere else.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { UserDeletionEngine } from '../../../engine/engine.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { ContractRunner, OpenStore } from '../world.ts'

const ANN = 'usr_ann'
const BOB = 'usr_bob'
const HERS = 'ann@example.com'

interface Pull {
  readonly path?: string
  readonly element?: string
}

/** What stands where the array was to be. */
const LEFT: readonly (readonly [what: string, pull: Pull, body: unknown])[] = [
  ['an object that holds it', {}, { list: [HERS] }],
  ['an object deep in which it stands', {}, { a: { b: [{ c: HERS }] } }],
  ['an object very deep in which it stands', {}, { a: [[{ b: { c: { d: [[{ e: HERS }]] } } }]] }],
  ['an object that has it for a key', {}, { [HERS]: true }],
  ['the value itself', {}, HERS],
  ['a text that names it', {}, `bob@example.com,${HERS}; eve`],
  ['an object in the place of the list', { path: 'list' }, { list: { first: HERS } }],
  ['a text in the place of the list', { path: 'list' }, { list: `to ${HERS}` }],
  ['a text in the place of the document', { path: 'list' }, `list: ${HERS}`],
  ['a list behind an array that is not opened', { path: 'a.list' }, { a: [{ list: { x: HERS } }] }],
]

/** The value is not there, or stands where it may. */
const CLEAN: readonly (readonly [what: string, pull: Pull, body: unknown])[] = [
  ['a list that others are in', {}, ['ann@example.com.au', 'joann@example.com']],
  ['a text that names others', {}, 'joann@example.com, bob@example.com'],
  ['an object of others', {}, { list: ['bob@example.com'] }],
  ['a deep object of others', {}, { a: [[{ b: { c: { d: [[{ e: 'bob@example.com' }]] } } }]] }],
  ['nothing', {}, null],
  ['an empty text', {}, ''],
  ['objects among plain elements', {}, ['x', { email: HERS }]],
  ['plain elements among objects', { path: 'list', element: 'email' }, { list: [HERS, {}] }],
  ['objects that name the user beside', { element: 'email' }, [{ email: 'x', by: HERS }]],
  ['another place of the document', { path: 'list' }, { list: ['x'], owner: HERS }],
]

export function pathClauses({ it }: ContractRunner, open: OpenStore): void {
  const clause = (title: string, pull: Pull, body: unknown, status: 'residue' | 'clean'): void => {
    it(title, async () => {
      const data = {
        users: [
          { id: ANN, email: HERS },
          { id: BOB, email: 'bob@example.com' },
        ],
        docs: [{ id: 'd1', owner: ANN, body }],
      }
      const opened = await open(SCHEMA, data)
      const { path, element } = pull
      const value = {
        pull: { user: 'email' },
        ...(path === undefined ? {} : { path }),
        ...(element === undefined ? {} : { element }),
      } as const
      const engine = new UserDeletionEngine({
        store: opened.store,
        policy: definePolicy({ ...POLICY, tables: { docs: { ...RULE, set: { body: value } } } }),
        logger: { warn() {} },
        // What else a document holds is none of the clause's business.
        schemaCheck: { accept: [{ code: 'value_reference', table: 'docs' }] },
      })
      try {
        await engine.migrate()
        const deletion = engine.delete(ANN, {})
        if (status === 'clean') await deletion
        else await assert.rejects(deletion, { code: 'residue_left' })
        const found = await engine.verify(ANN, { known: { email: HERS } })
        assert.equal(found.status, status)
        assert.equal((await opened.rows('docs')).length, 1)
        // Others go as ever.
        assert.equal((await engine.deleteMany([BOB], {})).deleted, 1)
      } finally {
        await opened.close?.()
      }
    })
  }
  for (const [what, pull, body] of LEFT) {
    clause(`${what} is residue where something was to be pulled`, pull, body, 'residue')
  }
  for (const [what, pull, body] of CLEAN) {
    clause(`${what} is no residue where something was to be pulled`, pull, body, 'clean')
  }
}

const RULE = { match: 'owner', action: 'anonymize', reason: 'orders are counted' } as const

const POLICY = {
  name: 'contract-paths',
  version: 1,
  user: { table: 'users', id: 'id', fields: { email: 'email' } },
} as const

const COLUMN = { generated: false } as const

const SCHEMA: readonly TableSchema[] = [
  tableOf('users', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'email', nullable: true },
  ]),
  tableOf('docs', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'owner', nullable: true },
    { ...COLUMN, name: 'body', nullable: true },
  ]),
]

function tableOf(name: string, columns: TableSchema['columns']): TableSchema {
  return {
    ...{ name, kind: 'table', columns, primaryKey: ['id'] },
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  }
}
