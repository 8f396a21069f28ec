/**
 * What a deletion would find: the users, their rows by step, and what stands in the way.
 *
 * @module
 */
import type { Program } from '../../program/program.ts'
import type { NamedUser } from '../../program/shared-values.ts'
import { keepsItsRows } from '../../program/steps.ts'
import type { Cursor } from '../../store/chunk.ts'
import {
  type Answer,
  ask,
  askEach,
  type Inquiry,
  type RecordQuestion,
  together,
} from '../../store/inquiry.ts'
import { holdsInOrder, holdsOf, jobsInOrder, jobsOf } from '../../store/own-records.ts'
import type { HostQuestion, OfUsers } from '../../store/questions.ts'
import type { GroupMember, Survey, Targets } from '../../store/slice.ts'
import { markShared } from './sharing.ts'
import { findFields } from './user-rows.ts'

export interface SurveyOptions {
  /** Checks that only warn are for plans; a deletion leaves them out. Default `'blocking'`. */
  readonly checks?: 'all' | 'blocking'
  /** Where chunks of the one user have ended, by step; `null` where none has run. */
  readonly cursors?: readonly (Cursor | null)[] | null
}

/** What a deletion of these users would find. */
export function* surveyUsers(
  program: Program,
  targets: Targets,
  options: SurveyOptions = {},
): Inquiry<Survey> {
  return (yield* surveyWith(program, targets, options)).survey
}

/** The same, with the answers to further questions that need no trip of their own. */
export function* surveyWith(
  program: Program,
  targets: Targets,
  { checks = 'blocking', cursors = null }: SurveyOptions,
  further: readonly RecordQuestion[] = [],
): Inquiry<{ readonly survey: Survey; readonly answers: readonly Answer[] }> {
  const { tenantId } = targets
  const fields = yield* findFields(program, targets)
  const places = [...fields.keys()].filter((place) => fields[place] !== null)
  const named = places.map((place): NamedUser => ({ fields: fields[place] ?? {} }))
  const { users, groups } = yield* markShared({ program, tenantId }, named)
  const of: OfUsers = { program, tenantId, users }
  const ids = targets.users.map(({ id }) => id)
  const own = { userTable: program.user.table, tenantId, ids }
  const [[jobs, holds], answers, found] = yield* together(
    ask(jobsOf(own), holdsOf(own)),
    askEach(further),
    users.length === 0 ? nothing(of) : askHost(of, checks, cursors),
  )
  const inPlace = <T, E>(values: readonly T[], none: E): (T | E)[] => {
    const all = new Array<T | E>(ids.length).fill(none)
    for (const [index, value] of values.entries()) all[places[index] ?? index] = value
    return all
  }
  const placeOf = (user: number): number => places[user] ?? user
  return {
    answers,
    survey: {
      users: inPlace(users, null),
      counts: inPlace(found.counts, NONE),
      bereft: found.bereft.map((members) =>
        members.map(({ user, group }) => ({ user: placeOf(user), group })),
      ),
      ...(found.hurdles.length === 0 ? {} : { hurdles: inPlace(found.hurdles, NONE) }),
      ...(groups.length === 0 ? {} : { sharers: groups.map((group) => group.map(placeOf)) }),
      jobs: jobsInOrder(ids, jobs),
      holds: holdsInOrder(ids, holds),
    },
  }
}

const NONE: readonly number[] = []

interface Found extends Pick<Survey, 'counts' | 'bereft'> {
  readonly hurdles: NonNullable<Survey['hurdles']>
}

/** All that rows tell, in one trip. */
function* askHost(
  of: OfUsers,
  checks: NonNullable<SurveyOptions['checks']>,
  cursors: readonly (Cursor | null)[] | null,
): Inquiry<Found> {
  const { program } = of
  const asked = [...program.checks.keys()].filter(
    (check) => checks === 'all' || program.checks[check]?.effect !== 'warn',
  )
  const [[counts], hurdles, members] = yield* together(
    ask({ kind: 'counts', ...of, of: 'all', ...whichRows(program, cursors) }),
    askEach((program.hurdles ?? []).length === 0 ? [] : [{ kind: 'hurdles', ...of } as const]),
    askEach(asked.map((check): HostQuestion<'bereft'> => ({ kind: 'bereft', ...of, check }))),
  )
  const byCheck = new Map(asked.map((check, place) => [check, members[place] ?? []]))
  return {
    counts,
    hurdles: hurdles[0] ?? [],
    bereft: program.checks.map((_, check): readonly GroupMember[] => byCheck.get(check) ?? []),
  }
}

function* nothing({ program }: OfUsers): Inquiry<Found> {
  return { counts: [], hurdles: [], bereft: program.checks.map(() => []) }
}

/**
 * What is still to be written once chunks have run: of steps that keep their rows only what is behind the cursor.
 * Exceptions of a step may be overwritten by now, so there its chunks have had the last word.
 */
function whichRows(
  { steps }: Program,
  cursors: readonly (Cursor | null)[] | null,
): Pick<HostQuestion<'counts'>, 'steps' | 'behind'> {
  if (cursors === null) return {}
  return {
    steps: [...steps.keys()].filter((index) => steps[index]?.except.length === 0),
    behind: steps.map((step, index) => (keepsItsRows(step) ? (cursors[index] ?? null) : null)),
  }
}
