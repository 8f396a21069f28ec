/**
 * Do two rules of equal strength want different values in one place of a row? Nothing would say which one stays.
 *
 * @module
 */
import type { Condition } from '../program/program.ts'
import { excludeEachOther } from '../program/side-conditions.ts'
import type { RuleInput, SetInput, SetValue, WayInput, WhereInput } from './policy.ts'
import { fieldOf, waysOf } from './ways-of.ts'

interface TwoValues {
  /** Key of the later rule at which the mistake stands. */
  readonly key: string
  /** Places of both rules in their table. */
  readonly rules: readonly [earlier: number, later: number]
}

/** The first two rules of a table that may meet on a row and disagree about it; `null` where there are none. Pure. */
export function findTwoValues(rules: readonly RuleInput[]): TwoValues | null {
  for (const [later, rule] of rules.entries()) {
    for (const [earlier, other] of rules.slice(0, later).entries()) {
      if (rule.action !== other.action || neverMeet(rule, other)) continue
      const key = disagreement(other, rule)
      if (key !== null) return { key, rules: [earlier, later] }
    }
  }
  return null
}

/** Where a rule writes into the rows that it keeps; of JSON the parts that go. */
export function writtenPlaces(rule: RuleInput): readonly string[] {
  if (rule.action === 'detach') return [cutBy(rule).place]
  if (rule.action !== 'anonymize' && rule.action !== 'retain') return []
  return Object.entries(rule.set ?? {}).flatMap(([column, value]) => {
    if (!takesParts(value) || typeof value !== 'object' || value === null) {
      return [JSON.stringify([column])]
    }
    const parts = 'scrub' in value ? value.scrub : [value]
    return parts.map((part) => JSON.stringify([column, part]))
  })
}

function disagreement(a: RuleInput, b: RuleInput): string | null {
  if (a.action === 'detach' && b.action === 'detach') {
    const [own, other] = [cutBy(a), cutBy(b)]
    return own.place === other.place && own.written !== other.written ? 'to' : null
  }
  if (a.action === 'anonymize' && b.action === 'anonymize') return inSets('set', a.set, b.set)
  if (a.action !== 'retain' || b.action !== 'retain') return null
  return inSets('set', a.set, b.set) ?? inSets('thenSet', a.thenSet, b.thenSet)
}

function inSets(key: string, a: SetInput = {}, b: SetInput = {}): string | null {
  const column = Object.keys(b).find(
    (name) => Object.hasOwn(a, name) && differ(a[name] ?? null, b[name] ?? null),
  )
  return column === undefined ? null : `${key}.${column}`
}

/** What takes parts away goes with all that does so, and with what takes everything. */
function differ(a: SetValue, b: SetValue): boolean {
  if (takesParts(a) || takesParts(b)) {
    return !(takesParts(a) || a === null) || !(takesParts(b) || b === null)
  }
  return canonical(a) !== canonical(b)
}

function takesParts(value: SetValue): boolean {
  return typeof value === 'object' && value !== null && ('scrub' in value || 'pull' in value)
}

/** A text before or behind a value that is empty is none. */
function canonical(value: SetValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if ('pseudonym' in value) {
    return JSON.stringify([
      'pseudonym',
      value.pseudonym.user,
      value.prefix ?? '',
      value.suffix ?? '',
    ])
  }
  if (!('randomToken' in value)) return JSON.stringify(value)
  return JSON.stringify(['random', value.prefix ?? '', value.suffix ?? ''])
}

function cutBy(rule: Extract<RuleInput, { readonly action: 'detach' }>): {
  readonly place: string
  readonly written: string
} {
  const { match, to = null } = rule
  if (typeof match === 'string') {
    return { place: JSON.stringify([match]), written: JSON.stringify([to, null, null]) }
  }
  // Out of an array every rule takes its own elements.
  if ('array' in match) return { place: JSON.stringify(match), written: '' }
  const place = 'json' in match ? [match.json, match.path] : [match.column]
  const { form = null, prefix = null } = match
  const written = to === null ? [null, null, null] : [to, form, prefix]
  return { place: JSON.stringify(place), written: JSON.stringify(written) }
}

/** Whether the rules are about different rows, whatever a row holds. */
export function neverMeet(a: RuleInput, b: RuleInput): boolean {
  if (excludeEachOther(conditionsOf(a), conditionsOf(b))) return true
  const [own, others] = [waysOf(a.match), waysOf(b.match)]
  if (own.length === 0 || others.length === 0) return false
  return own.every((one) => others.every((other) => holdsDifferently(one, other)))
}

function conditionsOf(rule: RuleInput): readonly Condition[] {
  const where: WhereInput = 'where' in rule ? (rule.where ?? {}) : {}
  return Object.entries(where).map(([column, value]) => ({
    column,
    values: Array.isArray(value) ? value : [value],
  })) as readonly Condition[]
}

/** Whether both look at one column for the same field, behind texts of which neither can begin with the other. */
function holdsDifferently(a: WayInput, b: WayInput): boolean {
  const [own, other] = [plain(a), plain(b)]
  if (own === null || other === null) return false
  if (own.column !== other.column || own.field !== other.field) return false
  return !own.prefix.startsWith(other.prefix) && !other.prefix.startsWith(own.prefix)
}

function plain(way: WayInput) {
  if (typeof way === 'string') return { column: way, field: 'id', prefix: '' }
  if (!('column' in way)) return null
  if (way.through !== undefined || way.inText || way.ignoreCase) return null
  return { column: way.column, field: fieldOf(way), prefix: way.prefix ?? '' }
}
