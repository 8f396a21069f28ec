/**
 * What the validators of collections ask of documents: `$jsonSchema` is read, other operators are only noted.
 *
 * @module
 */
import type { SampledPath, ValidatedField, ValidatorSchema } from '../../../src/program/schema.ts'
import type { Doc, MongoDb } from '../server/driver.ts'
import { typeName } from './sampled-types.ts'

/** What a collection was created with that matters here. */
export interface CollectionOptions {
  readonly validator: ValidatorSchema | null
  /** The name of the collation that its texts compare by, unless that is byte by byte. */
  readonly collation: string | null
}

/** By collection; those without either are left out. */
export async function readOptions(db: MongoDb): Promise<ReadonlyMap<string, CollectionOptions>> {
  const collections = await db.listCollections({ type: 'collection' }).toArray()
  return new Map(
    collections.flatMap(({ name, options }): [string, CollectionOptions][] => {
      const own = (options ?? {}) as Doc
      const [validator, collation] = [validatorOf(own), collationOf(own)]
      return validator === null && collation === null
        ? []
        : [[String(name), { validator, collation }]]
    }),
  )
}

function validatorOf({
  validator,
  validationLevel,
  validationAction,
}: Doc): ValidatorSchema | null {
  if (!isDoc(validator) || validationLevel === 'off') return null
  return { refuses: validationAction !== 'warn', ...readValidator(validator) }
}

function collationOf({ collation }: Doc): string | null {
  if (!isDoc(collation) || collation['locale'] === 'simple') return null
  return `${collation['locale']}, strength ${collation['strength'] ?? 3}`
}

/** Places that a validator says something about, as if a document had them. */
export function declaredPaths({ fields, unread }: ValidatorSchema): readonly SampledPath[] {
  const isContainer = (path: string) =>
    path === '' || fields.some((other) => other.path.startsWith(`${path}.`))
  const declared = fields.flatMap(({ path, types }): readonly SampledPath[] => {
    const plain = types?.filter((type) => type !== 'object' && type !== 'array') ?? []
    if (plain.length === 0 && isContainer(path)) return []
    return [{ path, types: [...new Set(plain.map((type) => SAMPLED_AS[type] ?? type))].sort() }]
  })
  return [...declared, ...unread.map((path) => ({ path, types: [] }))]
}

/** Types that samples call by the names of JavaScript. */
const SAMPLED_AS: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int: 'number',
  long: 'number',
  double: 'number',
  decimal: 'number',
}

type Read = Omit<ValidatorSchema, 'refuses'>

function readValidator(validator: Doc): Read {
  return together(
    Object.entries(validator).map(([key, value]): Read => {
      if (key === '$jsonSchema' && isDoc(value)) return readSchema('', value)
      if (key === '$and') return together(docsIn(value).map(readValidator))
      return unreadOnly(fieldsOf({ [key]: value }))
    }),
  )
}

/** Several that have to be met all. */
function together(parts: readonly Read[]): Read {
  return {
    fields: parts.flatMap(({ fields }) => fields),
    unread: [...new Set(parts.flatMap(({ unread }) => unread))].sort(),
  }
}

function unreadOnly(unread: readonly string[]): Read {
  return { fields: [], unread }
}

/** Fields that a query mentions. */
function fieldsOf(query: unknown): readonly string[] {
  if (typeof query === 'string') return /^\$(?!\$)./.test(query) ? [query.slice(1)] : []
  if (Array.isArray(query)) return query.flatMap(fieldsOf)
  if (!isDoc(query)) return []
  return Object.entries(query).flatMap(([key, value]): readonly string[] => {
    if (key === '$jsonSchema' && isDoc(value)) return mentionedIn('', value)
    return key.startsWith('$') ? fieldsOf(value) : [key]
  })
}

