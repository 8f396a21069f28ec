/**
 * What a step reads and writes, so that the order can keep a reader ahead of a writer.
 *
 * @module
 */

import { isDeepEqual } from '../../ports.ts'
import { selectorsOfExceptions } from '../exceptions.ts'
import { once } from '../once.ts'
import type { Assignment, Exception, JsonPath, Selector, Step } from '../program.ts'
import { wayInto } from '../selectors.ts'
import { excludeEachOther } from '../side-conditions.ts'

/** A column, or a place inside a JSON column. */
export interface Place {
  readonly table: string
  readonly column: string
  readonly path: JsonPath | null
}

export function removesRows(step: Step): boolean {
  return step.action === 'delete'
}

/**
 * Places that are written when a step runs, by the database too. A step that removes rows writes none of its own:
 * a step that reads the rows is ordered by table.
 */
export const writesOf: (step: Step) => readonly Place[] = once(
  ({ table, set, alsoWrites = [] }) => [
    ...set.flatMap((assignment) => placesOf(table, assignment)),
    ...alsoWrites.map((one) => ({ ...one, path: null })),
  ],
)

/** Tables whose rows lead to the step's rows. */
export const parentTablesOf: (step: Step) => ReadonlySet<string> = once(
  (step) => new Set([...ownParentTablesOf(step), ...exceptionParents(step.except)]),
)

const exceptionParents = once(
  (except: readonly Exception[]): ReadonlySet<string> =>
    new Set(selectorsOfExceptions(except).flatMap(parentTables)),
)

/** The same, less those that only lead to what the step leaves alone. */
export function ownParentTablesOf({ ways }: Step): ReadonlySet<string> {
  return new Set(ways.flatMap(parentTables))
}

export function overlaps(a: Place, b: Place): boolean {
  if (a.table !== b.table || !mayMeet(a.column, b.column)) return false
  if (a.path === null && b.path === null) return true
  const [own, other] = [keysOf(a), keysOf(b)]
  const shorter = Math.min(own.length, other.length)
  for (let place = 0; place < shorter; place += 1) if (own[place] !== other[place]) return false
  return true
}

