/**
 * Do references hold ids in the type they are compared as? One of another type is never found, and nothing says so.
 *
 * @module
 */

import {
  type Reference,
  referencesOf,
  sampledAt,
  tenantPathsOf,
} from '../../../program/columns/references.ts'
import { foldedBy } from '../../../program/matching.ts'
import type { IdForm, IdType, Program, SelectorTarget } from '../../../program/program.ts'
import type { DatabaseSchema, SampledTypes, TableSchema } from '../../../program/schema.ts'
import { heldColumns } from '../../../program/stored-id.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

type Tables = ReadonlyMap<string, TableSchema>

/**
 * What declared types tell, and samples where there are some; a table without either tells nothing. `given`: types that ids
 * are passed in, where they are no user's.
 */
export function checkIdTypes(
  program: Program,
  tables: Tables,
  given?: readonly string[],
): readonly SchemaFinding[] {
  const references = referencesOf(program)
  const ids = given ?? idTypesOf(program, tables)
  return [
    ...checkBytes(program, tables),
    ...references.flatMap((reference) => checkDeclared(program, reference, tables)),
    ...references.flatMap((reference) => {
      const sampled = sampledAt(tables, reference)
      if (sampled === null || reference.target === null || isTextOfItsOwn(reference, tables))
        return []
      return reference.target.kind === 'user'
        ? checkReference(reference, sampled, wantedBy(references, reference, ids))
        : checkThrough(reference, sampled, reference.target, tables)
    }),
    ...tenantPathsOf(program).flatMap((path) => {
      const sampled = sampledAt(tables, path)
      return sampled === null
        ? []
        : checkTypes(path, sampled, tenantTypes(path, sampled, tables), TENANT_REMEDY).map(
            (finding): SchemaFinding =>
              isOneOrOther(path, tables) ? { ...finding, severity: 'error' } : finding,
          )
    }),
  ]
}

/** A column of SQL in which the id is a part of a longer text, or of JSON. */
function isTextOfItsOwn({ table, json, each, target }: Reference, tables: Tables): boolean {
  if (tables.get(table)?.columns == null) return false
  return json !== null || each || (target?.kind === 'user' && target.form !== null)
}

/** No call can name a user whose id or tenant is bytes. */
function checkBytes({ user }: Program, tables: Tables): readonly SchemaFinding[] {
  if (user.rowless) return []
  const named = [
    ['user.id', user.id],
    ...(user.tenant === null ? [] : [['user.tenant', user.tenant] as const]),
  ] as const
  return named.flatMap(([path, column]): readonly SchemaFinding[] => {
    if (storageOf(tables, user.table, column) !== 'binary') return []
    const { table } = user
    const message = `"${table}.${column}" is declared to hold bytes, and calls name users by texts and integers: nobody would be found. Keep it as text (hex, or the text of a UUID), or name a column that is.`
    return [{ code: 'id_type_mismatch', severity: 'error', table, column, path, message }]
  })
}

/**
 * Where ids are one in several spellings, a user who is gone is found in the ledger by another one only as long as it
 * names them, and where the engine knows the collation.
 */
export function checkSpellings(
  { user }: Program,
  schema: DatabaseSchema,
  hidesIds: boolean,
): readonly SchemaFinding[] {
  const { collation } = heldColumns(user, schema).id
  if (collation === null || user.rowless) return []
  const { table, id: column } = user
  const own = schema.tables.find(({ name }) => name === table)
  const isKnown = own?.collation !== undefined || foldedBy(collation) !== null
  if (isKnown && !hidesIds) return []
  const cause = hidesIds ? 'receipts hide ids under `keys.subject`' : 'only the database knows it'
  const message = `"${table}.${column}" compares by the collation ${collation}, and ${cause}: once a user is gone, \`isDeleted\` and the second deletion know them by the stored spelling alone. Always pass that one, or let the column compare byte by byte.`
  const where = { table, column, path: 'user.id' } as const
  return [{ code: 'loose_ids', severity: 'warning', ...where, message }]
}

