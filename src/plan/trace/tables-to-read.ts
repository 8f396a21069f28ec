/**
 * Which tables are looked at, and what of them is not.
 *
 * @module
 */
import type { DatabaseSchema, TableSchema } from '../../program/schema.ts'
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

function whyNot({ kind, columns, contentTable }: TableSchema): UnreadPlace['reason'] | null {
  if (kind === 'foreign' || kind === 'time_series') return kind
  if (kind !== 'virtual') return null
  if (columns === null) return 'unreadable'
  return contentTable === null ? 'search_words' : null
}

function notInFull({
  name: table,
  columns,
  contentTable,
  hidesRows,
}: TableSchema): readonly UnreadPlace[] {
  const whole = (reason: UnreadPlace['reason']): UnreadPlace => ({ table, column: null, reason })
  return [
    ...(typeof contentTable === 'string' ? [whole('search_words')] : []),
    ...(hidesRows === true ? [whole('hidden_rows')] : []),
    ...(columns ?? []).flatMap(({ name: column, type = '', refuses }): readonly UnreadPlace[] => {
      if (refuses?.includes('select')) return [{ table, column, reason: 'no_permission' }]
      return type === 'tsvector' ? [{ table, column, reason: 'search_words' }] : []
    }),
  ]
}
