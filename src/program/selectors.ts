/**
 * Selectors as trees: their leaves, and the way from a column to a value. Pure.
 *
 * @module
 */
import { selectorsOfExceptions } from './exceptions.ts'
import type {
  Condition,
  JsonPath,
  Locator,
  Program,
  Selector,
  SelectorTarget,
  Step,
} from './program.ts'

/** Whether every field of the user is known that the step's selectors end at. */
export function canBeAsked(step: Step, fields: Readonly<Record<string, unknown>>): boolean {
  return selectorsOf(step)
    .flatMap(leafFields)
    .every((field) => Object.hasOwn(fields, field))
}

/** Every selector that decides about rows of the step. */
export function selectorsOf({ ways, except }: Pick<Step, 'ways' | 'except'>): readonly Selector[] {
  return [...ways, ...selectorsOfExceptions(except)]
}

/** The side conditions of the step, which are those of each of its ways. */
export function whereOf({ ways: [first] }: Pick<Step, 'ways'>): readonly Condition[] {
  return first?.where ?? []
}

/** The selector as if nobody shared anything. */
export function regardless(selector: Selector): Selector {
  const { target } = selector
  if (target.kind === 'rows') {
    return { ...selector, target: { ...target, parents: target.parents.map(regardless) } }
  }
  const { reach: _, ...own } = target
  return { ...selector, target: own }
}

/** Whether references stand somewhere in a longer text, so that one text may name several users. */
export function isWithinText(target: SelectorTarget): boolean {
  return target.kind === 'user' && target.form?.within === true
}

/** Whether rows may hold something else than the very value that is looked for: {@link standsFor} tells. */
export function isComparedAsText(target: SelectorTarget): boolean {
  return target.kind === 'user' && (target.form?.within ?? target.form?.ignoreCase) === true
}

/** All steps from the column to where the locator points; `null` for the column itself. */
export function wayInto({
  path,
  each,
  element,
}: Pick<Locator, 'path' | 'each' | 'element'>): JsonPath | null {
  if (path === null && !each) return null
  return [...(path ?? []), ...(each ? [null] : []), ...(element ?? [])]
}

/** Whether the reference stands inside a document, and not in a column of its own. */
export function isInDocument({ path, each }: Pick<Locator, 'path' | 'each'>): boolean {
  return path !== null || each
}

export function isSamePath(a: JsonPath | null, b: JsonPath | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((step, place) => step === b[place])
}

/** Whether rows are found by the field in whatever case it is written. */
export function isFoundInAnyCase({ steps }: Pick<Program, 'steps'>, field: string): boolean {
  return steps
    .flatMap(selectorsOf)
    .flatMap(leafTargets)
    .some((target) => target.field === field && target.form?.ignoreCase === true)
}

export type UserTarget = Extract<SelectorTarget, { readonly kind: 'user' }>

export function leafTargets({ target }: Selector): readonly UserTarget[] {
  return target.kind === 'user' ? [target] : target.parents.flatMap(leafTargets)
}

/** The user's fields at which a selector and its parents end. */
export function leafFields(selector: Selector): readonly string[] {
  return leafTargets(selector).map(({ field }) => field)
}
