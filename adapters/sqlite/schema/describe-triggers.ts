/**
 * Triggers as the catalogue has them, with what sets them off. Temporary ones act on the main database too.
 *
 * @module
 */
import type { TriggerSchema } from '../../../src/program/schema.ts'
import type { Connection } from '../handle/connection.ts'
import { NAME, unquoted, withoutComments } from '../sql/sql-text.ts'

/** By the table's name in lower case. */
export function triggersByTable(
  connection: Connection,
): ReadonlyMap<string, readonly TriggerSchema[]> {
  const found = new Map<string, readonly TriggerSchema[]>()
  const sql = ['main.sqlite_schema', 'temp.sqlite_schema']
    .map((catalogue) => `SELECT tbl_name, name, sql FROM ${catalogue} WHERE type = 'trigger'`)
    .join(' UNION ALL ')
  for (const [table, name, text] of connection.rows(`${sql} ORDER BY 2`)) {
    const key = String(table).toLowerCase()
    const trigger = { name: String(name), ...setOffBy(String(text)) }
    found.set(key, [...(found.get(key) ?? []), trigger])
  }
  return found
}

const HEAD = new RegExp(
  `^\\s*CREATE\\s+(?:TEMP\\w*\\s+)?TRIGGER\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?(?:${NAME}\\s*\\.\\s*)?${NAME}\\s*(?:BEFORE\\s+|AFTER\\s+|INSTEAD\\s+OF\\s+)?(DELETE|INSERT|UPDATE)(?:\\s+OF\\s+(${NAME}(?:\\s*,\\s*${NAME})*))?\\s+ON\\b`,
  'i',
)

/** SQLite has parsed the text before, so a head that cannot be read is not expected; it counts as a deletion's. */
function setOffBy(sql: string): Pick<TriggerSchema, 'event' | 'columns'> {
  const [, event = 'DELETE', columns] = HEAD.exec(withoutComments(sql)) ?? []
  return {
    event: event.toLowerCase() as TriggerSchema['event'],
    columns:
      columns === undefined
        ? null
        : [...columns.matchAll(new RegExp(NAME, 'g'))].map(([name]) => unquoted(name)),
  }
}
