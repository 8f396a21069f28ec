/**
 * Steps of one table that overwrite each other's way to their rows. No order is right for all of them, so all find
 * their rows before one writes.
 *
 * @module
 */
import type { Step } from '../../program/program.ts'

interface Arrow {
  readonly before: Step
  readonly after: Step
}

/** By step, all steps that find their rows with it; most stand alone and are not in it. Pure. */
export type Passes = ReadonlyMap<Step, ReadonlySet<Step>>

/** `arrows`: which step has to stand before which. Steps that lead back to themselves within a table are one pass. */
export function findPasses(steps: readonly Step[], arrows: readonly Arrow[]): Passes {
  const own = arrows.filter(({ before, after }) => before.table === after.table)
  const ahead = groupBy(
    own,
    ({ before }) => before,
    ({ after }) => after,
  )
  const behind = groupBy(
    own,
    ({ after }) => after,
    ({ before }) => before,
  )
  // Kosaraju's two walks: along the arrows, then against them from the step that was left last. The second one finds
  // a pass at a time.
  const left: Step[] = []
  const seen = new Set<Step>()
  for (const step of steps) walk(step, ahead, seen, (one) => left.push(one))
  const passOf = new Map<Step, Step>()
  const taken = new Set<Step>()
  for (const first of left.reverse()) walk(first, behind, taken, (one) => passOf.set(one, first))
  const passes = groupBy(
    steps,
    (step) => passOf.get(step),
    (step) => step,
  )
  return new Map(
    [...passes.values()]
      .filter((pass) => pass.length > 1)
      .map((pass) => new Set(pass))
      .flatMap((pass) => [...pass].map((step) => [step, pass] as const)),
  )
}

/** Visits every step once, and reports a step after all steps that it leads to. */
function walk(
  start: Step,
  next: ReadonlyMap<Step, readonly Step[]>,
  seen: Set<Step>,
  leave: (step: Step) => void,
): void {
  if (seen.has(start)) return
  seen.add(start)
  const trail = [{ step: start, open: (next.get(start) ?? []).values() }]
  for (let here = trail.at(-1); here !== undefined; here = trail.at(-1)) {
    const { value: step } = here.open.next()
    if (step === undefined) {
      leave(here.step)
      trail.pop()
    } else if (!seen.has(step)) {
      seen.add(step)
      trail.push({ step, open: (next.get(step) ?? []).values() })
    }
  }
}

function groupBy<T, K, V>(
  list: readonly T[],
  keyOf: (one: T) => K,
  itemOf: (one: T) => V,
): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>()
  for (const one of list) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [itemOf(one)])
    else group.push(itemOf(one))
  }
  return groups
}
