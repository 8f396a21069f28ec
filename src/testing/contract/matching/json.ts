/**
 * Clauses of the store contract: paths into the elements of arrays, and words for the instant.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { UserDeletionEngine } from '../../../engine/engine.ts'
import { definePolicy } from '../../../policy/define-policy.ts'
import type { TableInput } from '../../../policy/policy.ts'
import type { TableSchema } from '../../../program/schema.ts'
import type { Row } from '../data.ts'
import type { ContractRunner, OpenStore } from '../world.ts'

const ANN = 'usr_ann'
const BOB = 'usr_bob'
const GHOST = 'usr_ghost'
const DELETED_AT = '2026-03-01T12:00:00.000Z'
const ENDED_AT = '2026-03-09T08:00:00.000Z'

interface JsonWorld {
  readonly engine: UserDeletionEngine
  setClock(at: string): void
  /** The JSON of each document by its id, and the rest of its row. */
  documents(): Promise<ReadonlyMap<unknown, { readonly body: unknown; readonly at: unknown }>>
}

export function jsonClauses({ it }: ContractRunner, open: OpenStore): void {
  const clause = (
    title: string,
    docs: TableInput,
    bodies: Readonly<Record<string, unknown>>,
    prove: (world: JsonWorld) => Promise<void>,
  ): void => {
    it(title, async () => {
      const opened = await open(SCHEMA, dataOf(bodies))
      let now = new Date(DELETED_AT)
      const engine = new UserDeletionEngine({
        store: opened.store,
        policy: definePolicy({ ...POLICY, tables: { docs } }),
        clock: { now: () => now },
        logger: { warn() {} },
      })
      try {
        await engine.migrate()
        await prove({
          engine,
          setClock: (at) => {
            now = new Date(at)
          },
          documents: async () =>
            new Map(
              (await opened.rows('docs')).map(({ id, body, at }) => [
                id,
                { body: typeof body === 'string' ? (JSON.parse(body) as unknown) : body, at },
              ]),
            ),
        })
      } finally {
        await opened.close?.()
      }
    })
  }
  elementClauses(clause)
  instantClauses(clause)
}

type JsonClause = (
  title: string,
  docs: TableInput,
  bodies: Readonly<Record<string, unknown>>,
  prove: (world: JsonWorld) => Promise<void>,
) => unknown

const BY_OWNER = { match: 'owner', action: 'anonymize', reason: 'orders are counted' } as const