/** Whether one name leads to the other, or into it. */
function mayMeet(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`)
}

/**
 * Documents are named by keys joined with dots, so that one name may lead into what the other one stands for, past
 * the elements of an array too.
 */
const keysOf: (place: Place) => JsonPath = once(({ column, path }) => [
  ...column.split('.'),
  ...(path ?? []).filter((step) => step !== null),
])

/**
 * Whether a write of `writer` cannot disturb how `reader` finds its rows: both hold the user in the same
 * plain column, which has one value and so one user, and no row is one of both.
 */
export function shareLocator(reader: Step, writer: Step, place: Place): boolean {
  return (
    reader.ways.every((way) => holdsUserIn(way, place)) &&
    writer.ways.every((way) => holdsUserIn(way, place)) &&
    neverMeet(reader, writer)
  )
}

/**
 * Whether no row whose columns hold one value each is one of both: by their side conditions, or because one column
 * would have to hold two values for the user.
 */
export function neverMeet(a: Pick<Step, 'ways'>, b: Pick<Step, 'ways'>): boolean {
  return a.ways.every((own) =>
    b.ways.every(
      (other) => excludeEachOther(own.where, other.where) || holdDifferently(own, other),
    ),
  )
}

function holdDifferently(a: Selector, b: Selector): boolean {
  if (a.target.kind !== 'user' || b.target.kind !== 'user' || a.target.field !== b.target.field) {
    return false
  }
  if (wayInto(a.locator) !== null || wayInto(b.locator) !== null) return false
  if (a.locator.column !== b.locator.column) return false
  const forms = [a.target.form, b.target.form]
  if (forms.some((form) => form?.within || form?.ignoreCase)) return false
  const [own = '', other = ''] = forms.map((form) => form?.prefix ?? '')
  return !own.startsWith(other) && !other.startsWith(own)
}

function holdsUserIn(selector: Selector, place: Place): boolean {
  return (
    selector.target.kind === 'user' &&
    selector.table === place.table &&
    selector.locator.column === place.column &&
    selector.locator.path === null &&
    !selector.locator.each
  )
}

/** Places read by the step's own ways alone. */
export const ownReadsOf: (step: Step) => readonly Place[] = once(({ ways }) =>
  ways.flatMap(readsOfSelector),
)

/** Places read to leave out rows of stronger rules. */
export function exceptionReadsOf({ except }: Pick<Step, 'except'>): readonly Place[] {
  return exceptionReads(except)
}

/** Many rules of a table read the same few places. */
const exceptionReads = once((except: readonly Exception[]): readonly Place[] => {
  const places = selectorsOfExceptions(except).flatMap(readsOfSelector)
  return [...new Map(places.map((place) => [placeKey(place), place])).values()]
})

/** The same for places that overlap with the same others. */
const placeKey = once((place: Place): string => JSON.stringify([place.table, keysOf(place)]))

/** Places read to tell whether a row matches. */
export const readsOfSelector: (selector: Selector) => readonly Place[] = once((selector) => {
  const { table, locator, target, where, tenant } = selector
  const own: Place[] = [{ table, column: locator.column, path: wayInto(locator) }]
  for (const { column } of where) own.push({ table, column, path: null })
  if (tenant !== null) own.push({ table, column: tenant, path: null })
  if (target.kind === 'user') return own
  const above = target.parents.flatMap((parent) => [
    { table: parent.table, column: target.key, path: null },
    ...readsOfSelector(parent),
  ])
  return [...own, ...above]
})

function parentTables(selector: Selector): readonly string[] {
  if (selector.target.kind === 'user') return []
  return selector.target.parents.flatMap((parent) => [parent.table, ...parentTables(parent)])
}

/** Places that an assignment writes. */
export function placesOf(table: string, assignment: Assignment): readonly Place[] {
  const { column } = assignment
  switch (assignment.kind) {
    case 'scrub':
      return assignment.paths.map((path) => ({ table, column, path }))
    case 'json_value':
    case 'pull':
      return [{ table, column, path: assignment.path }]
    case 'constant':
    case 'derived':
      return [{ table, column, path: null }]
  }
}

/** Whether a row that both write depends on which of them writes last. */
export function disagree(a: Step, b: Step): boolean {
  return (
    a.table === b.table && a.set.some((own) => b.set.some((other) => differ(a.table, own, other)))
  )
}

function differ(table: string, a: Assignment, b: Assignment): boolean {
  // What takes parts away takes them away in any order.
  if (!mayMeet(a.column, b.column) || (!isValue(a) && !isValue(b))) return false
  const [own, others] = [placesOf(table, a), placesOf(table, b)]
  return own.some((one) => others.some((other) => overlaps(one, other))) && !isDeepEqual(a, b)
}

/** Whether it says what is to stand there, and does not only take parts away. */
function isValue({ kind }: Assignment): boolean {
  return kind === 'constant' || kind === 'derived' || kind === 'json_value'
}

/** Whether `a` has to write ahead of `b` so that what stays of a row that both write is the stronger one's. */
export function yieldsTo(a: Step, b: Step): boolean {
  return (a.rank ?? 0) > (b.rank ?? 0) && writesKeptRows(a) && writesKeptRows(b) && disagree(a, b)
}

/** Whether the step is of a kind that keeps its rows and may write them; `unlink` is none. */
export function writesKeptRows({ action }: Step): boolean {
  return action === 'retain' || action === 'anonymize' || action === 'detach'
}

/**
 * What may stand on a row of the step in the place of something that it has written: values of stronger rules of
 * its table, and those that come at the end of a retention.
 */
export function outdoneOf(step: Step, steps: readonly Step[]): readonly Assignment[] {
  if (!writesKeptRows(step)) return []
  return steps
    .filter(({ table }) => table === step.table)
    .flatMap((other) => [
      ...((other.rank ?? 0) < (step.rank ?? 0) && writesKeptRows(other) ? other.set : []),
      ...(other.retention?.thenSet ?? []),
    ])
    .filter((theirs) =>
      step.set.some(
        (own) => differ(step.table, own, theirs) && (isValue(theirs) || !isNullConstant(own)),
      ),
    )
}

function isNullConstant(assignment: Assignment): boolean {
  return assignment.kind === 'constant' && assignment.value === null
}

/** Whether some step overwrites what tells a row of a stronger rule from one of this step. */
export function losesExceptions(step: Step, steps: readonly Step[]): boolean {
  return exceptionReadsOf(step).some((read) =>
    steps.some((other) => writesOf(other).some((place) => overlaps(read, place))),
  )
}
