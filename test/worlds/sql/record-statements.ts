/** Statements for records: every kind of question and of write, of every table. */
import type { SqlDialect } from '../../../adapters/sql/dialect.ts'
import {
  type RecordScene,
  selectRecords,
  writeStatements,
} from '../../../adapters/sql/own-tables/record-sql.ts'
import {
  indexStatements,
  tableStatements,
} from '../../../adapters/sql/own-tables/record-tables-sql.ts'
import type { RecordWrite } from '../../../src/store/change.ts'
import type { RecordQuestion } from '../../../src/store/inquiry.ts'
import {
  RECORD_TABLE_NAMES,
  RECORD_TABLES,
  type RecordTable,
} from '../../../src/store/record-tables.ts'
import type { NamedStatement } from './sql-statements.ts'

export function recordScene(dialect: SqlDialect): RecordScene {
  const own = RECORD_TABLE_NAMES.map((table) => [table, dialect.table(`own_${table}`)])
  return { dialect, own: Object.fromEntries(own) }
}

export function recordStatements(dialect: SqlDialect): readonly NamedStatement[] {
  const scene = recordScene(dialect)
  const layout = [...tableStatements(dialect, 'own_'), ...indexStatements(dialect, 'own_')]
  const all = RECORD_TABLE_NAMES.flatMap((table) => [
    ...questionsOf(table).map(
      ([name, question]): NamedStatement => [
        `${table}: ${name}`,
        selectRecords(scene, question).sql,
      ],
    ),
    ...writesTo(table).flatMap(([name, write]) =>
      writeStatements(scene, write).map(({ sql }): NamedStatement => [`${table}: ${name}`, sql]),
    ),
  ])
  const where = [{ field: 'run', in: ['r'] }] as const
  const move = { kind: 'move', from: 'ledger_import', to: 'ledger', where } as const
  const moved = writeStatements(scene, move)
  return [
    ...layout.map((sql, place): NamedStatement => [`layout ${place}`, sql]),
    ...all,
    ...moved.map(({ sql }): NamedStatement => ['ledger_import: move', sql]),
  ]
}

function questionsOf(table: RecordTable): readonly (readonly [string, RecordQuestion])[] {
  const { key, fields } = RECORD_TABLES[table]
  const [field] = Object.keys(fields).slice(-1)
  const [first] = key
  const conditions = {
    one: { field, in: ['a'] },
    several: { field, in: ['a', 'b'] },
    'several or null': { field, in: ['a', null, 'b'] },
    null: { field, in: [null] },
    none: { field, in: [] },
    above: { field, above: 'a' },
    from: { field, from: 'a' },
    'up to': { field, upTo: 'a' },
    'up to or null': { field, upTo: 'a', orNull: true },
    'begins with': { field, startsWith: 'a' },
    ...(table === 'ledger' ? { fact: { field: 'body', fact: 'a' } } : {}),
  }
  const asked = Object.entries(conditions).map(([name, one]) => [name, { where: [one] }])
  const others = [
    ['all', {}],
    ['a page', { limit: 10, after: key.map(() => 'a') }],
    ['in another order', { order: [field, first], descending: true, limit: 1 }],
    ['the newest', { newestOf: key.length > 1 ? first : field, where: [{ field, from: 'a' }] }],
  ]
  return [...asked, ...others].map(([name, rest]) => [
    String(name),
    { kind: 'records', table, ...(rest as object) } as RecordQuestion,
  ])
}

function writesTo(table: RecordTable): readonly (readonly [string, RecordWrite])[] {
  const { key, fields } = RECORD_TABLES[table]
  const record = Object.fromEntries(Object.keys(fields).map((name) => [name, 'a']))
  const where = key.map((field) => ({ field, in: ['a'] }))
  const writes = {
    insert: { kind: 'insert', table, records: [record] },
    put: { kind: 'put', table, record },
    patch: { kind: 'patch', table, where, set: record },
    remove: { kind: 'remove', table, where },
  }
  return Object.entries(writes) as unknown as readonly (readonly [string, RecordWrite])[]
}
