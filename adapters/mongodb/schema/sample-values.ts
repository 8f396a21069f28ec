/**
 * Whether values in documents are those of users: the first, the newest and some at random of each collection.
 *
 * @module
 */
import {
  candidatesIn,
  countHeld,
  type KnownUsers,
  MOST_SAMPLE_MS,
  type SampledRow,
  type SampledTable,
} from '../../../src/program/sampled-values.ts'
import type { AskedValues, DatabaseSchema } from '../../../src/program/schema.ts'
import type { Doc, MongoDb } from '../server/driver.ts'
import { isOutOfTime } from '../server/mongo-errors.ts'
import { type BsonTypes, engineId } from '../server/values.ts'
import { firstDocuments } from './first-documents.ts'
import { FIRST, sampleOf } from './look-at-collection.ts'
import { openRandomDocuments } from './random-documents.ts'

/** Collections that are left when the time is over are told of as sampled in part. */
export async function withValues(
  db: MongoDb,
  types: BsonTypes,
  schema: DatabaseSchema,
  asked: AskedValues,
): Promise<DatabaseSchema> {
  const end = performance.now() + MOST_SAMPLE_MS
  const asks = new Set(asked.tables)
  const tables = schema.tables.filter(({ name, kind }) => asks.has(name) && kind === 'table')
  const atRandom = openRandomDocuments(db)
  const sampled = new Map<string, SampledTable>()
  for (const { name } of tables) {
    if (performance.now() >= end) break
    const wanted = { name, projection: { _id: 1 }, whole: true }
    const first = (await firstDocuments(db, [wanted], FIRST)).get(name) ?? []
    const { documents } = await sampleOf(db, wanted, first, atRandom)
    sampled.set(name, { table: name, rows: documents.map(plainRow) })
  }
  const candidates = candidatesIn([...sampled.values()])
  const users = await usersWith(db, types, asked, candidates, end)
  return {
    ...schema,
    tables: schema.tables.map((table) => {
      if (!tables.includes(table)) return table
      const own = sampled.get(table.name)
      // Without the users a sample would say that none is there.
      return own === undefined || users === null
        ? { ...table, sampledInPart: true as const }
        : { ...table, sampledValues: countHeld(own, users, asked) }
    }),
  }
}

function plainRow(document: Doc): SampledRow {
  return plain(document, 0) as SampledRow
}

/** Ids as the engine names them; what can be no id and no text is left out. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value))
    return depth > DEEPEST ? null : value.map((one) => plain(one, depth + 1))
  const id = engineId(value)
  if (id !== null) return id
  const isDocument = Object.getPrototypeOf(value) === Object.prototype
  if (!isDocument || depth > DEEPEST) return null
  return Object.fromEntries(
    Object.entries(value).map(([key, held]) => [key, plain(held, depth + 1)]),
  )
}

const DEEPEST = 8

/** Users whose rows hold one of the values; `null` where they are not found in time. */
async function usersWith(
  db: MongoDb,
  types: BsonTypes,
  { users }: AskedValues,
  candidates: readonly string[],
  end: number,
): Promise<KnownUsers | null> {
  const known = new Map<string, Map<string, Set<string>>>()
  for (const [field, path] of [['id', users.id] as const, ...Object.entries(users.fields)]) {
    const byValue = new Map<string, Set<string>>()
    known.set(field, byValue)
    for (let place = 0; place < candidates.length; place += TOGETHER) {
      const left = Math.floor(end + LONGER - performance.now())
      if (left < 1) return null
      const some = candidates.slice(place, place + TOGETHER).flatMap((text) => formsOf(types, text))
      const found = await inTime(
        db
          .collection(users.table)
          .find(
            { [path]: { $in: some } },
            { projection: { [users.id]: 1, [path]: 1 }, maxTimeMS: left, ...PRIMARY },
          )
          .toArray(),
      )
      if (found === null) return null
      for (const row of found.map(plainRow)) {
        const [id] = valuesAt(row, users.id.split('.'))
        for (const value of valuesAt(row, path.split('.'))) {
          const text = String(value)
          byValue.set(text, (byValue.get(text) ?? new Set()).add(String(id)))
        }
      }
    }
  }
  return known
}

const TOGETHER = 5_000
const PRIMARY: Doc = { readPreference: 'primary' }
/** What was sampled is worth a little more time. */
const LONGER = 1_000

async function inTime(rows: Promise<readonly Doc[]>): Promise<readonly Doc[] | null> {
  try {
    return await rows
  } catch (error) {
    if (isOutOfTime(error)) return null
    throw error
  }
}

/** What the user's field may hold where a sample has the text. */
function formsOf(types: BsonTypes, text: string): readonly unknown[] {
  const isInteger = /^-?\d{1,15}$/.test(text)
  return [
    text,
    ...(isInteger ? [Number(text)] : []),
    ...(/^[0-9a-f]{24}$/.test(text) ? [types.objectId(text)] : []),
    ...(UUID.test(text) ? [types.binary(Buffer.from(text.replaceAll('-', ''), 'hex'), 4)] : []),
  ]
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function valuesAt(value: unknown, [key, ...rest]: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, keyed(key, rest)))
  if (key === undefined) return value === null || value === undefined ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return valuesAt(Reflect.get(value, key), rest)
}

function keyed(key: string | undefined, rest: readonly string[]): readonly string[] {
  return key === undefined ? [] : [key, ...rest]
}
