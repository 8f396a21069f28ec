/** Mistakes between a policy and the documents of a database: each put into a collection, and taken out again. */
import type { Db, Document } from 'mongodb'
import type { SchemaFinding, SchemaFindingCode } from '../../../src/index.ts'
import type { PolicyInput, SetInput } from '../../../src/policy/policy.ts'
import type { Random } from './hostile-values.ts'
import { keeping, pick } from './mistake-sites.ts'
import { type SchemaWorld, tablesThat } from './schema-world.ts'

/** A database as it is meant to be, and the collections that have documents. */
export interface MongoWorld {
  readonly name: string
  readonly db: Db
  readonly policy: PolicyInput
  readonly filled: ReadonlySet<string>
}

export interface MongoMistake {
  readonly kind: string
  readonly code: SchemaFindingCode
  readonly severity: SchemaFinding['severity']
  /** In one collection that has room for it, if any; `random` chooses it, and names. */
  put(world: MongoWorld, random: Random): readonly MongoMutant[]
}

export interface MongoMutant {
  readonly world: MongoWorld
  readonly policy: PolicyInput
  readonly table: string
  readonly column: string
  /** Changes the database, and answers what takes the change back. */
  make(): Promise<() => Promise<unknown>>
}

type Put = MongoMistake['put']
type Are = 'deleted' | 'kept' | 'unrelated'

const UNREAD = ['value_refused', 'warning'] as const
const COLLISION = ['constant_into_unique', 'error'] as const

