/**
 * One user, one id, one tenant: turns the id and tenant of a call into the ones that the user row holds, before
 * anything else sees them.
 *
 * Nearly always the columns' types are enough. If not, the store is asked, once for all users of a slice.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { isSameType } from '../../program/matching.ts'
import type { UserId } from '../../program/program.ts'
import {
  formsOf,
  type HeldColumn,
  type HeldColumns,
  heldId,
  heldTenant,
  inWords,
  needsAsking,
  tellWhoIsMeant,
} from '../../program/stored-id.ts'
import { answerOf } from '../../store/inquiry.ts'
import type { Target } from '../../store/slice.ts'
import type { FoundSpellings, Spelling } from '../../store/spelling.ts'
import { invalidArgument, invalidId, userIdOf } from './arguments.ts'
import type { DeletionRequest, ExecutionContext } from './context.ts'

/** What it takes to tell whom a call means. */
export type Identifying = Pick<ExecutionContext, 'store' | 'columns' | 'subjectOf'> & {
  readonly program: Pick<ExecutionContext['program'], 'user'>
}

/** A user as they are stored, or why the id names none of them. */
export type Identified = Spelling | UserDeletionError

/**
 * One user of a call, and the request in their own tenant.
 *
 * @throws {@link UserDeletionError} `invalid_id` for an id that no row can hold, or that does not tell whose it is.
 */
export async function identifyUser<R extends Pick<DeletionRequest, 'tenantId'>>(
  context: Identifying,
  given: UserId,
  request: R,
): Promise<{ readonly id: UserId; readonly request: R }> {
  const own = inTenant(context, request)
  const id = userIdOf(given, context.columns.id)
  const found = (await identifyUsers(context, own.tenantId, [id])).get(id)
  if (found instanceof UserDeletionError) throw found
  if (found === undefined) return { id, request: own }
  return { id: found.id, request: { ...own, tenantId: found.tenantId } }
}

/**
 * Those of the users, by their ids, whom the columns' types alone do not tell. Ids and tenant are as the columns may
 * hold them; a user who is missing in the answer is meant as they stand there.
 */
export async function identifyUsers(
  context: Identifying,
  tenantId: string | null,
  ids: readonly UserId[],
): Promise<ReadonlyMap<UserId, Identified>> {
  const { store, program, columns, subjectOf } = context
  const known = new Map<UserId, Identified>()
  if (tellWhoIsMeant(columns)) return known
  const asked = ids.filter((id) => needsAsking(id, columns))
  if (asked.length === 0) return known
  const users = asked.map((id) => formsOf(id, columns.id))
  const query = { tenantId, users, loose: looseOf(columns), subjectOf }
  const found = await answerOf(store, { kind: 'spellings', program, query })
  if (found === null) return known
  for (const [place, id] of asked.entries()) {
    known.set(id, whoIsMeant({ id, tenantId }, found, place, columns.id))
  }
  return known
}

/** Users of a call whose rows name one tenant. */
export interface TenantGroup {
  readonly tenantId: string | null
  readonly ids: readonly UserId[]
  /** Where in the list of the call the id at a position stood. */
  placeOf(position: number): number
}

/**
 * Users of a call by the tenant that their rows name, which is nearly always the one of the call; whose id tells
 * nobody is handed to `refuse`.
 */
export async function groupByTenant(
  context: Identifying,
  tenantId: string | null,
  ids: readonly UserId[],
  refuse: (place: number, error: UserDeletionError) => void,
): Promise<readonly TenantGroup[]> {
  const known = await identifyUsers(context, tenantId, ids)
  if (known.size === 0) return [{ tenantId, ids, placeOf: (position) => position }]
  const groups = new Map<string | null, { readonly ids: UserId[]; readonly places: number[] }>()
  for (const [place, passed] of ids.entries()) {
    const meant = known.get(passed) ?? { tenantId, id: passed }
    if (meant instanceof UserDeletionError) {
      refuse(place, meant)
      continue
    }
    const group = groups.get(meant.tenantId) ?? { ids: [], places: [] }
    group.ids.push(meant.id)
    group.places.push(place)
    groups.set(meant.tenantId, group)
  }
  return [...groups].map(([tenant, group]) => ({
    tenantId: tenant,
    ids: group.ids,
    placeOf: (position) => group.places[position] ?? 0,
  }))
}

