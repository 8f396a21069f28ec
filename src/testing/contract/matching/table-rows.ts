/**
 * Clauses of the store contract: whole rows of a table, page by page.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { TablePage, TableRow } from '../../../program/rows/table-page.ts'
import type { Cursor } from '../../../store/chunk.ts'
import { answerOf } from '../../../store/inquiry.ts'
import type { Store } from '../../../store/store.ts'
import { ENGINE_TABLE_PREFIX } from '../../../store/store-options.ts'
import { ANN, type Row } from '../data.ts'
import { contractSchema, JSON_COLUMNS } from '../fixture.ts'
import { programOf } from '../programs.ts'
import { type Clause, IN_A } from '../world.ts'

export function tableRowsClauses(clause: Clause): void {
  clause('pages of a table hold each of its rows once, whole', async (world) => {
    for (const { name } of contractSchema) {
      const raw = (await world.rows(name)).map(textOfRow).sort()
      for (const limit of [1, 3, 1_000]) {
        const rows = await allRows(world.store, name, limit)
        assert.deepEqual(rows.map((row) => textOfRow(asRow(name, row))).sort(), raw)
        assert.equal(new Set(rows.map(({ key }) => JSON.stringify(key))).size, raw.length)
      }
    }
  })

  clause(
    'a page holds no more rows than were asked for, and the last one says so',
    async (world) => {
      const { store } = world
      const first = await pageOf(store, 'users', null, 2)
      assert.equal(first.rows.length, 2)
      assert.deepEqual(first.next, first.rows.at(-1)?.key)
      const all = await pageOf(store, 'users', null, 1_000)
      assert.equal(all.next, null)
      const behind = await pageOf(store, 'users', all.rows.at(-1)?.key ?? null, 1_000)
      assert.deepEqual(behind, { rows: [], next: null })
    },
  )

  clause('a row that goes between two pages takes no other one along', async (world) => {
    const { store, engine } = world
    const seen: TableRow[] = []
    const first = await pageOf(store, 'comments', null, 1)
    seen.push(...first.rows)
    await engine.delete(ANN, IN_A)
    let after = first.next
    while (after !== null) {
      const page = await pageOf(store, 'comments', after, 1)
      seen.push(...page.rows)
      after = page.next
    }
    const ids = seen.map((row) => asRow('comments', row)['id'])
    assert.equal(new Set(ids).size, ids.length)
    for (const { id } of await world.rows('comments')) assert.ok(ids.includes(id))
  })

  clause('rows have the keys by which steps find them', async (world) => {
    const { store } = world
    const program = await programOf(world)
    const users = [{ fields: { id: ANN, email: 'ann@example.com' } }]
    for (const [step, { table, action }] of program.steps.entries()) {
      if (action !== 'delete') continue
      const found = await answerOf(store, {
        ...{ kind: 'step_rows', program, ...IN_A, users, step, after: null, limit: 1_000 },
      })
      const keys = (await allRows(store, table, 4)).map(({ key }) => JSON.stringify(key))
      assert.ok(found.length > 0, table)
      for (const { key } of found) assert.ok(keys.includes(JSON.stringify(key)), table)
      const [first] = found
      const rest = await answerOf(store, {
        ...{
          kind: 'step_rows',
          program,
          ...IN_A,
          users,
          step,
          after: first?.key ?? null,
          limit: 9,
        },
      })
      assert.equal(rest.length, Math.min(9, found.length - 1))
    }
  })

  clause(
    'nothing is read of tables that are not there, or that are the engine’s own',
    async (world) => {
      const own = ['ledger', 'jobs', 'holds'].map((table) => `${ENGINE_TABLE_PREFIX}${table}`)
      for (const table of [...own, 'nowhere']) {
        const question = { kind: 'table_rows', table, after: null, limit: 10 } as const
        assert.equal(await answerOf(world.store, question), null)
      }
    },
  )
}

async function allRows(store: Store, table: string, limit: number): Promise<readonly TableRow[]> {
  const rows: TableRow[] = []
  for (let after: Cursor | null = null; ; ) {
    const page: TablePage = await pageOf(store, table, after, limit)
    assert.ok(page.rows.length <= limit)
    rows.push(...page.rows)
    if (page.next === null) return rows
    after = page.next
  }
}

async function pageOf(
  store: Store,
  table: string,
  after: Cursor | null,
  limit: number,
): Promise<TablePage> {
  const page = await answerOf(store, { kind: 'table_rows', table, after, limit })
  return page ?? assert.fail(`no page of ${table}`)
}

/** A document of its own key is the store's. */
function asRow(table: string, { columns, values }: TableRow): Row {
  const json = JSON_COLUMNS[table]
  return Object.fromEntries(
    columns.map((column, place) => {
      const value = values[place]
      const isText = column === json && typeof value === 'string'
      return [column, isText ? (JSON.parse(value) as unknown) : value]
    }),
  )
}

function textOfRow(row: Row): string {
  const held = Object.entries(row).filter(([name, value]) => name !== '_id' && value !== null)
  return JSON.stringify(held.sort(([a], [b]) => (a < b ? -1 : 1)))
}
