/**
 * Can every rule be reached from the user? Follows `through` from table to table.
 *
 * @module
 */
import type { PolicyInput, RuleInput, ThroughInput, WayInput } from './policy.ts'
import { rulesOf } from './rules-of.ts'
import { placedWaysOf } from './ways-of.ts'

interface Unreachable {
  readonly path: string
  readonly message: string
}

/** A rule of a table, by its index in the table. */
export interface RuleSite {
  readonly table: string
  readonly index: number
}

/** The first rule that no chain leads to from the user, with the chain that fails; `null` when all are reached. */
export function findUnreachable(policy: PolicyInput): Unreachable | null {
  for (const [table, entry] of Object.entries(policy.tables)) {
    for (const index of rulesOf(entry).keys()) {
      const problem = follow(policy, { table, index }, [])
      if (problem !== null) return problem
    }
  }
  return null
}

/**
 * The rules whose rows a `through` refers to: the named one, or all rules of the table but the one that
 * asks. Rules that treat rows differently have to be told apart by name; `null` says they are not.
 */
export function parentRules(
  policy: PolicyInput,
  site: RuleSite,
  through: ThroughInput,
): readonly RuleSite[] | null {
  const rules = rulesOf(policy.tables[through.table] ?? 'unrelated')
  const candidates = rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.match !== undefined)
    .filter(({ index }) => through.table !== site.table || index !== site.index)
    .filter(({ rule }) => through.rule === undefined || nameOf(rule) === through.rule)
  if (new Set(candidates.map(({ rule }) => rule.action)).size > 1) return null
  return candidates.map(({ index }) => ({ table: through.table, index }))
}

export function throughOf(way: WayInput): ThroughInput | undefined {
  return typeof way === 'string' ? undefined : way.through
}

function follow(
  policy: PolicyInput,
  site: RuleSite,
  trail: readonly RuleSite[],
): Unreachable | null {
  const rules = rulesOf(policy.tables[site.table] ?? 'unrelated')
  const place = `tables.${site.table}${rules.length === 1 ? '' : `[${site.index}]`}`
  for (const { path, way } of placedWaysOf(place, rules[site.index]?.match)) {
    const through = throughOf(way)
    if (through === undefined) continue
    const problem = followThrough(policy, { ...site, through, path: `${path}.through` }, trail)
    if (problem !== null) return problem
  }
  return null
}

interface ThroughSite extends RuleSite {
  readonly through: ThroughInput
  readonly path: string
}

function followThrough(
  policy: PolicyInput,
  { through, path, ...site }: ThroughSite,
  trail: readonly RuleSite[],
): Unreachable | null {
  const here = [...trail, site]
  if (trail.some(({ table, index }) => table === site.table && index === site.index)) {
    const cycle = here.map(({ table }) => table).join(' -> ')
    return { path, message: `cannot be reached from the user: ${cycle}` }
  }
  if (!Object.hasOwn(policy.tables, through.table)) {
    return {
      path: `${path}.table`,
      message: `names "${through.table}", which is not one of the tables`,
    }
  }
  const parents = parentRules(policy, site, through)
  if (parents === null) {
    return {
      path: `${path}.rule`,
      message: `is missing: the rules of "${through.table}" treat rows differently, so name the one that is meant`,
    }
  }
  if (parents.length === 0) {
    const missing =
      through.rule === undefined ? 'no rule with a match' : `no rule named "${through.rule}"`
    return { path, message: `cannot be reached from the user: "${through.table}" has ${missing}` }
  }
  for (const parent of parents) {
    const problem = follow(policy, parent, here)
    if (problem !== null) return problem
  }
  return null
}

function nameOf(rule: RuleInput): string | undefined {
  return 'name' in rule ? rule.name : undefined
}
