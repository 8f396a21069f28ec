/**
 * What is left of a user, step by step.
 *
 * @module
 */
import type { Program, Step } from '../../program/program.ts'
import { canBeAsked } from '../../program/selectors.ts'
import { leavesNoMatch } from '../../program/steps.ts'
import { ask, askEach, type Inquiry, together } from '../../store/inquiry.ts'
import type { InspectedUser, Inspection, Tombstone } from '../../store/inspection.ts'
import type { HostQuestion, OfUsers } from '../../store/questions.ts'
import type { UserRow } from '../../store/slice.ts'
import { findShared } from './sharing.ts'
import { findDeletions } from './user-rows.ts'

export function* inspectUser(program: Program, subject: InspectedUser): Inquiry<Inspection> {
  const { tenantId, fields, derived } = subject
  const [{ shared: all }, seen] = yield* together(
    findShared({ program, tenantId }, [{ fields }], false),
    findUser(program, subject),
  )
  const shared = all[0] ?? []
  const of: OfUsers = { program, tenantId, users: [{ fields, shared }], derived: [derived] }
  const steps = positionsOf(program, (step) => step.ways.length > 0 && canBeAsked(step, fields))
  const count = (which: HostQuestion<'counts'>['of'], some = steps): HostQuestion<'counts'> => ({
    ...{ kind: 'counts', ...of, of: which, steps: some },
  })
  const keeping = positionsOf(program, (step) => !leavesNoMatch(step))
  const kept = steps.filter((index) => keeping.includes(index))
  const { hurdles = [] } = program
  const mayBeUnread = hurdles.some(({ kind }) => kind === 'unread')
  const [[matched], [lacking], sharedRows, standing] = yield* together(
    ask(count('all')),
    ask(count('lacking', kept)),
    askEach(shared.length === 0 ? [] : [{ kind: 'counts', ...of, of: 'shared' } as const]),
    askEach(mayBeUnread ? [{ kind: 'hurdles', ...of } as const] : []),
  )
  const rows = (counts: readonly (readonly number[])[], index: number): number =>
    counts[0]?.[index] ?? 0
  const unread = hurdles.flatMap((hurdle, index) =>
    hurdle.kind === 'unread' && (standing[0]?.[0]?.[index] ?? 0) > 0 ? [hurdle.step] : [],
  )
  const asked = new Set(steps.filter((index) => !unread.includes(index)))
  const pending = (index: number): number =>
    rows(keeping.includes(index) ? lacking : matched, index)
  return {
    ...seen,
    matched: program.steps.map((_, index) => (asked.has(index) ? rows(matched, index) : null)),
    pending: program.steps.map((_, index) => (asked.has(index) ? pending(index) : null)),
    ...(sharedRows[0]?.[0] === undefined ? {} : { shared: sharedRows[0][0] }),
  }
}

function positionsOf({ steps }: Program, isMeant: (step: Step) => boolean): readonly number[] {
  return steps.flatMap((step, index) => (isMeant(step) ? [index] : []))
}

/** The user row, or what a deletion has left of it. */
function* findUser(
  program: Program,
  { tenantId, target, derived }: InspectedUser,
): Inquiry<{ readonly user: UserRow | null; readonly tombstone: Tombstone | null }> {
  const { user } = program
  const { id } = target
  if (user.rowless) return { user: { [user.id]: id }, tombstone: null }
  const [[[row = null]], deletions] = yield* together(
    ask({ kind: 'user_rows', program, tenantId, ids: [id] }),
    findDeletions(program, { tenantId, users: [target] }),
  )
  if (row === null || deletions.length === 0) return { user: row, tombstone: null }
  const users = [{ fields: { id } }]
  const [[isBlank = false]] = yield* ask({
    ...{ kind: 'blank_rows', program, tenantId, users, derived: [derived] },
  })
  return { user: null, tombstone: { row, isBlank } }
}