/** What a schema says of the value at `path`, and of everything below it. */
function readSchema(path: string, schema: Doc, required = false): Read {
  const properties = isDoc(schema['properties']) ? schema['properties'] : {}
  const wanted = new Set(Array.isArray(schema['required']) ? schema['required'].map(String) : [])
  const { items, enum: values } = schema
  const field: ValidatedField = {
    ...{ path, required, values: Array.isArray(values) ? values : null },
    types: typesOf(schema['bsonType'] ?? schema['type']) ?? eitherType(schema['anyOf']),
    more: [...new Set(Object.keys(schema).flatMap((keyword) => MORE[keyword] ?? []))].sort(),
    closed: schema['additionalProperties'] === false && schema['patternProperties'] === undefined,
  }
  const below = [...new Set([...Object.keys(properties), ...wanted])].map((name) => {
    const inner = properties[name]
    return readSchema(join(path, name), isDoc(inner) ? inner : {}, wanted.has(name))
  })
  // Of elements, what they hold: a write of the whole array says nothing of them.
  const elements = isDoc(items) ? readSchema(path, items) : unreadOnly([])
  const alternatives =
    eitherType(schema['anyOf']) === null ? ['anyOf', 'oneOf', 'not'] : ['oneOf', 'not']
  return together([
    { fields: [field], unread: [] },
    ...below,
    { ...elements, fields: elements.fields.filter((one) => one.path !== path) },
    ...docsIn(schema['allOf']).map((one) => readSchema(path, one)),
    ...alternatives.flatMap((keyword) =>
      docsIn(schema[keyword]).map((one) => unreadOnly(mentionedIn(path, one))),
    ),
    unreadOnly(dependenciesIn(path, schema['dependencies'])),
  ])
}

/** Fields of which a part of a schema says something that holds only with other parts. */
function mentionedIn(path: string, schema: Doc): readonly string[] {
  const { fields, unread } = readSchema(path, schema)
  const mentioned = fields.filter(
    (field) =>
      field.path !== path || field.types !== null || field.values !== null || field.more.length > 0,
  )
  return [...mentioned.map((field) => field.path), ...unread].filter((one) => one !== '')
}

function dependenciesIn(path: string, dependencies: unknown): readonly string[] {
  if (!isDoc(dependencies)) return []
  return Object.entries(dependencies).flatMap(([name, others]) => [
    join(path, name),
    ...(Array.isArray(others) ? others.map((other) => join(path, String(other))) : []),
  ])
}

/** The types of which `anyOf` asks for one and for nothing else; `null` where it asks for more. */
function eitherType(parts: unknown): readonly string[] | null {
  const read = docsIn(parts).map((part) => {
    const [only, more] = Object.keys(part)
    return more === undefined && (only === 'bsonType' || only === 'type')
      ? typesOf(part[only])
      : null
  })
  if (read.length === 0 || read.includes(null)) return null
  return [...new Set(read.flatMap((types) => types ?? []))].sort()
}

/** `null`: any. The names of JSON Schema mean those of BSON. */
function typesOf(named: unknown): readonly string[] | null {
  if (named === undefined) return null
  const names = [named].flat().map(String)
  return [...new Set(names.flatMap((name) => ALIASES[name] ?? name))].sort()
}

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  boolean: ['bool'],
  number: ['int', 'long', 'double', 'decimal'],
  binData: ['binData', 'uuid'],
}

/** Keywords that are not read, and the types of values that they speak of. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  encrypt: ['any'],
  pattern: ['string'],
  minLength: ['string'],
  maxLength: ['string'],
  minimum: ['double', 'int'],
  maximum: ['double', 'int'],
  exclusiveMinimum: ['double', 'int'],
  exclusiveMaximum: ['double', 'int'],
  multipleOf: ['double', 'int'],
  minItems: ['array'],
  minProperties: ['object'],
  patternProperties: ['object'],
}

/** One document, or those of a list. */
function docsIn(value: unknown): readonly Doc[] {
  return [value].flat().filter(isDoc)
}

function isDoc(value: unknown): value is Doc {
  return typeName(value) === 'object'
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