/** What a mistake is called, what has to be found, and how it is made. */
export const MONGO_MISTAKES: readonly MongoMistake[] = [
  ...persons('at the top', (name, value) => [name, { [name]: value }]),
  ...persons('in a sub-document', (name, value) => [
    `profile.more.${name}`,
    { profile: { more: { [name]: value } } },
  ]),
  ...persons('in an array of sub-documents', (name, value) => [
    `contacts.${name}`,
    { contacts: [{ kind: 'a' }, { [name]: value }] },
  ]),
  ...persons('in a map by ids', (name, value) => [
    `entries.*.${name}`,
    { entries: { '507f1f77bcf86cd799439011': { [name]: value }, '42': { [name]: value } } },
  ]),
  ...persons('that only the validator declares', (name) => [name, null]),
  ...references('at the top', (name, id) => [name, { [name]: id }]),
  ...references('in a sub-document', (name, id) => [`state.${name}`, { state: { [name]: id } }]),
  ...references('in an array of sub-documents', (name, id) => [
    `steps.${name}`,
    { steps: [{ [name]: id }] },
  ]),
  ...references('that only the validator declares', (name) => [name, null]),
  of('a list of references', 'user_reference', 'warning', (world, random) =>
    withFields(world, ['deleted', 'unrelated'], random, ['reviewerIds', 'member_ids'], (name) => [
      name,
      { [name]: ['a', 'b'] },
    ]),
  ),
  of('a reference whose parent key names it', 'user_reference', 'warning', (world, random) =>
    withFields(world, ['deleted', 'unrelated'], random, ['owner', 'approver'], (name) => [
      `${name}.id`,
      { [name]: { id: 'a' } },
    ]),
  ),
  validated('a null that the type does not take', 'null_into_not_null', { hint: null }, 'hint', {
    properties: { hint: { bsonType: 'string' } },
  }),
  validated('a null beside the types of anyOf', 'null_into_not_null', { hint: null }, 'hint', {
    properties: { hint: { anyOf: [{ bsonType: 'string' }, { bsonType: 'int' }] } },
  }),
  validated('a null that is none of the values', 'null_into_not_null', { hint: null }, 'hint', {
    properties: { hint: { enum: ['a', 'b'] } },
  }),
  validated(
    'a required field that is scrubbed',
    'null_into_not_null',
    { hint: { scrub: ['mail'] } },
    'hint.mail',
    { properties: { hint: { bsonType: 'object', required: ['mail'] } } },
  ),
  validated('a constant of another type', 'value_refused', { hint: 'gone' }, 'hint', {
    properties: { hint: { bsonType: ['date', 'null'] } },
  }),
  validated('a constant that is none of the values', 'value_refused', { hint: 'gone' }, 'hint', {
    allOf: [{ properties: { hint: { enum: ['here', 'there'] } } }],
  }),
  validated('a token of another type', 'value_refused', { hint: { randomToken: true } }, 'hint', {
    properties: { hint: { bsonType: 'objectId' } },
  }),
  of('a null of which the server makes a note', 'null_into_not_null', 'warning', (world, random) =>
    withValidator(world, random, { hint: null }, 'hint', {
      validator: { $jsonSchema: { properties: { hint: { bsonType: 'string' } } } },
      validationAction: 'warn',
    }),
  ),
  of('a null refused at moderate level', 'null_into_not_null', 'error', (world, random) =>
    withValidator(world, random, { hint: null }, 'hint', {
      validator: { $jsonSchema: { properties: { hint: { bsonType: 'string' } } } },
      validationLevel: 'moderate',
    }),
  ),
  ...[
    { hint: { $type: 'string' } },
    { $or: [{ hint: 'a' }, { other: 1 }] },
    { $expr: { $gt: [{ $strLenCP: '$hint' }, 3] } },
    { $jsonSchema: { properties: { hint: { pattern: '^a' } } } },
    { $jsonSchema: { anyOf: [{ required: ['hint'] }, { required: ['other'] }] } },
  ].map((validator) =>
    of(`a validator that is not read: ${JSON.stringify(validator)}`, ...UNREAD, (world, random) =>
      withValidator(world, random, { hint: 'gone' }, 'hint', { validator }),
    ),
  ),
  of('a detached reference that may not be null', 'null_into_not_null', 'error', detached),
  of('a constant in a unique field', ...COLLISION, (world, random) =>
    withUnique(world, random, { hint: 'gone' }, { hint: 1 }),
  ),
  of('a null in a unique field', ...COLLISION, (world, random) =>
    withUnique(world, random, { hint: null }, { hint: 1 }),
  ),
  of(
    'a null in a field unique beside another',
    'constant_into_unique',
    'warning',
    (world, random) => withUnique(world, random, { hint: null }, { hint: 1, _id: 1 }),
  ),
  of('a write into the key', 'key_changed', 'error', (world, random) =>
    sitesOf(world, { '_id.mail': null }, random).map((site) =>
      mutant(world, { ...site, column: '_id.mail' }, async () => async () => {}),
    ),
  ),
]

function of(
  kind: string,
  code: SchemaFindingCode,
  severity: SchemaFinding['severity'],
  put: Put,
): MongoMistake {
  return { kind, code, severity, put }
}

/** The path that is found, and what a document holds then; `null`: only the validator has it. */
type Hide = (name: string, value: string) => readonly [string, Document | null]

function persons(where: string, hide: Hide): readonly MongoMistake[] {
  const names = [
    'lastName',
    'contact_email',
    'mobile',
    'street',
    'lastIp',
    'deviceName',
    'birthday',
  ]
  return (['unrelated', 'kept'] as const).map((are) =>
    of(
      `a person ${where}, in ${are === 'kept' ? 'documents that are kept' : 'an unrelated collection'}`,
      ...(['personal_column', 'warning'] as const),
      (world, random) => withFields(world, [are], random, names, hide),
    ),
  )
}

function references(where: string, hide: Hide): readonly MongoMistake[] {
  const names = ['created_by', 'approvedBy', 'reviewer', 'manager_id', 'assigneeId']
  return (['unrelated', 'deleted'] as const).map((are) =>
    of(
      `a reference ${where}, in ${are === 'deleted' ? 'documents that go' : 'an unrelated collection'}`,
      ...(['user_reference', 'warning'] as const),
      (world, random) => withFields(world, [are], random, names, hide),
    ),
  )
}

