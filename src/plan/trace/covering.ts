/**
 * Which rule covers a place in a row that it finds, and whether what stands there stays.
 *
 * @module
 */
import type { Assignment, JsonPath, Program, Step, UserTable } from '../../program/program.ts'
import type { ColumnSchema } from '../../program/schema.ts'
import { canBeAsked, wayInto } from '../../program/selectors.ts'
import { ANY } from './places.ts'

/** Where in a row. */
export interface RowPlace {
  readonly column: string
  readonly path: JsonPath
}

/** `gone`: nothing of it is left when the rule has done its work. `kept`: it stays as the rule wants it. */
export type Fate = 'gone' | 'kept'

/** Positions of the steps of a table that can tell which rows they find. */
export function coveringSteps(
  { steps }: Program,
  table: string,
  fields: Readonly<Record<string, unknown>>,
): readonly number[] {
  return [...steps.entries()].flatMap(([index, step]) => {
    const isMeant = step.table === table && step.action !== 'unlink' && step.ways.length > 0
    return isMeant && canBeAsked(step, fields) ? [index] : []
  })
}

/**
 * The program in which every step hands out its rows: those that block, are cleaned elsewhere or write nothing have none
 * otherwise. It is asked, and never run.
 */
export function asQuestions({ hurdles: _, ...program }: Program): Program {
  return {
    ...program,
    checks: [],
    audit: null,
    steps: program.steps.map(({ foundWith: _, ...step }) => ({
      ...step,
      ...{ action: 'delete', set: [], outdone: [] },
    })),
  }
}

/** `null`: the rule finds the row, and says nothing of what stands there. */
export function fateBy(step: Step, place: RowPlace): Fate | null {
  const { action, set, ways, alsoWrites = [] } = step
  if (action === 'delete') return 'gone'
  if (set.some((assignment) => clears(assignment, place))) return 'gone'
  const isFollowing = alsoWrites.some(
    ({ table, column }) => table === step.table && isAt(place, column, []),
  )
  if (isFollowing) return 'gone'
  if (action === 'external' || action === 'block' || action === 'retain') return 'kept'
  if (action !== 'anonymize') return null
  // What is looked for there is the user's, so the row is found by this way too.
  const isFoundBy = ways.some(({ locator }) => isAt(place, locator.column, wayInto(locator) ?? []))
  return isFoundBy ? 'kept' : null
}

/** Of the user row itself. */
export function fateOfUserRow(
  { action, set, id }: UserTable,
  place: RowPlace,
  columns: readonly ColumnSchema[],
): Fate | null {
  if (action === 'delete' || set.some((assignment) => clears(assignment, place))) return 'gone'
  // What is computed from a column is computed anew.
  const { generatedFrom = [] }: Partial<ColumnSchema> =
    columns.find(({ name }) => name === place.column) ?? {}
  const follows = set.some(
    ({ column, kind }) => generatedFrom.includes(column) && kind === 'constant',
  )
  if (follows) return 'gone'
  return isAt(place, id, []) ? 'kept' : null
}

function clears(assignment: Assignment, place: RowPlace): boolean {
  const { column } = assignment
  switch (assignment.kind) {
    case 'constant':
    case 'derived':
      return isAt(place, column, [])
    case 'json_value':
      return isAt(place, column, assignment.path)
    case 'scrub':
      return assignment.paths.some((path) => isAt(place, column, path))
    case 'pull':
      return isAt(place, column, [...(assignment.path ?? []), ...(assignment.element ?? [])])
  }
}

/** Whether the place is there or below. */
function isAt(place: RowPlace, column: string, path: JsonPath): boolean {
  const [own, other] = [keysOf(place), keysOf({ column, path })]
  return other.every((key, depth) => key !== ANY && own[depth] === key)
}

/** Of documents a column is keys joined with dots; elements of lists are passed over. */
function keysOf({ column, path }: RowPlace): readonly (string | null)[] {
  return [...column.split('.'), ...path.filter((step) => step !== null)]
}
