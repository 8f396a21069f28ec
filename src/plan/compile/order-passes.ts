/**
 * Steps of one table that each overwrite what another finds its rows by: no order lets all of them find their
 * rows as they were, so all find them before one writes.
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
  const passes = new Map<Step, ReadonlySet<Step>>()
  for (const step of steps) {
    if (passes.has(step)) continue
    const own = arrows.filter(({ before, after }) =>
      [before, after].every(({ table }) => table === step.table),
    )
    const ahead = reached(step, own, ({ before, after }) => [before, after])
    const behind = reached(step, own, ({ before, after }) => [after, before])
    const both = new Set(steps.filter((other) => ahead.has(other) && behind.has(other)))
    if (both.size < 2) continue
    for (const one of both) passes.set(one, both)
  }
  return passes
}

function reached(
  start: Step,
  arrows: readonly Arrow[],
  along: (arrow: Arrow) => readonly [from: Step, to: Step],
): ReadonlySet<Step> {
  const found = new Set([start])
  for (const step of found) {
    for (const arrow of arrows) {
      const [from, to] = along(arrow)
      if (from === step) found.add(to)
    }
  }
  return found
}
