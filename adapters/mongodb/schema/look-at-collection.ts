/**
 * One collection from near: its size, its indexes, and what a few of its documents hold.
 *
 * @module
 */
import type {
  AskedPath,
  SampledPath,
  TableSchema,
  ValidatorSchema,
} from '../../../src/program/schema.ts'
import type { Doc, MongoDb } from '../server/driver.ts'
import { isMissingCollection, lacksCommand } from '../server/mongo-errors.ts'
import { projectionOf } from '../server/paths.ts'
import { readCut, type Wanted } from './first-documents.ts'
import { indexesOf } from './indexes.ts'
import type { RandomDocuments } from './random-documents.ts'
import { samplePaths } from './sampled-paths.ts'
import { sampleTypes } from './sampled-types.ts'
import { declaredPaths } from './validators.ts'

/** Documents that are looked at before anybody knows how large they are. */
export const FIRST = 25

/** What is asked about a collection. */
export interface CollectionQuestion {
  readonly name: string
  readonly asked: readonly AskedPath[]
  /** Every path that the sample holds is wanted, and those that the validator declares. */
  readonly everything: boolean
  readonly validator: ValidatorSchema | null
}

/** What of the documents answers the question. */
export function wantedBy({ name, asked, everything }: CollectionQuestion): Wanted {
  const fields = asked.flatMap(({ path, where }) => [path, ...where.map(({ column }) => column)])
  return { name, projection: projectionOf(fields), whole: everything }
}

/**
 * A few commands, none of which reads more than the sample; one for a collection whose `first` documents,
 * at most `FIRST`, are all there are, and none where no rule asks for its indexes either.
 */
export async function lookAtCollection(
  db: MongoDb,
  question: CollectionQuestion,
  first: readonly Doc[],
  atRandom: RandomDocuments,
): Promise<Partial<TableSchema>> {
  const { name, asked, everything, validator } = question
  const { rows, documents, isWhole } = await sampleOf(db, wantedBy(question), first, atRandom)
  return {
    ...(rows === null ? {} : { rows }),
    ...(isWhole ? {} : { sampledInPart: true as const }),
    ...(asked.length === 0 ? {} : await indexesOf(db, name)),
    sampledTypes: asked.map((path) => sampleTypes(documents, path)),
    ...(everything ? { sampledPaths: allPaths(documents, validator) } : {}),
    ...(validator === null ? {} : { validator }),
  }
}

/** Of a place that is both declared and there, what is there. */
function allPaths(
  documents: readonly Doc[],
  validator: ValidatorSchema | null,
): readonly SampledPath[] {
  const sampled = samplePaths(documents)
  const declared = validator === null ? [] : declaredPaths(validator)
  return [...new Map([...declared, ...sampled].map((one) => [one.path, one])).values()]
}

export interface Sample {
  /** About how many there are; `null` where the server does not tell. */
  readonly rows: number | null
  readonly documents: readonly Doc[]
  readonly isWhole: boolean
}

interface Size {
  readonly rows: number
  readonly averageBytes: number
}

/** Documents that are looked at, half of them the first that the collection keeps and half the newest by `_id`. */
const SAMPLE = 100
/** From so many documents on, some at random are looked at too: the server does not read all for them. */
const LARGE = 2_000
const MOST_BYTES = 4_000_000

/** Types drift with time, so the ends tell more than the middle. */
export async function sampleOf(
  db: MongoDb,
  wanted: Wanted,
  first: readonly Doc[],
  atRandom: RandomDocuments,
): Promise<Sample> {
  const { name } = wanted
  const read = (...stages: Doc[]): Promise<readonly Doc[]> =>
    readCut((cut) =>
      db
        .collection(name)
        .aggregate([...stages, ...cut(wanted)], PRIMARY)
        .toArray(),
    )
  if (first.length < FIRST) return { rows: first.length, documents: first, isWhole: true }
  const size = await sizeOf(db, name)
  const half = sampleSize(size) / 2
  // Two orders may overlap: what the sample can hold whole is read in one.
  const fits = size === null || size.rows <= 2 * half
  const most = fits ? 2 * half : half
  const oldest = most > FIRST ? await read({ $skip: FIRST }, { $limit: most - FIRST }) : []
  const rest = size === null ? 2 * half : size.rows - FIRST - oldest.length
  const newest =
    rest > 0 ? await read({ $sort: { _id: -1 } }, { $limit: Math.min(rest, half) }) : []
  const isLarge = size !== null && size.rows >= LARGE
  const middle = isLarge ? await atRandom(wanted, half) : []
  const documents = [...first, ...oldest, ...(middle ?? []), ...newest]
  return { rows: size?.rows ?? null, documents, isWhole: middle !== null }
}

function sampleSize(size: Size | null): number {
  if (size === null) return 2 * FIRST
  const fitting = Math.floor(MOST_BYTES / Math.max(1, size.averageBytes) / 2) * 2
  return Math.max(2, Math.min(SAMPLE, fitting))
}

/** From the server's own figures; after a crash they may be a little off. `null` where it tells none. */
async function sizeOf(db: MongoDb, name: string): Promise<Size | null> {
  try {
    const shards = await db
      .collection(name)
      .aggregate([{ $collStats: { storageStats: {} } }], PRIMARY)
      .toArray()
    const stats = shards.map(({ storageStats }) => storageStats as Doc)
    const rows = sum(stats.map(({ count }) => count))
    return { rows, averageBytes: rows === 0 ? 0 : sum(stats.map(({ size }) => size)) / rows }
  } catch (error) {
    if (isMissingCollection(error)) return { rows: 0, averageBytes: 0 }
    if (lacksCommand(error)) return null
    throw error
  }
}

const PRIMARY: Doc = { readPreference: 'primary' }

function sum(values: readonly unknown[]): number {
  return values.reduce<number>((total, value) => total + Number(value ?? 0), 0)
}
