/**
 * The live schema: names of collections, and no columns, because a collection promises none.
 *
 * @module
 */
import { type DatabaseSchema, ENGINE_TABLE_PREFIX, type TableSchema } from '../../src/store.ts'
import type { Doc, MongoDb } from './driver.ts'

export async function describeDatabase(db: MongoDb): Promise<DatabaseSchema> {
  const collections = await db.listCollections({}, { nameOnly: true }).toArray()
  const tables = collections
    .filter(({ name }) => isOfHost(String(name)))
    .map(tableSchema)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return { tables, foreignKeysEnforced: false }
}

export function isSameSchema(a: DatabaseSchema, b: DatabaseSchema): boolean {
  return (
    a.tables.length === b.tables.length &&
    a.tables.every(({ name, kind }, place) => {
      const other = b.tables[place]
      return other?.name === name && other.kind === kind
    })
  )
}

function isOfHost(name: string): boolean {
  return !name.startsWith('system.') && !name.startsWith(ENGINE_TABLE_PREFIX)
}

function tableSchema({ name, type }: Doc): TableSchema {
  return {
    name: String(name),
    kind: type === 'view' ? 'view' : 'table',
    columns: null,
    primaryKey: ['_id'],
    uniqueKeys: [],
    foreignKeys: [],
    triggers: [],
  }
}
