/**
 * The indexes of a collection: which find rows, and which take a value only once.
 *
 * @module
 */
import type { IndexSchema, NullKey, TableSchema } from '../../../src/program/schema.ts'
import type { Doc, MongoDb } from '../server/driver.ts'
import { isMissingCollection } from '../server/mongo-errors.ts'

export async function indexesOf(
  db: MongoDb,
  name: string,
): Promise<Required<Pick<TableSchema, 'indexes' | 'uniqueKeys' | 'nullKeys'>>> {
  const all = await listIndexes(db, name)
  // Those that are hidden or ignore case find nothing for the adapter, and refuse values all the same.
  const unique = all.filter(({ unique: isUnique }) => isUnique === true)
  return {
    indexes: all
      // The adapter compares byte by byte, which an index that ignores case does not help with.
      .filter(({ hidden, collation }) => hidden !== true && collation === undefined)
      .map(indexSchema)
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    uniqueKeys: unique.filter(isOfValues).map(keysOf),
    nullKeys: unique.flatMap(nullKey),
  }
}

async function listIndexes(db: MongoDb, name: string): Promise<readonly Doc[]> {
  try {
    // No collection has more than 64 indexes, so the first batch holds all.
    const { cursor } = await db.command({ listIndexes: name, cursor: { batchSize: 1_000 } })
    return (cursor as { readonly firstBatch: readonly Doc[] }).firstBatch
  } catch (error) {
    if (isMissingCollection(error)) return []
    throw error
  }
}

function indexSchema({ name, key, partialFilterExpression: filter }: Doc): IndexSchema {
  const parts = Object.entries(key as Doc)
  const special = parts.findIndex(([, kind]) => typeof kind === 'string' && kind !== 'hashed')
  const keys = (special === -1 ? parts : parts.slice(0, special)).map(([field]) => field)
  return { name: String(name), keys, partial: filter !== undefined }
}

function keysOf({ key }: Doc): readonly string[] {
  return Object.keys(key as Doc)
}

/** Whether nothing but a missing value, or one of another type, lets two documents have the same. */
function isOfValues(index: Doc): boolean {
  const keys = keysOf(index)
  return Object.keys((index['partialFilterExpression'] ?? {}) as Doc).every((field) =>
    keys.includes(field),
  )
}

/**
 * A sparse index leaves out documents that have none of its fields, and so does one for those that have a field.
 * Other partial ones ask for more of a value than null has, or are not read.
 */
function nullKey(index: Doc): readonly NullKey[] {
  const { sparse, partialFilterExpression: filter } = index
  const keys = keysOf(index)
  if (filter === undefined) return [{ keys, missing: sparse !== true }]
  const asksForFieldsAlone = Object.values(filter as Doc).every(
    (condition) => JSON.stringify(condition) === JSON.stringify({ $exists: true }),
  )
  return asksForFieldsAlone && isOfValues(index) ? [{ keys, missing: false }] : []
}