/** The request in the tenant as its column may hold it. @throws {@link UserDeletionError} `invalid_argument`. */
export function inTenant<R extends Pick<DeletionRequest, 'tenantId'>>(
  { columns: { tenant } }: Pick<Identifying, 'columns'>,
  request: R,
): R {
  const { tenantId } = request
  if (tenantId === null || tenant === null) return request
  const held = heldTenant(tenantId, tenant)
  if (held === tenantId) return request
  if (held !== null) return { ...request, tenantId: held }
  throw invalidArgument('tenantId', `\`tenantId\` is not ${inWords(tenant)}.`)
}

/** The tenant as users, or the tenant's own row, spell it; as it was passed where nobody does. */
export async function identifyTenant(
  context: ExecutionContext,
  request: { readonly tenantId: string },
): Promise<string> {
  const { tenantId } = inTenant(context, request)
  const { store, program, columns, ofTenant } = context
  const isOne = columns.tenant === null || columns.tenant.collation === null
  const ofUsers = isOne
    ? null
    : await answerOf(store, {
        ...{ kind: 'tenant_spelling', program },
        query: { tenantId, loose: looseOf(columns) },
      })
  if (ofUsers !== null || ofTenant === null || ofTenant.program.user.rowless) {
    return ofUsers ?? tenantId
  }
  const { id } = tenantTarget(ofTenant, tenantId)
  const own = (await identifyUsers(ofTenant, tenantId, [id])).get(id)
  return own === undefined || own instanceof UserDeletionError ? tenantId : own.id.toString()
}

/** A tenant as the user of the program for the tenant's own rows. */
export function tenantTarget({ columns }: ExecutionContext, tenantId: string): Target {
  const id = heldId(tenantId, columns.id) ?? tenantId
  return { id, subject: id }
}

function looseOf({ id, tenant }: HeldColumns): {
  readonly id: string | null
  readonly tenant: string | null
} {
  return { id: id.collation, tenant: tenant?.collation ?? null }
}

/**
 * A row comes before a deletion, and what was passed before another spelling of it. An id of another type is taken
 * where the user table holds that type alone: where it holds both, somebody else may have it.
 */
function whoIsMeant(
  passed: Spelling,
  { users, types }: FoundSpellings,
  place: number,
  column: HeldColumn,
): Identified {
  const { rows = [], deleted = [] } = users[place] ?? {}
  const isAlike = ({ id }: Spelling): boolean => isSameType(id, passed.id)
  const own = rows.filter(isAlike)
  if (own.length > 0) return exactOf(passed, own) ?? onlyOf(own) ?? ambiguous(column)
  const gone = deleted.filter(isAlike)
  const [last] = gone
  if (last !== undefined) return exactOf(passed, gone) ?? last
  const [other] = [...rows, ...deleted]
  if (other === undefined) return passed
  const type = typeof passed.id === 'string' ? 'text' : 'integer'
  if (!types.includes(type)) return other
  const wanted = type === 'text' ? 'an integer' : 'a text'
  return invalidId(`${wanted}, as the user table holds this one`, column)
}

function exactOf({ id, tenantId }: Spelling, among: readonly Spelling[]): Spelling | undefined {
  const sameId = among.filter((one) => one.id === id)
  return sameId.find((one) => one.tenantId === tenantId) ?? onlyOf(sameId)
}

function onlyOf(among: readonly Spelling[]): Spelling | undefined {
  return among.length === 1 ? among[0] : undefined
}

function ambiguous(column: HeldColumn): UserDeletionError {
  return invalidId(
    'spelled as the user table holds it, and in other spellings it is of several users',
    column,
  )
}
