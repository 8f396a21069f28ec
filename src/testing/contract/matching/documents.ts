/**
 * Clauses of the store contract: values of users that read like documents, and documents that read like them.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { UserDeletionEngine } from '../../../engine/engine.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { MatchInput } from '../../../policy/policy.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { Row } from '../data.ts'
import type { ContractRunner, OpenStore } from '../world.ts'

/** Users may choose what they are called. Databases write one document in several ways. */
const NAMES: readonly string[] = ['{"x":1}', '{"x": 1}', '["x"]', '{}', '[]', 'true', 'null']

/** What is no text, and reads like one of the names. */
const OTHERS: readonly unknown[] = [{ x: 1 }, ['x'], {}, [], true, null]

const BY_NAME = { equals: { user: 'name' } } as const
const ANY_CASE = { ...BY_NAME, ignoreCase: true } as const

interface Place {
  readonly title: string
  readonly match: MatchInput
  /** The document that holds the value there. */
  around(value: unknown): unknown
}

const PLACES: readonly Place[] = [
  { title: 'at a path', match: { json: 'body', path: 'by', ...BY_NAME }, around: inBy },
  {
    title: 'at a path in any case',
    match: { json: 'body', path: 'by', ...ANY_CASE },
    around: inBy,
  },
  { title: 'in an array', match: { array: 'body', ...BY_NAME }, around: inList },
  { title: 'in an array in any case', match: { array: 'body', ...ANY_CASE }, around: inList },
  {
    title: 'inside the elements of an array',
    match: { array: 'body', element: 'by', ...BY_NAME },
    around: (value) => inList(inBy(value)),
  },
]

export function documentClauses({ it }: ContractRunner, open: OpenStore): void {
  for (const { title, match, around } of PLACES) {
    it(`${title} a list, an object and a word of JSON are no text, however they are written`, async () => {
      const named = NAMES.map((name) => ({ id: `named ${name}`, body: around(name) }))
      const others = OTHERS.map((one, place) => ({ id: `other ${place}`, body: around(one) }))
      const users: readonly Row[] = NAMES.map((name, place) => ({ id: `usr_${place}`, name }))
      const opened = await open(SCHEMA, { users: [...users], docs: [...named, ...others] })
      const policy = definePolicy({ ...POLICY, tables: { docs: { match, action: 'delete' } } })
      const engine = new UserDeletionEngine({
        ...{ store: opened.store, policy },
        logger: { warn() {} },
      })
      try {
        await engine.migrate()
        const ids = users.map(({ id }) => String(id))
        const { deleted } = await engine.deleteMany(ids, {})
        assert.equal(deleted, NAMES.length)
        const left = (await opened.rows('docs')).map(({ id }) => id)
        assert.deepEqual(
          left,
          others.map(({ id }) => id),
        )
      } finally {
        await opened.close?.()
      }
    })
  }
}

function inBy(value: unknown): unknown {
  return { by: value }
}

function inList(value: unknown): unknown {
  return [value]
}

const POLICY = {
  name: 'contract-documents',
  version: 1,
  user: { table: 'users', id: 'id', fields: { name: 'name' } },
} as const

const COLUMN = { generated: false } as const

const SCHEMA: readonly TableSchema[] = [
  tableOf('users', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'name', nullable: true },
  ]),
  tableOf('docs', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'body', nullable: true },
  ]),
]

function tableOf(name: string, columns: TableSchema['columns']): TableSchema {
  return {
    ...{ name, kind: 'table', columns, primaryKey: ['id'] },
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  }
}
