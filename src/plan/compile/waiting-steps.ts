/**
 * Steps that are not placed yet, and how many others each of them waits for.
 *
 * @module
 */
import type { Step } from '../../program/program.ts'

/** By step, those that have to stand before it. */
export type Befores = ReadonlyMap<Step, ReadonlySet<Step>>

export interface WaitingSteps {
  /** In the order given. */
  readonly left: ReadonlySet<Step>
  /** Whether the step waits for no other one. */
  isReady(step: Step): boolean
  /** Takes a step out: those that it had to stand before wait for one less. */
  take(step: Step): void
}

/** All of them wait at first. */
export function waitingSteps(befores: Befores): WaitingSteps {
  const left = new Set(befores.keys())
  const open = new Map([...befores].map(([step, own]) => [step, own.size]))
  const afters = new Map([...left].map((step): [Step, Step[]] => [step, []]))
  for (const [after, own] of befores) for (const before of own) afters.get(before)?.push(after)
  return {
    left,
    isReady: (step) => open.get(step) === 0,
    take(step) {
      left.delete(step)
      for (const after of afters.get(step) ?? []) open.set(after, (open.get(after) ?? 0) - 1)
    },
  }
}