function elementClauses(clause: JsonClause): void {
  clause(
    'a path takes a value out of every element of an array, and leaves what stands beside it',
    { ...BY_OWNER, set: { body: { scrub: ['items[].gift_to', 'items[].by.name', 'note'] } } },
    {
      [ANN]: {
        items: [{ gift_to: 'Bo', sku: 1 }, 'plain', { by: { name: 'Ann', n: 2 } }, null, []],
        note: 'x',
        n: 1,
      },
      [BOB]: { items: [{ gift_to: 'Bo' }] },
    },
    async ({ engine, documents }) => {
      await engine.delete(ANN, {})
      const left = await documents()
      assert.deepEqual(left.get(ANN)?.body, {
        items: [{ sku: 1 }, 'plain', { by: { n: 2 } }, null, []],
        n: 1,
      })
      assert.deepEqual(left.get(BOB)?.body, { items: [{ gift_to: 'Bo' }] })
    },
  )

  clause(
    'what no path leads into, as it is no document, is taken away as a whole',
    { ...BY_OWNER, set: { body: { scrub: ['note', 'items[].by'] } } },
    {
      first: '"ann@example.com"',
      second: JSON.stringify(JSON.stringify({ note: 'Ann', n: 1 })),
      third: '4915112345678',
      fourth: 'ann@example.com',
      [BOB]: '"bob@example.com"',
    },
    async ({ engine, documents }) => {
      await engine.delete(ANN, {})
      const left = await documents()
      for (const id of ['first', 'second', 'third', 'fourth'])
        assert.equal(left.get(id)?.body, null)
      assert.equal(left.get(BOB)?.body, 'bob@example.com')
      assert.equal((await engine.verify(ANN, {})).status, 'clean')
    },
  )

  clause(
    'a path leads through arrays in arrays, and through a document that is an array itself',
    { ...BY_OWNER, set: { body: { scrub: ['[].rows[].name'] } } },
    { [ANN]: [{ rows: [{ name: 'Ann', n: 1 }, { n: 2 }] }, { rows: { name: 'Ann' } }, 7] },
    async ({ engine, documents }) => {
      // An object in the place of an array is not what the path says.
      await engine.delete(ANN, {})
      assert.deepEqual((await documents()).get(ANN)?.body, [
        { rows: [{ n: 1 }, { n: 2 }] },
        { rows: { name: 'Ann' } },
        7,
      ])
    },
  )

  clause(
    'rows are found by a value in the elements of arrays, at every depth',
    { match: { json: 'body', path: 'groups[].members[].user' }, action: 'delete' },
    {
      first: { groups: [{ members: [] }, { members: [{ user: BOB }, { user: ANN }] }] },
      other: { groups: [{ members: [{ user: BOB }] }] },
      none: { groups: [] },
      flat: { groups: [{ members: ANN }], user: ANN },
    },
    async ({ engine, documents }) => {
      const { steps } = await engine.plan(ANN, {})
      assert.equal(steps[0]?.rows, 1)
      await engine.delete(ANN, {})
      assert.deepEqual([...(await documents()).keys()].sort(), ['flat', 'none', 'other'])
    },
  )

  clause(
    'an object in the place of an array on the way has nothing of the user in it',
    { match: { json: 'body', path: 'groups[].members[].user' }, action: 'delete' },
    {
      mine: { groups: [{ members: { user: BOB } }, { members: [{ user: ANN }] }] },
      outer: { groups: { members: [{ user: ANN }] } },
      inner: { groups: [{ members: { user: ANN } }, { members: [{ user: BOB }] }] },
      both: { groups: { members: { user: ANN } } },
    },
    async ({ engine, documents }) => {
      const { steps } = await engine.plan(ANN, {})
      assert.equal(steps[0]?.rows, 1)
      await engine.delete(ANN, {})
      assert.deepEqual([...(await documents()).keys()].sort(), ['both', 'inner', 'outer'])
    },
  )

  clause(
    'arrays right within arrays are opened one by one',
    { ...BY_OWNER, set: { body: { scrub: ['grid[][].name', 'flat[].name'] } } },
    {
      [ANN]: {
        grid: [[{ name: 'Ann', n: 1 }, 7], [{ name: 'Ann' }], []],
        flat: [{ name: 'Ann', n: 2 }],
      },
    },
    async ({ engine, documents }) => {
      await engine.delete(ANN, {})
      assert.deepEqual((await documents()).get(ANN)?.body, {
        grid: [[{ n: 1 }, 7], [{}], []],
        flat: [{ n: 2 }],
      })
      assert.equal((await engine.verify(ANN, {})).status, 'clean')
    },
  )

  for (const [to, written] of [
    [undefined, null],
    ['ghost', GHOST],
  ] as const) {
    clause(
      `of the elements of an array only the user's own is detached, to ${String(written)}`,
      {
        match: { json: 'body', path: 'tasks[].assignee' },
        action: 'detach',
        ...(to === undefined ? {} : { to }),
      },
      { [ANN]: { tasks: [{ assignee: ANN, n: 1 }, { assignee: BOB }, { n: 2 }, ANN] } },
      async ({ engine, documents }) => {
        await engine.delete(ANN, {})
        assert.deepEqual((await documents()).get(ANN)?.body, {
          tasks: [{ assignee: written, n: 1 }, { assignee: BOB }, { n: 2 }, ANN],
        })
        assert.equal((await engine.verify(ANN, {})).status, 'clean')
      },
    )
  }

  clause(
    'a user leaves the lists within the elements of an array',
    { match: { array: 'body', path: 'rooms[].ids' }, action: 'detach' },
    { [ANN]: { rooms: [{ ids: [ANN, BOB] }, { ids: [BOB, ANN, ANN] }, { ids: ANN }, {}] } },
    async ({ engine, documents }) => {
      await engine.delete(ANN, {})
      assert.deepEqual((await documents()).get(ANN)?.body, {
        rooms: [{ ids: [BOB] }, { ids: [BOB] }, { ids: ANN }, {}],
      })
    },
  )

  clause(
    'and stays in a list of an object that stands where an array would',
    { match: { array: 'body', path: 'rooms[].ids' }, action: 'detach' },
    {
      [ANN]: { rooms: [{ ids: [ANN, BOB] }] },
      [BOB]: { rooms: { ids: [ANN] } },
    },
    async ({ engine, documents }) => {
      await engine.delete(ANN, {})
      const left = await documents()
      assert.deepEqual(left.get(ANN)?.body, { rooms: [{ ids: [BOB] }] })
      assert.deepEqual(left.get(BOB)?.body, { rooms: { ids: [ANN] } })
    },
  )

  clause(
    'users who leave one row together leave its arrays together',
    { match: { array: 'body', path: 'rooms[].ids' }, action: 'detach' },
    { [ANN]: { rooms: [{ ids: [ANN, BOB, GHOST] }, { ids: [BOB] }] } },
    async ({ engine, documents }) => {
      const { deleted } = await engine.deleteMany([ANN, BOB], {})
      assert.equal(deleted, 2)
      assert.deepEqual((await documents()).get(ANN)?.body, {
        rooms: [{ ids: [GHOST] }, { ids: [] }],
      })
    },
  )

  clause(
    'a value behind an array that the path does not open is residue, and never clean',
    { ...BY_OWNER, set: { body: { scrub: ['items.gift_to'] } } },
    { [ANN]: { items: [{ gift_to: 'Bo' }] } },
    async ({ engine, documents }) => {
      await engine.delete(ANN, {}).catch(() => undefined)
      const body = (await documents()).get(ANN)?.body
      const isGone = !JSON.stringify(body).includes('Bo')
      assert.ok(isGone || (await engine.verify(ANN, {})).status !== 'clean')
    },
  )
}

