/**
 * The live schema. A collection promises no columns, so a sample tells what its documents hold.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { Program } from '../../../src/program/program.ts'
import type { DatabaseSchema, SchemaQuestion, TableSchema } from '../../../src/program/schema.ts'
import { schemaChanged } from '../../../src/store/failures.ts'
import type { Doc } from '../server/driver.ts'
import type { OwnDb } from '../server/engine-collections.ts'
import { firstDocuments } from './first-documents.ts'
import { type CollectionQuestion, FIRST, lookAtCollection, wantedBy } from './look-at-collection.ts'
import { openRandomDocuments } from './random-documents.ts'
import { readOptions } from './validators.ts'

/** What was seen for one question. */
interface Seen {
  readonly stamp: string
  readonly at: number
  readonly schema: Promise<DatabaseSchema>
}

/**
 * Answers with the same object while nothing has changed. Each call asks for the list of collections; indexes,
 * validators and samples are looked at again when that has changed, when they are older than `maxAgeMs`, or when asked to.
 */
export function openDescription(
  db: OwnDb,
  maxAgeMs: number,
): (question?: SchemaQuestion) => Promise<DatabaseSchema> {
  const seen = new Map<string, Seen>()

  return async ({ paths, everything = false, fresh = false } = NOTHING_ASKED) => {
    const question = JSON.stringify([everything, paths])
    const last = seen.get(question)
    const { tables, capped } = await listTables(db, false)
    const stamp = stampOf(tables)
    const isRecent = last !== undefined && performance.now() - last.at < maxAgeMs
    if (last?.stamp === stamp && isRecent && !fresh) return last.schema
    const schema = look(db, tables, capped, { paths, everything }).then(async (seenNow) => {
      const present = { ...seenNow, stamp }
      const before = await last?.schema
      return before !== undefined && isDeepStrictEqual(before, present) ? before : present
    })
    seen.set(question, { stamp, at: performance.now(), schema })
    for (const oldest of [...seen.keys()].slice(0, -REMEMBERED)) seen.delete(oldest)
    try {
      return await schema
    } catch (error) {
      seen.delete(question)
      throw error
    }
  }
}

/**
 * Refuses a program that was built for other collections: one that has come since is not in its policy, perhaps. A
 * transaction cannot read the list, so this is asked right before it.
 */
export async function refuseOtherCollections(db: OwnDb, program: Program): Promise<void> {
  if (program.schemaStamp === undefined) return
  const { tables } = await listTables(db, true)
  if (stampOf(tables) !== program.schemaStamp) throw schemaChanged()
}

function stampOf(tables: readonly TableSchema[]): string {
  return JSON.stringify(tables.map(({ name, kind }) => [name, kind]))
}

/** Questions whose answers are kept: every policy asks one of its own, and few policies share a store. */
const REMEMBERED = 8

const KINDS: Readonly<Record<string, TableSchema['kind']>> = {
  view: 'view',
  timeseries: 'time_series',
}
const NOTHING_ASKED: SchemaQuestion = { paths: [] }

interface Listed {
  readonly tables: readonly TableSchema[]
  /** Names of collections of a fixed size; nobody's where only names were asked for. */
  readonly capped: ReadonlySet<string>
}

async function listTables(db: OwnDb, nameOnly: boolean): Promise<Listed> {
  const collections = await db.listCollections({}, { nameOnly }).toArray()
  const tables = collections
    .filter(({ name }) => isOfHost(db, String(name)))
    .map(tableSchema)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return { tables, capped: cappedOf(collections) }
}

function cappedOf(collections: readonly Doc[]): ReadonlySet<string> {
  const capped = collections.filter(({ options }) => Object(options)['capped'] === true)
  return new Set(capped.map(({ name }) => String(name)))
}

function isOfHost({ ownNames }: OwnDb, name: string): boolean {
  return !name.startsWith('system.') && !ownNames.has(name)
}

function tableSchema({ name, type }: Doc): TableSchema {
  return {
    name: String(name),
    kind: KINDS[String(type)] ?? 'table',
    columns: null,
    primaryKey: ['_id'],
    uniqueKeys: [],
    foreignKeys: [],
    triggers: [],
  }
}

/** One collection after the other; those that nobody asks about are only named. */
async function look(
  db: OwnDb,
  tables: readonly TableSchema[],
  capped: ReadonlySet<string>,
  { paths, everything = false }: SchemaQuestion,
): Promise<DatabaseSchema> {
  const options = everything ? await readOptions(db) : new Map<string, never>()
  const questions = new Map(
    tables
      .filter(({ kind }) => kind === 'table')
      .map(({ name }): [string, CollectionQuestion] => {
        const asked = paths.filter(({ table }) => table === name)
        return [name, { name, asked, everything, validator: options.get(name)?.validator ?? null }]
      })
      .filter(([, { asked }]) => everything || asked.length > 0),
  )
  const first = await firstDocuments(db, [...questions.values()].map(wantedBy), FIRST)
  const atRandom = openRandomDocuments(db)
  const described: TableSchema[] = []
  for (const table of tables) {
    const question = questions.get(table.name)
    const seen =
      question === undefined
        ? {}
        : await lookAtCollection(db, question, first.get(table.name) ?? [], atRandom)
    const collation = options.get(table.name)?.collation ?? null
    const kind = capped.has(table.name) ? 'capped' : table.kind
    described.push({ ...table, kind, ...(collation === null ? {} : { collation }), ...seen })
  }
  return { tables: described, foreignKeysEnforced: false, createsTables: true }
}
