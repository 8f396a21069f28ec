/**
 * Which steps read the same rows and may write them in one statement.
 *
 * @module
 */
import { isDeepEqual } from '../ports.ts'
import { overlaps, ownReadsOf, writesOf } from './columns/touches.ts'
import type { Condition, Selector, Step } from './program.ts'
import { isComparedAsText, whereOf } from './selectors.ts'

/** Steps that stand side by side, as positions in the program. */
export interface StepGroup {
  readonly steps: readonly number[]
  /** The step whose rows are those of all. */
  readonly widest: number
}

/** With each further step a column may have twice as many values to choose from. */
const MOST_STEPS = 4

/**
 * Parts the steps of a program into groups, in order; most steps are a group of their own. None of a group
 * writes what one of them reads, so that a store may read a row once, look at the conditions of all, and write
 * what the steps would have written one after the other; unless the database looks or acts between them,
 * by a CHECK or a trigger. Pure.
 */
export function groupSteps(steps: readonly Step[]): readonly StepGroup[] {
  const groups: StepGroup[] = []
  for (const position of steps.keys()) {
    const last = groups.at(-1)
    const joined = last === undefined ? null : join(steps, [...last.steps, position])
    if (joined === null) groups.push({ steps: [position], widest: position })
    else groups[groups.length - 1] = joined
  }
  return groups
}

function join(all: readonly Step[], positions: readonly number[]): StepGroup | null {
  const steps = positions.flatMap((position) => all[position] ?? [])
  if (steps.length > MOST_STEPS) return null
  const widest = positions.find((_, place) => isWidest(steps[place], steps))
  return widest === undefined ? null : { steps: positions, widest }
}

/** Whether the two may stand in one group. */
export function areAlike(a: Step, b: Step): boolean {
  return isWidest(a, [a, b]) || isWidest(b, [a, b])
}

function isWidest(candidate: Step | undefined, steps: readonly Step[]): boolean {
  if (candidate === undefined || !steps.every((step) => isWithin(step, candidate))) return false
  const written = steps.flatMap(writesOf)
  const read = steps.flatMap(ownReadsOf)
  return !read.some((place) => written.some((other) => overlaps(place, other)))
}

function isWithin(step: Step, wider: Step): boolean {
  return rewrites(step) && rewrites(wider) && isWithinRowsOf(step, wider)
}

/** Whether the step finds the user in the same places of a row as the wider one, under at least its conditions. */
export function isWithinRowsOf(step: Step, wider: Step): boolean {
  if (step.ways.length === 0) return false
  return step.ways.every((own) => wider.ways.some((others) => isWithinWay(own, others)))
}

function isWithinWay(own: Selector, others: Selector): boolean {
  return (
    own.table === others.table &&
    own.tenant === others.tenant &&
    own.locator.column === others.locator.column &&
    others.where.every((condition) => isImplied(condition, own.where)) &&
    isDeepEqual(own.locator, others.locator) &&
    isDeepEqual(own.target, others.target)
  )
}

/** The conditions that choose the step's rows among those of the wider one; none where they are the same. */
export function conditionsBeyond(wider: Step, step: Step): readonly Condition[] {
  return whereOf(step).filter((condition) => !isImplied(condition, whereOf(wider)))
}

/** Whether the step keeps its rows, names the user in one place of their own, and writes what depends on the row alone. */
export function rewrites({ action, ways, except, set, outdone = [], foundWith }: Step): boolean {
  const [way, ...others] = ways
  return (
    (action === 'anonymize' || action === 'retain') &&
    except.length === 0 &&
    foundWith === undefined &&
    set.length > 0 &&
    [...set, ...outdone].every(({ kind }) => kind === 'constant' || kind === 'scrub') &&
    way?.target.kind === 'user' &&
    others.length === 0 &&
    !way.locator.each &&
    !isComparedAsText(way.target)
  )
}

function isImplied(condition: Condition, others: readonly Condition[]): boolean {
  return others.some(
    ({ column, values }) =>
      column === condition.column && values.every((value) => condition.values.includes(value)),
  )
}
