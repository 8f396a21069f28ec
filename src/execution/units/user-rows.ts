/**
 * The user rows that are users, not tombstones.
 *
 * @module
 */
import type { Program } from '../../program/program.ts'
import { isFoundInAnyCase } from '../../program/selectors.ts'
import { type NamedUser, type SharedValue, sharedText } from '../../program/shared-values.ts'
import { ask, askEach, type Inquiry, together } from '../../store/inquiry.ts'
import { deletionsOf } from '../../store/own-records.ts'
import type { HostQuestion, OfTenant } from '../../store/questions.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { Targets, UserPage, UserQuery, UserRow } from '../../store/slice.ts'

/** The user rows in the order asked for; `null` where there is none in this tenant or only a tombstone is left. */
export function* findUsers(
  program: Program,
  targets: Targets,
): Inquiry<readonly (UserRow | null)[]> {
  const { users, tenantId } = targets
  const { user } = program
  if (user.rowless) return users.map(({ id }) => ({ [user.id]: id }))
  const ids = users.map(({ id }) => id)
  const [[rows], deletions] = yield* together(
    ask({ kind: 'user_rows', program, tenantId, ids }),
    findDeletions(program, targets),
  )
  const isGone = yield* tombstonesAmong(program, targets, deletions)
  return rows.map((row, position) => (isGone(position) ? null : row))
}

/** The fields of the same users. Of restored users a field is `null` whose value another user of the tenant holds. */
export function* findFields(
  program: Program,
  targets: Targets,
): Inquiry<readonly (NamedUser['fields'] | null)[]> {
  const { users, tenantId, restored = false } = targets
  const { user } = program
  if (user.rowless) return users.map(({ id }) => ({ id }))
  const ids = users.map(({ id }) => id)
  const [[rows], deletions] = yield* together(
    ask({ kind: 'users', program, tenantId, ids }),
    findDeletions(program, targets),
  )
  const isGone = yield* tombstonesAmong(program, targets, deletions)
  const found: (NamedUser['fields'] | null)[] = []
  for (const [position, fields] of rows.entries()) {
    if (fields === null || isGone(position)) found.push(null)
    else found.push(restored ? yield* withoutShared({ program, tenantId }, fields) : fields)
  }
  return found
}

/** Ids of the user table in ascending order, a page at a time. Rows of which only a tombstone is left are passed over. */
export function* listUsers(program: Program, query: UserQuery): Inquiry<UserPage> {
  const { tenantId, afterId: after, limit, restored = false, subjectOf } = query
  const [ids] = yield* ask({ kind: 'user_ids', program, tenantId, after, limit })
  const users = ids.map((id) => ({ id, subject: subjectOf(id) }))
  const deletions = yield* findDeletions(program, { tenantId, users })
  const isGone = yield* tombstonesAmong(program, { tenantId, users, restored }, deletions)
  return {
    ids: ids.filter((_, position) => !isGone(position)),
    next: ids.length < limit ? null : (ids.at(-1) ?? null),
  }
}

/** The newest deletion of each user, where a deletion may have left a row. */
export function* findDeletions(
  { user }: Program,
  { tenantId, users }: Pick<Targets, 'tenantId' | 'users'>,
): Inquiry<readonly LedgerEntry[]> {
  if (user.action !== 'anonymize' || users.length === 0) return []
  const subjects = users.map(({ subject }) => subject)
  return (yield* ask(deletionsOf(user.table, tenantId, subjects)))[0]
}

/** Tells by position whose row is what a deletion has left. A restored row counts unless it is blank. */
function* tombstonesAmong(
  program: Program,
  { tenantId, users, restored = false }: Targets,
  deletions: readonly LedgerEntry[],
): Inquiry<(position: number) => boolean> {
  if (deletions.length === 0) return NOBODY
  const named = new Set(deletions.map(({ subject }) => subject))
  const suspects = [...users.entries()].filter(([, { subject }]) => named.has(subject))
  const positions = new Set(suspects.map(([position]) => position))
  if (!restored) return (position) => positions.has(position)
  const [blank] = yield* ask({
    ...{ kind: 'blank_rows', program, tenantId },
    users: suspects.map(([, { id }]) => ({ fields: { id } })),
  })
  const gone = new Set([...positions].filter((_, place) => blank[place]))
  return (position) => gone.has(position)
}

const NOBODY = (): boolean => false

/** What a field matches may be another person's, who has taken its value meanwhile. */
function* withoutShared(of: OfTenant, fields: NamedUser['fields']): Inquiry<NamedUser['fields']> {
  const values = Object.keys(fields)
    .filter((field) => field !== 'id')
    .map((field): SharedValue => {
      const anyCase = typeof fields[field] === 'string' && isFoundInAnyCase(of.program, field)
      return { field, reach: 'tenant', anyCase }
    })
  const users = [{ fields }]
  const held = yield* askEach(
    values.map(
      (value): HostQuestion<'holders'> => ({
        ...{ kind: 'holders', ...of, value, users },
        haveRows: true,
      }),
    ),
  )
  const own = { ...fields }
  for (const [place, value] of values.entries()) {
    const texts = [fields[value.field]].flat().map((one) => sharedText(one, value))
    const isShared = texts.some((text) => text !== null && held[place]?.has(text))
    if (isShared) Object.assign(own, { [value.field]: null })
  }
  return own
}
