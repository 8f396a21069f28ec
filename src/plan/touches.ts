/**
 * What a step reads and writes, so that the order can keep a reader ahead of a writer.
 *
 * @module
 */
import { isSamePath, wayInto } from '../store-helpers.ts'
import type { Assignment, JsonPath, Selector, Step } from '../terms.ts'

/** A column, or a place inside a JSON column. */
export interface Place {
  readonly table: string
  readonly column: string
  readonly path: JsonPath | null
}

export function removesRows(step: Step): boolean {
  return step.action === 'delete'
}

/** Places a step writes. A step that removes rows writes none: whoever reads the rows is ordered by table. */
export function writesOf(step: Step): readonly Place[] {
  return step.set.flatMap((assignment) => placesOf(step.table, assignment))
}

/** Tables whose rows lead to the step's rows. */
export function parentTablesOf(step: Step): ReadonlySet<string> {
  return new Set(selectorsOf(step).flatMap(parentTables))
}

export function overlaps(a: Place, b: Place): boolean {
  if (a.table !== b.table || a.column !== b.column) return false
  if (a.path === null || b.path === null) return true
  const shorter = Math.min(a.path.length, b.path.length)
  return isSamePath(a.path.slice(0, shorter), b.path.slice(0, shorter))
}

/**
 * Whether a write of `writer` cannot disturb how `reader` finds its rows: both hold the user in the same
 * plain column, which has one value and so one user, and for one user precedence keeps them apart.
 */
export function shareLocator(reader: Step, writer: Step, place: Place): boolean {
  return holdsUserIn(reader.selector, place) && holdsUserIn(writer.selector, place)
}

function holdsUserIn(selector: Selector | null, place: Place): boolean {
  return (
    selector !== null &&
    selector.target.kind === 'user' &&
    selector.table === place.table &&
    selector.locator.column === place.column &&
    selector.locator.path === null &&
    !selector.locator.each
  )
}

/** Places read by the step's own selector alone. */
export function ownReadsOf(step: Step): readonly Place[] {
  return step.selector === null ? [] : readsOfSelector(step.selector)
}

/** Places read to leave out rows of stronger rules. */
export function exceptionReadsOf(step: Step): readonly Place[] {
  return step.except.flatMap(readsOfSelector)
}

function selectorsOf(step: Step): readonly Selector[] {
  return step.selector === null ? step.except : [step.selector, ...step.except]
}

/** Places read to tell whether a row matches. */
export function readsOfSelector(selector: Selector): readonly Place[] {
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
}

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
  if (a.kind === 'scrub' && b.kind === 'scrub') return false
  if (a.kind === 'constant' && b.kind === 'constant') {
    return a.column === b.column && a.value !== b.value
  }
  return placesOf(table, a).some((own) => placesOf(table, b).some((other) => overlaps(own, other)))
}

/** Whether some step overwrites what tells a row of a stronger rule from one of this step. */
export function losesExceptions(step: Step, steps: readonly Step[]): boolean {
  return exceptionReadsOf(step).some((read) =>
    steps.some((other) => writesOf(other).some((place) => overlaps(read, place))),
  )
}
