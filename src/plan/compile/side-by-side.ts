/**
 * Chooses the next step so that steps that may be written together stand side by side.
 *
 * @module
 */

import { disagree } from '../../program/columns/touches.ts'
import { once } from '../../program/once.ts'
import type { Step } from '../../program/program.ts'
import { areAlike, rewrites } from '../../program/written-together.ts'
import { type Befores, waitingSteps } from './waiting-steps.ts'

/** Steps that may be written together, by step; most have none. */
type Likes = ReadonlyMap<Step, ReadonlySet<Step>>

/** By step, all others that may be written together with it. Pure. */
export function findLikes(steps: readonly Step[]): Likes {
  const likes = new Map<Step, ReadonlySet<Step>>()
  const rewriting = steps.filter(rewrites)
  for (const step of rewriting) {
    const own = rewriting.filter((other) => other !== step && areAlike(step, other))
    if (own.length > 0) likes.set(step, new Set(own))
  }
  return likes
}

interface Scene {
  /** In the order of the draft. */
  readonly steps: readonly Step[]
  readonly befores: Befores
  readonly likes: Likes
}

export interface BesideLikes {
  /** Chooses the next step among those that are ready, given the one placed last. */
  next(ready: readonly Step[], last: Step | undefined): Step | undefined
  /** Notes that the step has been placed. */
  take(step: Step): void
}

/**
 * Keeps a group together: once one of its steps is placed, the rest follow. A group starts only when all its steps
 * are ready, unless no other step can go first that no earlier one disagrees with.
 */
export function besideLikes({ steps, befores, likes }: Scene): BesideLikes {
  if (likes.size === 0) return { next: ([first]) => first, take: () => {} }
  const others = waitingSteps(
    new Map(
      [...befores].map(([step, own]) => {
        const alike = likes.get(step) ?? NONE
        return [step, new Set([...own].filter((before) => !alike.has(before)))]
      }),
    ),
  )
  /** Steps that stand before it in the policy, need not wait for it, and write something else to the same place. */
  const rivalsOf = once((step: Step): readonly Step[] =>
    steps
      .slice(0, steps.indexOf(step))
      .filter((earlier) => !befores.get(earlier)?.has(step) && disagree(earlier, step)),
  )
  const mayOvertake = (step: Step): boolean => !rivalsOf(step).some((one) => others.left.has(one))
  const mayBegin = (step: Step): boolean => [...(likes.get(step) ?? NONE)].every(others.isReady)
  return {
    next(ready, last) {
      const [first] = ready
      const isNext = (step: Step): boolean => last !== undefined && !!likes.get(step)?.has(last)
      const mayGo = (step: Step): boolean => step === first || mayOvertake(step)
      return (
        ready.find((step) => isNext(step) && mayGo(step)) ??
        ready.find((step) => mayBegin(step) && mayGo(step)) ??
        first
      )
    },
    take: others.take,
  }
}

const NONE: ReadonlySet<Step> = new Set()
