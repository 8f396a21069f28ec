/** Generated worlds as MongoDB can hold them, and as which BSON types it does. */
import fc from 'fast-check'
import { type Reference, type TableSpec, type World, worlds } from './generated-world.ts'

export const NUMBERS = ['int32', 'double', 'long'] as const
export type NumberType = (typeof NUMBERS)[number]

export const KEYS = ['number', 'long', 'text', 'object_id', 'uuid', 'date'] as const
export type KeyType = (typeof KEYS)[number]

export interface MongoWorld {
  readonly world: World
  /** Of the documents' `_id`, in the order of `rid`. */
  readonly key: KeyType
  /** Of numeric ids in the user table. */
  readonly id: NumberType
  /** Of what refers to ids and keys; MongoDB finds a number in any of its types. */
  readonly reference: NumberType
}

/** How many tables beside the users' every world has. */
export const WIDTH = 5
const NOTHING = { notNull: false, onDelete: null } as const
const UNUSED: TableSpec = {
  ...{ withoutRowId: false, uniqueNote: false, jsonNotNull: false, parentTable: 0 },
  ...{ owner: NOTHING, other: NOTHING, self: NOTHING, parent: NOTHING },
  ...{ rules: [], precedence: null, rows: [] },
}

const REFERENCES: readonly Reference[] = ['owner', 'other', 'members', 'doc']

export const mongoWorlds: fc.Arbitrary<MongoWorld> = fc
  .record({
    world: worlds,
    nativeIds: fc.option(fc.constantFrom('objectId' as const, 'uuid' as const), { freq: 3 }),
    isUnique: fc.boolean(),
    asText: fc.subarray([...REFERENCES]),
    key: fc.constantFrom(...KEYS),
    id: fc.constantFrom(...NUMBERS),
    reference: fc.constantFrom(...NUMBERS),
  })
  .map(({ world, nativeIds, isUnique, asText, ...types }) => ({
    ...types,
    world: {
      ...world,
      // MongoDB has no foreign keys and knows no NOT NULL.
      enforced: false,
      looksIntoArrays: true,
      boss: null,
      // Every database has the same collections; those that a world does not name are unrelated.
      tables: Array.from({ length: WIDTH }, (_, index) => ({
        ...(world.tables[index] ?? UNUSED),
        ...{ owner: NOTHING, other: NOTHING, self: NOTHING, parent: NOTHING },
        // One collection has a unique index, in every other database.
        uniqueNote: index === 0 && isUnique,
      })),
      ...(nativeIds === null ? {} : { nativeIds, numericIds: false }),
      // A check for the last of its kind names a column without a form.
      asText: asText.filter((column) => column !== 'owner' || world.check === 'none'),
    },
  }))
