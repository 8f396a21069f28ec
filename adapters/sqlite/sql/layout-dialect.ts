/**
 * How the engine's own tables are created in SQLite.
 *
 * `subject` and `user_id` are declared without a type on purpose: such a column keeps text as text and
 * integers as integers, so the id "1" and the id 1 stay two different users.
 *
 * @module
 */
import type { RecordFieldType } from '../../../src/store/record-tables.ts'
import type { LayoutDialect } from '../../sql/dialect.ts'

const COLUMN_TYPES: Readonly<Record<RecordFieldType, string>> = {
  text: ' TEXT NOT NULL',
  'text?': ' TEXT',
  integer: ' INTEGER NOT NULL',
  id: ' NOT NULL',
  'id?': '',
  json: ' TEXT NOT NULL',
  'json?': ' TEXT',
}

export const layoutDialect: LayoutDialect = {
  table: (name) => `main.${name}`,
  index: (name, table) => `main.${name} ON ${table}`,
  columnType: (type) => COLUMN_TYPES[type],
  numberedKey: 'INTEGER PRIMARY KEY',
  ownNumber: 'id INTEGER PRIMARY KEY',
  keyed: ' WITHOUT ROWID',
  idsAreJson: false,
}
