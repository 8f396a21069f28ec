/**
 * Which tables are looked at, and what of them is not.
 *
 * @module
 */
import type { ColumnSchema, DatabaseSchema, TableSchema } from '../../program/schema.ts'
import type { UnreadPlace } from './trace.ts'

export interface TablesToRead {
  /** The user table first: what it says of other users counts for all the others. */
  readonly tables: readonly TableSchema[]
  readonly unread: readonly UnreadPlace[]
}

/** A view that keeps no rows holds nothing that its tables do not. */
export function tablesToRead(schema: DatabaseSchema, userTable: string): TablesToRead {
  const held = schema.tables.filter(({ kind, keepsRows }) => kind !== 'view' || keepsRows === true)
  const isUser = ({ name }: TableSchema): boolean => name === userTable
  const ordered = [...held.filter(isUser), ...held.filter((table) => !isUser(table))]
  const reasons = new Map(ordered.map((table) => [table, whyNot(table)]))
  const outside = (schema.outside ?? []).filter((name) => name.includes('.'))
  return {
    tables: ordered.filter((table) => reasons.get(table) === null),
    unread: [
      ...ordered.flatMap((table) => {
        const reason = reasons.get(table) ?? null
        return reason === null ? notInFull(table) : [{ table: table.name, column: null, reason }]
      }),
      ...outside.map((table) => ({ table, column: null, reason: 'outside' }) as const),
    ],
  }
}

function whyNot(table: TableSchema): UnreadPlace['reason'] | null {
  const { kind, columns, contentTable, hidesRows } = table
  if (kind === 'foreign' || kind === 'time_series') return kind
  // A store that reads for a deletion has the database refuse rather than hide.
  if (hidesRows === true) return 'hidden_rows'
  if (columns !== null && columns.length > 0 && columns.every(isRefused)) return 'no_permission'
  if (kind !== 'virtual') return null
  if (columns === null) return 'unreadable'
  return contentTable === null ? 'search_words' : null
}

function isRefused({ refuses }: ColumnSchema): boolean {
  return refuses?.includes('select') === true
}

function notInFull({ name: table, columns, contentTable }: TableSchema): readonly UnreadPlace[] {
  const words = { table, reason: 'search_words' } as const
  return [
    ...(typeof contentTable === 'string' ? [{ ...words, column: null }] : []),
    ...(columns ?? []).flatMap((one): readonly UnreadPlace[] => {
      const { name: column, type = '' } = one
      if (isRefused(one)) return [{ table, column, reason: 'no_permission' }]
      return type === 'tsvector' ? [{ ...words, column }] : []
    }),
  ]
}