/** How a column's declared type keeps what is put into it. */
export type Storage = 'text' | 'number' | 'binary'

/**
 * Text compared with a column of numbers is read as a number, so that it is found all the same. A number is not
 * found among texts, and bytes are found by nothing else.
 */
function checkDeclared(
  { user }: Program,
  { table, path, place, target, json, each }: Reference,
  tables: Tables,
): readonly SchemaFinding[] {
  if (target === null || json !== null || each) return []
  const own = storageOf(tables, table, path)
  const compared: readonly (readonly [string, string])[] =
    target.kind === 'rows'
      ? target.parents.map((parent) => [parent.table, target.key])
      : target.form === null
        ? [[user.table, user.fields[target.field] ?? user.id]]
        : []
  return compared.flatMap(([other, key]): readonly SchemaFinding[] => {
    const theirs = storageOf(tables, other, key)
    if (own === null || theirs === null || own === theirs) return []
    const isLost =
      own === 'binary' || theirs === 'binary' || (own === 'text' && target.kind === 'user')
    const what = `"${table}.${path}" is declared to hold ${own}, and "${other}.${key}" ${theirs}`
    const remedy =
      own === 'text' && target.kind === 'user'
        ? "Say `form: 'string'` in the match, or bring both columns into one type."
        : 'Bring both columns into one type.'
    const effect = isLost
      ? 'nothing would be found'
      : 'ids that are the same number in two spellings are taken for one'
    return [
      {
        ...{ code: 'id_type_mismatch', severity: isLost ? 'error' : 'warning' },
        ...{ table, column: path, path: place, message: `${what}: ${effect}. ${remedy}` },
      },
    ]
  })
}

/** `null` for a type that does not say, and for one that says text of a column that makes numbers (`STRING`). */
export function storageOf(tables: Tables, table: string, column: string): Storage | null {
  const found = tables.get(table)?.columns?.find(({ name }) => name === column)
  const type = found?.type ?? ''
  const storage = STORAGES.find(([, pattern]) => pattern.test(type))?.[0] ?? null
  return storage === 'text' && found?.makesNumbers ? null : storage
}

const STORAGES: readonly (readonly [Storage, RegExp])[] = [
  ['number', /int|serial|numeric|decimal|real|floa|doub/i],
  ['text', /char|clob|text|string/i],
  ['binary', /blob|binary|bytea/i],
]

/** A column that says nothing of types may hold tenants as integers; of users, only where none is text. */
function tenantTypes(
  { table, place }: Pick<Reference, 'table' | 'place'>,
  sampled: SampledTypes,
  tables: Tables,
): readonly string[] {
  if (tables.get(table)?.columns == null) return ['string']
  return place === 'user.tenant' && typesOf(sampled).includes('string') ? ['string'] : PLAIN
}

/** Whether users of two tenants would be taken for those of one. */
function isOneOrOther(
  { table, place }: Pick<Reference, 'table' | 'place'>,
  tables: Tables,
): boolean {
  return place === 'user.tenant' && tables.get(table)?.columns != null
}

const TYPE_NAMES = { object_id: 'objectId', uuid: 'uuid' } as const
const TENANT_REMEDY = 'The engine compares tenant ids as text: store them as text.'

/** Types of the users' ids as they are compared. */
function idTypesOf({ user }: Program, tables: Tables): readonly string[] {
  if (user.idType !== 'plain') return [TYPE_NAMES[user.idType]]
  const sampled = sampledAt(tables, { table: user.table, path: user.id, where: [] })
  const found = PLAIN.filter((type) => sampled?.types[type] !== undefined)
  return found.length === 0 ? PLAIN : found
}

const PLAIN = ['string', 'number'] as const