function withFields(
  world: MongoWorld,
  are: readonly Are[],
  random: Random,
  names: readonly string[],
  hide: Hide,
): readonly MongoMutant[] {
  const tables = are
    .flatMap((one) => tablesThat(schemaOf(world), one))
    .filter((table) => world.filled.has(table))
  return pickOne(tables, random).map((table) => {
    const name = pick(names, random)
    const [column, fields] = hide(name, 'a')
    const { policy } = world
    if (fields !== null)
      return mutant(world, { policy, table, column }, () => held(world, table, fields))
    const declared = { $jsonSchema: { properties: { [name]: { bsonType: 'string' } } } }
    return mutant(world, { policy, table, column }, () =>
      guarded(world, table, { validator: declared }),
    )
  })
}

function validated(
  kind: string,
  code: SchemaFindingCode,
  set: SetInput,
  column: string,
  $jsonSchema: Document,
): MongoMistake {
  return of(kind, code, 'error', (world, random) =>
    withValidator(world, random, set, column, { validator: { $jsonSchema } }),
  )
}

function withValidator(
  world: MongoWorld,
  random: Random,
  set: SetInput,
  column: string,
  options: Document,
): readonly MongoMutant[] {
  return sitesOf(world, set, random).map((site) =>
    mutant(world, { ...site, column }, () => guarded(world, site.table, options)),
  )
}

function withUnique(
  world: MongoWorld,
  random: Random,
  set: SetInput,
  keys: Record<string, 1>,
): readonly MongoMutant[] {
  return sitesOf(world, set, random).map((site) =>
    mutant(world, { ...site, column: 'hint' }, async () => {
      const collection = world.db.collection(site.table)
      const index = await collection.createIndex(keys, { unique: true, sparse: true })
      return () => collection.dropIndex(index)
    }),
  )
}

/** A rule that lets the reference go, where the validator wants an id. */
function detached(world: MongoWorld, random: Random): readonly MongoMutant[] {
  return sitesOf(world, {}, random).map(({ table, column }) => {
    const rule = { match: column, action: 'detach' } as const
    const policy = { ...world.policy, tables: { ...world.policy.tables, [table]: rule } }
    const bsonType = ['objectId', 'string']
    const validator = { $jsonSchema: { properties: { [column]: { bsonType } } } }
    return mutant(world, { policy, table, column }, () => guarded(world, table, { validator }))
  })
}

type Site = Pick<MongoMutant, 'policy' | 'table' | 'column'>

/** Collections whose documents are kept from now on, less what is overwritten. */
function sitesOf(world: MongoWorld, set: SetInput, random: Random): readonly Site[] {
  const kept = keeping(schemaOf(world), set).filter(({ table }) => world.filled.has(table))
  return pickOne(kept, random).map(({ world: { policy }, ...place }) => ({ ...place, policy }))
}

function pickOne<T>(list: readonly T[], random: Random): readonly T[] {
  return list.length === 0 ? [] : [pick(list, random)]
}

function mutant(world: MongoWorld, site: Site, make: MongoMutant['make']): MongoMutant {
  return { ...site, world, make }
}

async function held({ db }: MongoWorld, table: string, fields: Document) {
  await db.collection(table).updateMany({}, { $set: fields })
  const unset = Object.fromEntries(Object.keys(fields).map((name) => [name, '']))
  return () => db.collection(table).updateMany({}, { $unset: unset })
}

async function guarded({ db }: MongoWorld, table: string, options: Document) {
  const plain = { validator: {}, validationLevel: 'strict', validationAction: 'error' }
  await db.command({ collMod: table, ...plain, ...options })
  return () => db.command({ collMod: table, ...plain })
}

/** What the helpers for tables ask of a world: its policy alone. */
function schemaOf({ name, policy }: MongoWorld): SchemaWorld {
  return { name, policy, tables: new Map(), indexes: [], sql: [] }
}
