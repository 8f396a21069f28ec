/**
 * How the user collection and the ledger spell the ids and tenants that a call has passed.
 *
 * @module
 */

import { isOfBothTypes, isSameType } from '../../../src/program/matching.ts'
import type { Program, UserId, UserTable } from '../../../src/program/program.ts'
import type {
  FoundSpellings,
  Spelling,
  SpellingQuery,
  TenantQuery,
} from '../../../src/store/spelling.ts'
import type { Doc, MongoDb } from '../server/driver.ts'
import { LEDGER } from '../server/engine-collections.ts'
import { valueAt } from '../server/paths.ts'
import type { FindOptions, Reader } from '../server/scope.ts'
import { engineId, storedId } from '../server/values.ts'

type Users = Pick<Program, 'user'>

/**
 * Compares byte by byte, for all users at once. If the collection has a collation of its own, the users not found so
 * are looked up one by one: only the server knows which texts are equal by its collation.
 */
export async function findSpellings(
  db: MongoDb,
  reader: Reader,
  { user }: Users,
  query: SpellingQuery,
): Promise<FoundSpellings> {
  const { users, loose } = query
  const collation = loose.id === null && loose.tenant === null ? null : await own(db, user.table)
  const exact = await exactly(reader, user, query)
  const found: { rows: readonly Spelling[]; deleted: readonly Spelling[] }[] = []
  for (const [place, forms] of users.entries()) {
    const here = exact[place] ?? { rows: [], deleted: [] }
    const isKnown = [...here.rows, ...here.deleted].some((one) => isOf(forms, one))
    found.push(
      collation === null || isKnown ? here : await alike(reader, user, query, forms, collation),
    )
  }
  return { users: found, types: isOfBothTypes(users) ? await typesOf(reader, user) : [] }
}

function isOf([passed]: readonly UserId[], { id }: Spelling): boolean {
  return passed !== undefined && isSameType(id, passed)
}

/** The default collation of a collection. */
async function own(db: MongoDb, name: string): Promise<Doc | null> {
  const [collection] = await db.listCollections({ name }).toArray()
  const { collation } = (collection?.['options'] ?? {}) as Doc
  return typeof collation === 'object' ? (collation as Doc | null) : null
}

async function exactly(
  reader: Reader,
  user: UserTable,
  { tenantId, users, subjectOf }: SpellingQuery,
): Promise<readonly { readonly rows: Spelling[]; readonly deleted: Spelling[] }[]> {
  const found = users.map(() => ({ rows: [] as Spelling[], deleted: [] as Spelling[] }))
  const ids = users.flat()
  const places = new Map<UserId, number[]>()
  for (const [place, forms] of users.entries()) {
    for (const form of forms) places.set(form, [...(places.get(form) ?? []), place])
  }
  const ofTenant = user.tenant === null ? {} : { [user.tenant]: tenantId }
  const held = ids.map((id) => storedId(reader.types, user.idType, id, null))
  const rows = await reader.find(
    user.table,
    { [user.id]: { $in: held }, ...ofTenant },
    { projection: { _id: 0, [user.id]: 1 } },
  )
  for (const row of rows) {
    const id = engineId(valueAt(row, user.id))
    if (id === null) continue
    for (const place of places.get(id) ?? []) found[place]?.rows.push({ id, tenantId })
  }
  const subjects = new Map(ids.map((id) => [subjectOf(id), id]))
  const filter = {
    ...{ userTable: user.table, tenantId, kind: 'user.deleted' },
    subject: { $in: [...subjects.keys()] },
  }
  const entries = await reader.find(LEDGER, filter, { projection: { subject: 1 }, sort: NEWEST })
  for (const entry of entries) {
    const id = subjects.get(engineId(entry['subject']) ?? '')
    if (id === undefined) continue
    for (const place of places.get(id) ?? []) {
      const own = found[place]?.deleted
      if (own?.some((one) => one.id === id) === false) own.push({ id, tenantId })
    }
  }
  return found
}

const NEWEST = { _id: -1 }

/** What the collection's own collation takes for the id and the tenant. */
async function alike(
  reader: Reader,
  user: UserTable,
  { tenantId }: SpellingQuery,
  forms: readonly UserId[],
  collation: Doc,
): Promise<{ readonly rows: readonly Spelling[]; readonly deleted: readonly Spelling[] }> {
  const ids = forms.map((id) => storedId(reader.types, user.idType, id, null))
  const ofTenant = user.tenant === null ? {} : { [user.tenant]: tenantId }
  const options: FindOptions = { collation, limit: MOST_ALIKE }
  const rows = await reader.find(user.table, { [user.id]: { $in: ids }, ...ofTenant }, options)
  const entries = await reader.find(
    LEDGER,
    { userTable: user.table, subject: { $in: [...forms] }, tenantId, kind: 'user.deleted' },
    { ...options, projection: { subject: 1, tenantId: 1 }, sort: NEWEST },
  )
  return {
    rows: rows.flatMap((row): Spelling[] => {
      const id = engineId(valueAt(row, user.id))
      const tenant = user.tenant === null ? null : textOrNull(valueAt(row, user.tenant))
      return id === null ? [] : [{ id, tenantId: tenant }]
    }),
    deleted: entries.flatMap((entry): Spelling[] => {
      const id = engineId(entry['subject'])
      return id === null ? [] : [{ id, tenantId: textOrNull(entry['tenantId']) }]
    }),
  }
}

/** More than one are too many to tell whose id it is. */
const MOST_ALIKE = 10

/** An index on the id answers each with its first entry. */
async function typesOf(reader: Reader, user: UserTable): Promise<FoundSpellings['types']> {
  const types: ('integer' | 'text')[] = []
  for (const [type, bson] of [
    ['integer', 'number'],
    ['text', 'string'],
  ] as const) {
    const filter = { [user.id]: { $type: bson } }
    const found = await reader.find(user.table, filter, { limit: 1, projection: { [user.id]: 1 } })
    if (found.length > 0) types.push(type)
  }
  return types
}

export async function findTenant(
  db: MongoDb,
  reader: Reader,
  { user }: Users,
  { tenantId, loose }: TenantQuery,
): Promise<string | null> {
  const { tenant } = user
  const collation = tenant === null || loose.tenant === null ? null : await own(db, user.table)
  if (tenant === null || collation === null) return null
  const projection = { _id: 0, [tenant]: 1 }
  const one: FindOptions = { limit: 1, projection }
  const filter = { [tenant]: tenantId }
  const [exact] = await reader.find(user.table, filter, one)
  if (exact !== undefined) return tenantId
  const [row] = await reader.find(user.table, filter, { ...one, collation })
  if (row !== undefined) return textOrNull(valueAt(row, tenant))
  const [entry] = await reader.find(
    LEDGER,
    { userTable: user.table, tenantId },
    { limit: 1, collation },
  )
  return entry === undefined ? null : textOrNull(entry['tenantId'])
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
