/**
 * Values that several users hold: the rows found by such a value belong to no user alone.
 *
 * @module
 */
import { type NamedUser, shareOut, valuesToShare } from '../../program/shared-values.ts'
import { ask, askEach, type Inquiry } from '../../store/inquiry.ts'
import type { HostQuestion, OfTenant } from '../../store/questions.ts'
import type { FoundUser } from '../../store/slice.ts'

/**
 * By user; `groups` by positions of those given, who share a value with nobody but each other. `haveRows`: whether the
 * users have rows that hold their values.
 */
export function* findShared(
  of: OfTenant,
  users: readonly Pick<NamedUser, 'fields'>[],
  haveRows: boolean,
): Inquiry<ReturnType<typeof shareOut>> {
  const values = of.program.user.rowless || users.length === 0 ? [] : valuesToShare(of.program)
  const held = yield* askEach(
    values.map(
      (value): HostQuestion<'holders'> => ({ kind: 'holders', ...of, value, users, haveRows }),
    ),
  )
  const outside = new Map(values.map((value, place) => [value, held[place]]))
  return shareOut(users, values, (value, text) => outside.get(value)?.has(text) === true)
}

/** Users who have rows, with what they share, and the rows that stay because of it. */
export function* markShared(
  of: OfTenant,
  users: readonly NamedUser[],
): Inquiry<{
  readonly users: readonly FoundUser[]
  readonly groups: readonly (readonly number[])[]
}> {
  const { shared, groups } = yield* findShared(of, users, true)
  const places = [...shared.keys()].filter((place) => (shared[place] ?? []).length > 0)
  if (places.length === 0) return { users, groups }
  const sharing = places.map((place) => ({
    fields: users[place]?.fields ?? {},
    shared: shared[place] ?? [],
  }))
  const [counts] = yield* ask({ kind: 'counts', ...of, users: sharing, of: 'shared' })
  const marked: FoundUser[] = [...users]
  for (const [index, user] of sharing.entries()) {
    marked[places[index] ?? index] = { ...user, sharedRows: counts[index] ?? [] }
  }
  return { users: marked, groups }
}
