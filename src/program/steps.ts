/**
 * What a step does to its rows, said once for everybody who runs or reads steps. Pure.
 *
 * @module
 */
import type { Selector, Step } from './program.ts'

/** Whether running the step changes rows. */
export function writesRows({ action, set }: Step): boolean {
  if (action === 'block' || action === 'external') return false
  return action === 'delete' || set.length > 0
}

/** Whether rows no longer match once the step has run: nothing of them may be left, and chunks need no cursor. */
export function leavesNoMatch({ action }: Step): boolean {
  return action === 'delete' || action === 'detach'
}

/** Whether the step writes rows that stay and still match, so that chunks need a cursor. */
export function keepsItsRows({ action, foundWith }: Step): boolean {
  return action === 'anonymize' || action === 'retain' || foundWith !== undefined
}

/** Positions of the steps that find their rows before one of them writes: the step alone, or all marked as it is. */
export function passAround(steps: readonly Step[], index: number): readonly number[] {
  const mark = steps[index]?.foundWith
  if (mark === undefined) return [index]
  return [...steps.keys()].filter((other) => steps[other]?.foundWith === mark)
}

/** The same, once for each pass: only the first step of one names the others, which are done with it. */
export function passOf(steps: readonly Step[], index: number): readonly number[] {
  const pass = passAround(steps, index)
  return pass[0] === index ? pass : []
}

/** Whether chunks go on behind a cursor; where rows no longer match, the next one starts from the front. */
export function needsCursor(step: Step): boolean {
  return !leavesNoMatch(step) || step.foundWith !== undefined
}

/** Selectors that, each by itself, have rows of the step's table dealt with. */
export function dealtWithIn(steps: readonly Step[], { table }: Step): readonly Selector[] {
  return steps.flatMap((other) =>
    other.table !== table || other.action === 'external' ? [] : other.ways,
  )
}