function instantClauses(clause: JsonClause): void {
  for (const [word, written] of [
    ['$at', DELETED_AT],
    ['$atMs', Date.parse(DELETED_AT)],
    ['$atSeconds', Date.parse(DELETED_AT) / 1_000],
    ['$$at', '$at'],
  ] as const) {
    clause(
      `\`${word}\` in a rule is written as it is meant, and is no residue`,
      { ...BY_OWNER, set: { at: word } },
      { [ANN]: {}, [BOB]: {} },
      async ({ engine, documents, setClock }) => {
        await engine.delete(ANN, {})
        setClock(ENDED_AT)
        const left = await documents()
        assert.equal(left.get(ANN)?.at, written)
        assert.equal(left.get(BOB)?.at, null)
        assert.equal((await engine.verify(ANN, {})).status, 'clean')
      },
    )
  }

  clause(
    'at the end of a retention the instant is that of the end',
    {
      ...{ match: 'owner', action: 'retain', reason: 'a law', set: { at: '$at' } },
      ...{ for: 'P7D', then: 'anonymize', thenSet: { at: '$atMs' } },
    },
    { [ANN]: {} },
    async ({ engine, documents, setClock }) => {
      await engine.delete(ANN, {})
      assert.equal((await documents()).get(ANN)?.at, DELETED_AT)
      setClock(ENDED_AT)
      await engine.expireRetained()
      assert.equal((await documents()).get(ANN)?.at, Date.parse(ENDED_AT))
    },
  )
}

const POLICY = {
  name: 'contract-json',
  version: 1,
  user: { table: 'users', id: 'id', ghost: { id: GHOST } },
} as const

const COLUMN = { generated: false } as const

const SCHEMA: readonly TableSchema[] = [
  tableOf('users', [{ ...COLUMN, name: 'id', nullable: false }]),
  tableOf('docs', [
    { ...COLUMN, name: 'id', nullable: false },
    { ...COLUMN, name: 'owner', nullable: true },
    { ...COLUMN, name: 'body', nullable: true },
    { ...COLUMN, name: 'at', nullable: true },
  ]),
]

function tableOf(name: string, columns: TableSchema['columns']): TableSchema {
  return {
    ...{ name, kind: 'table', columns, primaryKey: ['id'] },
    ...{ uniqueKeys: [], foreignKeys: [], triggers: [] },
  }
}

/** A document for each name, which is its owner too where it is one of a user, and else Ann's. */
function dataOf(bodies: Readonly<Record<string, unknown>>): Record<string, Row[]> {
  return {
    users: [{ id: ANN }, { id: BOB }, { id: GHOST }],
    docs: Object.entries(bodies).map(([id, body]) => ({ id, owner: ownerOf(id), body, at: null })),
  }
}

function ownerOf(id: string): string {
  return [ANN, BOB, GHOST].includes(id) ? id : ANN
}