/** Types that some rule looks for at the same place, in the same rows or in all. */
function wantedBy(
  references: readonly Reference[],
  { table, path, where }: Reference,
  ids: readonly string[],
): readonly string[] {
  const same = references.filter(
    (other) =>
      other.table === table &&
      other.path === path &&
      (other.where.length === 0 || JSON.stringify(other.where) === JSON.stringify(where)),
  )
  return same.flatMap(({ target }) =>
    target?.kind === 'user' && target.field === 'id' ? typesOfForm(target.form, ids) : [],
  )
}

function typesOfForm(form: IdForm | null, ids: readonly string[]): readonly string[] {
  return form === null ? ids : [nameOf(form.type)]
}

function nameOf(type: IdType): string {
  return type === 'plain' ? 'string' : TYPE_NAMES[type]
}

function checkReference(
  reference: Reference,
  sampled: SampledTypes,
  wanted: readonly string[],
): readonly SchemaFinding[] {
  // Matched by another field of the user: its type is the host's own affair.
  if (reference.target?.kind !== 'user' || reference.target.field !== 'id') return []
  const remedy =
    reference.place === 'user.id'
      ? 'Say in `user.idType` what the ids are, and keep them all in one type.'
      : 'Name the type in `form` of the match, with a rule for each type that is there, or bring the values into one type.'
  return checkTypes(reference, sampled, wanted, remedy)
}

type Place = Pick<Reference, 'table' | 'path' | 'place'>

function checkTypes(
  { table, path, place }: Place,
  sampled: SampledTypes,
  wanted: readonly string[],
  remedy: string,
): readonly SchemaFinding[] {
  const held = typesOf(sampled)
  const strange = held.filter((type) => !wanted.includes(type))
  if (strange.length === 0) return []
  const where = { table, column: path, path: place } as const
  if (strange.length === held.length) {
    const message = `"${table}.${path}" holds ${inWords(sampled, held)}, but is compared with ${wanted.join(' or ')}: nothing would be found. ${remedy}`
    return [{ ...where, code: 'id_type_mismatch', severity: 'error', message }]
  }
  const message = `"${table}.${path}" mixes types: ${inWords(sampled, held)}. Compared is only ${wanted.join(' or ')}, so the rest would stay. ${remedy}`
  const severity = strange.some((type) => ID_FORMS.includes(type)) ? 'error' : 'warning'
  return [{ ...where, code: 'mixed_id_types', severity, message }]
}

/** Types in which the ids of the very same users may stand; what is none of them is likely something else. */
const ID_FORMS: readonly string[] = ['string', 'objectId', 'uuid']

/** A key and what refers to it must have a type in common. */
function checkThrough(
  { table, path, place }: Reference,
  sampled: SampledTypes,
  target: Extract<SelectorTarget, { readonly kind: 'rows' }>,
  tables: Tables,
): readonly SchemaFinding[] {
  const parents = [...new Set(target.parents.map((parent) => parent.table))]
  return parents.flatMap((parent): readonly SchemaFinding[] => {
    const key = sampledAt(tables, { table: parent, path: target.key, where: [] })
    const [own, theirs] = [typesOf(sampled), key === null ? [] : typesOf(key)]
    if (own.length === 0 || theirs.length === 0 || own.some((type) => theirs.includes(type))) {
      return []
    }
    const message = `"${table}.${path}" holds ${own.join(', ')}, but "${parent}.${target.key}" holds ${theirs.join(', ')}: nothing would be found. Bring both into one type.`
    const where = { severity: 'error', table, column: path, path: place } as const
    return [{ ...where, code: 'id_type_mismatch', message }]
  })
}

/** Types of what may be an id: nothing at all is none, and an array is what its elements are. */
function typesOf({ types }: SampledTypes): readonly string[] {
  return Object.keys(types).filter((type) => type !== 'null' && type !== 'array')
}

function inWords({ types, rows }: SampledTypes, named: readonly string[]): string {
  const parts = named.map((type) => `${type} in ${types[type]}`)
  return `${parts.join(', ')} of ${rows} sampled rows`
}
