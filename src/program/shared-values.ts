/**
 * Values that several users hold: rows found by one of them are nobody's alone. Pure.
 *
 * @module
 */
import { inEachType, inLowerCase, isNobodys, writtenAs } from './matching.ts'
import { once } from './once.ts'
import type { Program, Reach, Step, UserTable, Wanted } from './program.ts'
import type { TableSchema } from './schema.ts'
import { leafTargets, selectorsOf } from './selectors.ts'

/** What is known of a user, and what of it others hold too. */
export interface NamedUser {
  readonly fields: Readonly<Record<string, unknown>>
  readonly shared?: readonly SharedValue[]
}

/** A value that somebody else within reach holds too, in the same case or in any. */
export interface SharedValue {
  readonly field: string
  readonly reach: Reach
  readonly anyCase: boolean
}

/** What of users has to be one user's alone, by anything that the program looks for; each once. */
export function valuesToShare({ steps }: Pick<Program, 'steps'>): readonly SharedValue[] {
  return valuesOfSteps(steps)
}

const valuesOfSteps = once((steps: readonly Step[]): readonly SharedValue[] => {
  const wanted = steps.flatMap(wantedBy).flatMap(sharedValueOf)
  return [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()]
})

/** Everything of users that a step looks for. */
function wantedBy(step: Step): readonly Wanted[] {
  const elements = [...step.set, ...(step.outdone ?? [])].flatMap(
    (assignment): readonly Wanted[] => {
      if (assignment.kind === 'pull') return [assignment]
      return assignment.kind === 'json_value' ? [assignment.holding ?? []].flat() : []
    },
  )
  return [...selectorsOf(step).flatMap(leafTargets), ...elements]
}

function sharedValueOf({ field, form, reach }: Wanted): readonly SharedValue[] {
  return reach === undefined ? [] : [{ field, reach, anyCase: form?.ignoreCase === true }]
}

/** Whether somebody else within reach holds the value too, so that it is looked for nowhere. */
export function isHeldByOthers({ shared = [] }: NamedUser, wanted: Wanted): boolean {
  if (shared.length === 0) return false
  return sharedValueOf(wanted).some(({ field, reach, anyCase }) =>
    shared.some((one) => one.field === field && one.reach === reach && one.anyCase === anyCase),
  )
}

/** A value as users share it: of one type, in the same case or in any. `null` for what is nobody's. */
export function sharedText(value: unknown, { anyCase }: SharedValue): string | null {
  if (isNobodys(value)) return null
  return `${typeof value} ${anyCase ? inLowerCase(String(value)) : String(value)}`
}

/**
 * Who of a slice shares what. `isHeldOutside`: whether a user row within reach that is not of the slice holds the
 * value, by its {@link sharedText}. `groups`: users who share a value with nobody but each other.
 */
export function shareOut(
  users: readonly (Pick<NamedUser, 'fields'> | null)[],
  values: readonly SharedValue[],
  isHeldOutside: (value: SharedValue, text: string) => boolean,
): {
  readonly shared: readonly (readonly SharedValue[])[]
  readonly groups: readonly (readonly number[])[]
} {
  const shared: SharedValue[][] = users.map(() => [])
  const groups: (readonly number[])[] = []
  for (const value of values) {
    const holders = new Map<string, number[]>()
    for (const [position, user] of users.entries()) {
      const texts = [user?.fields[value.field]].flat().map((one) => sharedText(one, value))
      for (const text of new Set(texts)) {
        if (text === null) continue
        const known = holders.get(text)
        if (known === undefined) holders.set(text, [position])
        else known.push(position)
      }
    }
    for (const [text, positions] of holders) {
      const isOutside = isHeldOutside(value, text)
      if (!isOutside && positions.length < 2) continue
      for (const position of positions) {
        if (shared[position]?.at(-1) !== value) shared[position]?.push(value)
      }
      if (!isOutside) groups.push(positions)
    }
  }
  return { shared, groups }
}

/**
 * Whether a unique key sees to it that no two users within reach hold the value. Whatever a key compares by, the
 * same text twice is refused; the same text in another case is by one that does not tell them apart.
 */
export function isUnique(
  table: TableSchema | undefined,
  { tenant, fields, id }: Pick<UserTable, 'tenant' | 'fields' | 'id'>,
  { field, reach, form }: Wanted,
): boolean {
  if (table === undefined) return false
  const column = (fields[field] ?? id).toLowerCase()
  const anyCase = form?.ignoreCase === true
  const own = table.columns?.find(({ name }) => name.toLowerCase() === column)
  const isFolded = own?.collation === 'NOCASE'
  // Unique keys name columns, whatever they are compared by; indexes name another collation than the column's own.
  const keys = [
    ...(anyCase ? [] : [table.primaryKey, ...table.uniqueKeys]),
    ...(table.indexes ?? [])
      .filter(({ unique, partial, leavesOutNull }) => unique && (!partial || leavesOutNull))
      .map(({ keys }) => keys),
  ].map((key) => key.map((part) => part.toLowerCase()))
  const names = anyCase ? (isFolded ? [column] : []) : [column]
  const folded = [`${column} collate nocase`, `lower(${column})`, `lower("${column}")`]
  const isOfValue = (part: string): boolean => [...names, ...folded].includes(part)
  const isOfTenant = (part: string): boolean =>
    reach === 'tenant' && tenant !== null && part === tenant.toLowerCase()
  return keys.some(
    (key) => key.some(isOfValue) && key.every((part) => isOfValue(part) || isOfTenant(part)),
  )
}

/** Whether rows of the step may be left because of a shared value. */
export function mayLeaveShared({ ways }: Step): boolean {
  return ways.flatMap(leafTargets).some(({ reach }) => reach !== undefined)
}

/** The value that is looked for, {@link writtenAs} it is written; `null` for what somebody else within reach holds too. */
export function writtenFor(user: NamedUser, wanted: Wanted): unknown {
  return isHeldByOthers(user, wanted) ? null : writtenAs(user.fields[wanted.field], wanted.form)
}

/** Every value that is looked for: {@link writtenFor} the user, and the same in its other type where it may be either. */
export function allWrittenFor(user: NamedUser, wanted: Wanted): readonly unknown[] {
  const value = writtenFor(user, wanted)
  return wanted.eitherType === true ? inEachType(value) : [value]
}
