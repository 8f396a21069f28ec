/**
 * How the user table and the ledger spell the ids and tenants that a call has passed.
 *
 * @module
 */

import { foldedBy, isOfBothTypes, isSameType } from '../../../src/program/matching.ts'
import type { Program, UserId } from '../../../src/program/program.ts'
import type {
  FoundSpellings,
  Spelling,
  SpellingQuery,
  TenantQuery,
} from '../../../src/store/spelling.ts'
import { type Flow, readRows, type SqlScene } from '../flow.ts'
import { jsonText } from '../json-text.ts'
import { idValue } from '../own-tables/record-values.ts'
import {
  deletedAlikeSql,
  deletedAsSql,
  spelledRowsSql,
  tenantSpellingsSql,
} from '../spelling-sql.ts'

type Users = Pick<Program, 'user'>

export function* findSpellings(
  scene: SqlScene,
  program: Users,
  query: SpellingQuery,
): Flow<FoundSpellings> {
  // The ledger is asked without it too: what is proven stays so.
  const isThere = yield* scene.answers.hasTable(program.user.table)
  const rows = byUser(query, isThere ? yield* rowsOf(scene, program, query, query.users) : [])
  const absent = query.users.map((forms, place) => (hasRow(forms, rows[place]) ? [] : forms))
  const named = byUser(query, yield* deletedAs(scene, program, query, absent))
  const strange = absent.map((forms, place) => (named[place]?.length === 0 ? forms : []))
  const alike = byUser(query, yield* deletedAlike(scene, program, query, strange))
  const { table, id } = program.user
  return {
    users: rows.map((found, place) => ({
      rows: found,
      deleted: [...(named[place] ?? []), ...(alike[place] ?? [])],
    })),
    types: isThere && isOfBothTypes(query.users) ? yield* scene.answers.idTypes(table, id) : [],
  }
}

/** Whether some row has an id of the type that was passed. */
function hasRow([passed]: readonly UserId[], rows: readonly Spelling[] = []): boolean {
  return passed !== undefined && rows.some(({ id }) => isSameType(id, passed))
}

/** A spelling, and whose it is by its place in the list. */
type Placed = readonly [place: number, spelling: Spelling]

function byUser({ users }: SpellingQuery, found: readonly Placed[]): readonly Spelling[][] {
  const spellings: Spelling[][] = users.map(() => [])
  for (const [place, spelling] of found) {
    const own = spellings[place]
    const isKnown = own?.some(
      ({ tenantId, id }) => tenantId === spelling.tenantId && id === spelling.id,
    )
    if (isKnown === false) own?.push(spelling)
  }
  return spellings
}

/** Each form beside the place of its user, as JSON. */
function placedForms(users: readonly (readonly UserId[])[]): {
  readonly forms: string
  readonly places: readonly number[]
} {
  const places = users.flatMap((forms, place) => forms.map(() => place))
  return { forms: jsonText(users.flat()), places }
}

/** Rows whose columns say themselves that they hold the id and the tenant. */
function* rowsOf(
  scene: SqlScene,
  { user }: Users,
  { tenantId }: SpellingQuery,
  users: readonly (readonly UserId[])[],
): Flow<readonly Placed[]> {
  const { forms, places } = placedForms(users)
  const parameters = user.tenant === null ? { forms } : { forms, tenantId }
  return (yield* readRows(
    spelledRowsSql(scene.dialect, scene.answers.typed(user)),
    parameters,
  )).map(([key, held, ownTenant]) => [
    places[Number(key)] ?? 0,
    { id: held as UserId, tenantId: textOrNull(ownTenant) },
  ])
}

/** Deletions under the very id, or its hash, of a tenant that may be spelled in another way. */
function* deletedAs(
  scene: SqlScene,
  { user }: Users,
  { tenantId, loose, subjectOf }: SpellingQuery,
  users: readonly (readonly UserId[])[],
): Flow<readonly Placed[]> {
  const { places } = placedForms(users)
  if (places.length === 0) return []
  const ids = users.flat()
  const sql = deletedAsSql(scene, loose)
  return (yield* readRows(sql, {
    subjects: jsonText(ids.map((id) => idValue(scene.dialect.layout, subjectOf(id)))),
    tenantId,
    userTable: user.table,
  })).flatMap(([key, tenant]): readonly Placed[] => {
    const id = ids[Number(key)]
    if (id === undefined) return []
    return [[places[Number(key)] ?? 0, { id, tenantId: textOrNull(tenant) }]]
  })
}

/**
 * Deletions under another spelling of the id, which costs one pass over the index on subjects. Hashes tell nothing of
 * it, and neither does a collation that is none of SQLite's own.
 */
function* deletedAlike(
  scene: SqlScene,
  { user }: Users,
  { tenantId, loose }: SpellingQuery,
  users: readonly (readonly UserId[])[],
): Flow<readonly Placed[]> {
  const folded = foldedBy(loose.id)
  const texts = users.flat().filter((form) => typeof form === 'string')
  if (loose.id === null || folded === null || texts.length === 0) return []
  const sql = deletedAlikeSql(scene, loose, loose.id)
  const places = new Map<string, number[]>()
  for (const [place, forms] of users.entries()) {
    for (const form of forms) {
      if (typeof form !== 'string') continue
      places.set(folded(form), [...(places.get(folded(form)) ?? []), place])
    }
  }
  return (yield* readRows(sql, {
    texts: jsonText(texts),
    tenantId,
    userTable: user.table,
  })).flatMap(([subject, tenant]) => {
    const spelling = { id: subject as UserId, tenantId: textOrNull(tenant) }
    return (places.get(folded(String(subject))) ?? []).map((place): Placed => [place, spelling])
  })
}

export function* findTenant(
  scene: SqlScene,
  { user }: Users,
  { tenantId, loose }: TenantQuery,
): Flow<string | null> {
  const { tenant } = user
  if (tenant === null) return null
  const { inRows, inLedger } = tenantSpellingsSql(
    scene,
    { ...scene.answers.typed(user), tenant },
    loose,
  )
  for (const sql of [...inRows, inLedger]) {
    const own = sql === inLedger ? { tenantId, userTable: user.table } : { tenantId }
    const [row] = yield* readRows(sql, own)
    if (row !== undefined) return textOrNull(row[0])
  }
  return null
}

/** A column that holds text or nothing. */
function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
