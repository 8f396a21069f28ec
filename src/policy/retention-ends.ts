/**
 * Can the rows of a retained rule be found again when the retention ends? By then the user row is gone, and only the
 * id is known.
 *
 * What other rules overwrite is looked at in `plan/check-expiry.ts`, where rules are steps.
 *
 * @module
 */
import { neverEndsBefore } from '../program/retention-term.ts'
import type { PolicyInput, RetainRule, RuleInput, SetInput, WayInput } from './policy.ts'
import { parentRules, type RuleSite, throughOf } from './reachability.ts'
import { precedenceOf, rulesOf } from './rules-of.ts'
import { fieldOf, waysOf } from './ways-of.ts'

interface LostRetention {
  /** Key of the rule at which the mistake stands. */
  readonly key: string
  readonly message: string
}

/** Why the rule's end could not be carried out; `null` when it can, or when the rule has no end. */
export function findLostRetention(
  policy: PolicyInput,
  site: RuleSite,
  rule: RuleInput,
): LostRetention | null {
  if (rule.action !== 'retain' || rule.for === undefined) return null
  if (rule.then === 'delete' && site.table === policy.user.table) {
    return { key: 'then', message: 'would delete other users without a receipt of their own' }
  }
  const needed = fieldNeededBy(rule.thenSet ?? {})
  if (needed !== null) {
    return {
      key: `thenSet.${needed.column}`,
      message: `needs "${needed.field}" of the user, who is gone by then: only "id" is still known`,
    }
  }
  const other = findUnordered(policy, site, rule.for)
  if (other !== null) {
    return {
      key: 'for',
      message: `ends before or after "${other}" of another rule of the table, as the day of the deletion has it, so no rule could say how long a row of both stays. Write both in the same units`,
    }
  }
  const reason = findObstacle(policy, site, rule)
  if (reason === null) return null
  return {
    key: 'for',
    message: `has an end at which the rows cannot be found again: ${reason}, or leave out "for" and "then"`,
  }
}

/** The term of a rule of the same table that ends now before and now after this one. */
function findUnordered(policy: PolicyInput, { table }: RuleSite, term: string): string | null {
  const terms = rulesOf(policy.tables[table] ?? 'unrelated').flatMap((rule) =>
    rule.action === 'retain' && rule.for !== undefined ? [rule.for] : [],
  )
  const isUnordered = (other: string): boolean =>
    !neverEndsBefore(term, other) && !neverEndsBefore(other, term)
  return terms.find(isUnordered) ?? null
}

function fieldNeededBy(set: SetInput): { readonly column: string; readonly field: string } | null {
  for (const [column, value] of Object.entries(set)) {
    if (typeof value !== 'object' || value === null) continue
    if ('pseudonym' in value && value.pseudonym.user !== 'id') {
      return { column, field: value.pseudonym.user }
    }
    if ('pull' in value && value.pull.user !== 'id') return { column, field: value.pull.user }
  }
  return null
}

/** Follows the rule to the user. Chains have been checked to end there. */
function findObstacle(policy: PolicyInput, site: RuleSite, retained: RetainRule): string | null {
  const rule = rulesOf(policy.tables[site.table] ?? 'unrelated')[site.index]
  for (const way of waysOf(rule?.match)) {
    const reason = obstacleIn(policy, site, way, retained)
    if (reason !== null) return reason
  }
  return null
}

function obstacleIn(
  policy: PolicyInput,
  site: RuleSite,
  way: WayInput,
  retained: RetainRule,
): string | null {
  const through = throughOf(way)
  if (through === undefined) {
    const field = fieldOf(way)
    if (field === 'id') return null
    return `they match by "${field}" of the user, who is gone by then. Match by the id`
  }
  const { table } = through
  if (table === policy.user.table) {
    return `they are reached through "${table}", where the user's row is gone by then. Match by the id`
  }
  for (const parent of parentRules(policy, site, through) ?? []) {
    const parentRule = rulesOf(policy.tables[table] ?? 'unrelated')[parent.index]
    if (parentRule?.action === 'delete' || losesToDelete(policy, parent)) {
      return `they are reached through "${table}", whose rows are deleted with the user. Retain those as long, or match by the id`
    }
    if (parentRule?.action === 'retain' && goesEarlier(parentRule, retained)) {
      return `they are reached through "${table}", whose rows are deleted earlier. Retain those as long`
    }
    const above = findObstacle(policy, parent, retained)
    if (above !== null) return above
  }
  return null
}

/** Whether the table has a rule that deletes and is stronger: by an order of its own, or because of the access. */
function losesToDelete({ tables }: PolicyInput, { table, index }: RuleSite): boolean {
  const entry = tables[table] ?? 'unrelated'
  const rules = rulesOf(entry)
  const action = rules[index]?.action
  if (action === undefined || action === 'external') return false
  const order = precedenceOf(entry)
  const isStronger = order.indexOf('delete') < order.indexOf(action)
  return rules.some((rule) => rule.action === 'delete' && (isStronger || rule.grantsAccess))
}

function goesEarlier(parent: RetainRule, child: RetainRule): boolean {
  if (parent.then !== 'delete' || parent.for === undefined || child.for === undefined) return false
  return !neverEndsBefore(parent.for, child.for)
}
