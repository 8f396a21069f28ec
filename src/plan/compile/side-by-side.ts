/**
 * Which of the steps that may come next keeps those together that may be written together.
 *
 * @module
 */
import type { Step } from '../../program/program.ts'
import { disagree } from '../../program/touches.ts'
import { areAlike } from '../../program/written-together.ts'

/** Steps that may be written together, by step; most have none. */
type Likes = ReadonlyMap<Step, ReadonlySet<Step>>

/** By step, all others that may be written together with it. Pure. */
export function findLikes(steps: readonly Step[]): Likes {
  const likes = new Map<Step, ReadonlySet<Step>>()
  for (const step of steps) {
    const own = steps.filter((other) => other !== step && areAlike(step, other))
    if (own.length > 0) likes.set(step, new Set(own))
  }
  return likes
}

interface Choice {
  readonly ready: readonly Step[]
  /** In the order of the draft, those that are ready included. */
  readonly waiting: ReadonlySet<Step>
  readonly likes: Likes
  readonly last: Step | undefined
  waitsFor(step: Step): readonly Step[]
}

/**
 * Steps that may be written together stand side by side: after one of them comes the next, and none begins
 * while another waits for something else, where a step can go first that no earlier one disagrees with.
 */
export function besideItsLike(choice: Choice): Step | undefined {
  const { ready, likes, last, waitsFor } = choice
  const [first] = ready
  if (likes.size === 0) return first
  const isNext = (step: Step): boolean => last !== undefined && likes.get(step)?.has(last) === true
  const isBlocked = (step: Step): boolean =>
    waitsFor(step).some((before) => !likes.get(step)?.has(before))
  const mayBegin = (step: Step): boolean => ![...(likes.get(step) ?? [])].some(isBlocked)
  const mayGo = (step: Step): boolean => step === first || mayOvertake(step, choice)
  return (
    ready.find((step) => isNext(step) && mayGo(step)) ??
    ready.find((step) => mayBegin(step) && mayGo(step)) ??
    first
  )
}

/** Whether no step that stands before it in the policy, and need not wait for it, writes something else to the same place. */
function mayOvertake(step: Step, { waiting, waitsFor }: Choice): boolean {
  for (const earlier of waiting) {
    if (earlier === step) return true
    if (disagree(earlier, step) && !waitsFor(earlier).includes(step)) return false
  }
  return true
}
