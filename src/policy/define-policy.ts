/**
 * From what the host wrote to a checked, frozen policy.
 *
 * @module
 */

import { UserDeletionError } from '../errors.ts'
import { deepFreeze } from '../program/deep-freeze.ts'
import { LONGEST } from '../program/duration.ts'
import { nativeIdText } from '../program/native-id.ts'
import { AUDIT_WORDS, findWordMistake, INSTANT_WORDS, type Words } from '../program/placeholders.ts'
import { isTerm } from '../program/retention-term.ts'
import { pathSteps, spellPath } from './json-path.ts'
import type {
  DetachRule,
  Policy,
  PolicyInput,
  RuleInput,
  SetInput,
  TableInput,
  UserReference,
  WayInput,
} from './policy.ts'
import { findShapeMistake } from './policy-shape.ts'
import { findUnreachable } from './reachability.ts'
import { findLostRetention } from './retention-ends.ts'
import { rulesOf } from './rules-of.ts'
import { tenantPolicyOf } from './tenant-policy.ts'
import { findTwoValues } from './two-values.ts'
import type { DefineTypedPolicy } from './typed-policy.ts'
import { findUndecided } from './undecided.ts'
import { fieldOf, placedWaysOf, waysOf } from './ways-of.ts'

/**
 * A policy for a database whose types are known: a table without a rule, a name that is not there, null
 * where the database has none and a constant of another type don't compile.
 *
 * `Database` maps tables to rows: Kysely's `Database` as it is, {@link DrizzleDatabase} or
 * {@link PrismaDatabase}. Views are tables here: leave them out or call them `'unrelated'`. Names have to
 * be literals. The call is in two parts because TypeScript infers either all type arguments or none: the
 * database is named, and the literal types of the policy are still inferred.
 *
 * @example
 * const policy = definePolicy<Database>()({ name: 'acme', version: 1, user: …, tables: … })
 */
export function definePolicy<Database extends object = never>(): DefineTypedPolicy<Database>
/**
 * Checks a policy and freezes it. The result is plain data: it can be stored, compared and sent as JSON.
 *
 * @throws {@link UserDeletionError} `invalid_policy` with `details.path`, the way to the mistake.
 *
 * @example
 * const policy = definePolicy({
 *   name: 'acme',
 *   version: 1,
 *   user: { table: 'users', id: 'id', tenant: 'tenant_id', fields: { email: 'email' } },
 *   tables: {
 *     sessions: { match: 'user_id', action: 'delete', grantsAccess: true },
 *     posts: { match: 'author_id', action: 'anonymize', reason: 'threads stay readable', set: { author_name: null } },
 *     countries: 'unrelated',
 *   },
 * })
 */
export function definePolicy<const P extends PolicyInput>(input: P): Policy<P>
export function definePolicy<P extends PolicyInput>(
  ...given: readonly [] | readonly [P]
): Policy<P> | ((input: P) => Policy<P>) {
  return given.length === 0 ? checkedPolicy : checkedPolicy(given[0])
}

function checkedPolicy<P extends PolicyInput>(input: P): Policy<P> {
  const copy = cloneData(input)
  const open = findUndecided(copy)
  if (open !== null) throw refusal(open.path, `is not decided yet ("${open.question}")`)
  const mistake = findShapeMistake(copy)
  if (mistake !== null) throw refusal(mistake.path, mistake.message)
  checkUser(copy)
  checkStatus(copy)
  checkReserve(copy)
  checkAudit(copy)
  for (const [table, entry] of Object.entries(copy.tables)) checkTable(copy, table, entry)
  checkChecks(copy)
  checkTenantPart(copy)
  const unreachable = findUnreachable(copy)
  if (unreachable !== null) throw refusal(unreachable.path, unreachable.message)
  checkRetentionEnds(copy)
  const policy = deepFreeze(copy) as Policy<P>
  DEFINED.add(policy)
  return policy
}

/** What has passed the checks, and is frozen: a copy of it has not. */
const DEFINED = new WeakSet<object>()

/** The policy, checked now where it did not come from {@link definePolicy}. */
export function checkedPolicyOf<P extends PolicyInput>(policy: P): Policy<P> {
  return DEFINED.has(Object(policy)) ? (policy as Policy<P>) : checkedPolicy(policy)
}

/** The same checks as for users, with the path to the part before them. */
function checkTenantPart(policy: PolicyInput): void {
  const { tenant, user } = policy
  if (tenant === undefined) return
  if (user.tenant === undefined) throw refusal('tenant', 'needs user.tenant')
  if ((tenant.table === undefined) !== (tenant.id === undefined)) {
    throw refusal(`tenant.${tenant.id === undefined ? 'id' : 'table'}`, 'is missing')
  }
  if (tenant.table === user.table) throw refusal('tenant.table', 'is the user table')
  if (Object.hasOwn(tenant.tables, user.table)) {
    throw refusal(`tenant.tables.${user.table}`, 'is the user table: users are deleted one by one')
  }
  const own = tenantPolicyOf(policy)
  if (own === null) return
  try {
    checkUser(own)
    for (const [table, entry] of Object.entries(own.tables)) checkTable(own, table, entry)
    refuseEnds(own)
    const unreachable = findUnreachable(own)
    if (unreachable !== null) throw refusal(unreachable.path, unreachable.message)
  } catch (cause) {
    throw cause instanceof UserDeletionError ? within('tenant', cause) : cause
  }
}

function refuseEnds({ tables }: PolicyInput): void {
  for (const [table, entry] of Object.entries(tables)) {
    const rules = rulesOf(entry)
    for (const [index, rule] of rules.entries()) {
      if (rule.action !== 'retain' || rule.for === undefined) continue
      const path = rulePath(table, index, rules.length)
      throw refusal(`${path}.for`, "is not for a tenant's own rows: nothing would see to their end")
    }
  }
}

function within(part: string, { message, details }: UserDeletionError): UserDeletionError {
  return new UserDeletionError('invalid_policy', message.replace('Policy: ', `Policy: ${part}.`), {
    details: { ...details, path: `${part}.${String(details['path'])}` },
  })
}

function refusal(path: string, message: string): UserDeletionError {
  return new UserDeletionError(
    'invalid_policy',
    `Policy: ${path === '' ? 'it' : path} ${message}.`,
    {
      details: { path },
    },
  )
}

function cloneData<P>(input: P): P {
  try {
    return structuredClone(input)
  } catch (cause) {
    throw new UserDeletionError(
      'invalid_policy',
      'Policy: it holds something that is not plain data.',
      {
        cause,
        details: { path: '' },
      },
    )
  }
}

function checkUser({ user, tables }: PolicyInput): void {
  const { action = 'delete' } = user
  const anonymized = user as { readonly reason?: string; readonly set?: SetInput }
  if (action === 'anonymize') {
    if (anonymized.reason === undefined) throw refusal('user.reason', 'is missing')
    if (anonymized.set === undefined) throw refusal('user.set', 'is missing')
    for (const column of [user.id, user.tenant]) {
      if (column !== undefined && Object.hasOwn(anonymized.set, column)) {
        throw refusal(`user.set.${column}`, 'would change the key of the user')
      }
    }
    checkSet(user.fields ?? {}, 'user.set', anonymized.set)
  } else {
    for (const key of ['reason', 'set'] as const) {
      if (anonymized[key] !== undefined)
        throw refusal(`user.${key}`, 'belongs to action "anonymize"')
    }
  }
  if (
    user.fields !== undefined &&
    Object.hasOwn(user.fields, 'id') &&
    user.fields['id'] !== user.id
  ) {
    throw refusal('user.fields.id', 'names another column than user.id')
  }
  checkGhost(user)
  if (tables[user.table] === 'unrelated') {
    throw refusal(`tables.${user.table}`, 'is the user table, which is not unrelated')
  }
}

/** The ghost's id is written as it stands, and compared with ids in their one spelling. */
function checkGhost({ ghost, idType }: PolicyInput['user']): void {
  if (ghost === undefined || idType === undefined) return
  const type = idType === 'objectId' ? 'object_id' : 'uuid'
  if (nativeIdText(type, ghost.id) === ghost.id) return
  throw refusal('user.ghost.id', `is not the text of a ${idType} in lower case`)
}

function checkStatus({ user }: PolicyInput): void {
  for (const [state, columns] of Object.entries(user.status ?? {})) {
    const path = `user.status.${state}`
    if (Object.keys(columns).length === 0) throw refusal(path, 'names no column')
    for (const [column, value] of Object.entries(columns)) {
      if (column === user.id || column === user.tenant) {
        throw refusal(`${path}.${column}`, 'would change the key of the user')
      }
      refuseWord(`${path}.${column}`, value, INSTANT_WORDS)
    }
  }
}

function checkReserve({ user }: PolicyInput): void {
  for (const [field, given] of Object.entries(user.reserve ?? {})) {
    const path = `user.reserve.${field}`
    if (field === 'id') throw refusal(path, 'is the id: `engine.isDeleted` tells who was deleted')
    checkField(user.fields ?? {}, path, { user: field })
    if (typeof given === 'string') checkTerm(path, given)
    else checkTerm(`${path}.for`, given.for)
  }
}

function refuseWord(path: string, value: unknown, words: Words): void {
  const mistake = findWordMistake(value, words)
  if (mistake !== null) throw refusal(path, mistake)
}

function checkAudit({ audit, tables }: PolicyInput): void {
  if (audit === undefined) return
  if (!Object.hasOwn(tables, audit.table)) throw refusal('audit.table', 'is not one of the tables')
  for (const [column, value] of Object.entries(audit.entry)) {
    refuseWord(`audit.entry.${column}`, value, AUDIT_WORDS)
  }
}

function checkTable(policy: PolicyInput, table: string, entry: TableInput): void {
  checkPrecedence(table, entry)
  checkNames(table, rulesOf(entry))
  for (const [index, rule] of rulesOf(entry).entries()) checkRule(policy, table, index, rule)
  refuseTwoValues(table, rulesOf(entry))
}

function refuseTwoValues(table: string, rules: readonly RuleInput[]): void {
  const found = findTwoValues(rules)
  if (found === null) return
  const [earlier, later] = found.rules.map((index) => rulePath(table, index, rules.length))
  throw refusal(
    `${later}.${found.key}`,
    `says something else than ${earlier} about rows that both may match: write the same, or tell the rules apart by "where"`,
  )
}

function checkPrecedence(table: string, entry: PolicyInput['tables'][string]): void {
  if (typeof entry === 'string' || !('precedence' in entry)) return
  if (new Set(entry.precedence).size !== entry.precedence.length) {
    throw refusal(`tables.${table}.precedence`, 'names an action twice')
  }
  const missing = entry.rules.find(
    (rule) => rule.action !== 'external' && !entry.precedence.includes(rule.action),
  )
  if (missing !== undefined) {
    throw refusal(`tables.${table}.precedence`, `does not name "${missing.action}"`)
  }
}

function checkNames(table: string, rules: readonly RuleInput[]): void {
  const seen = new Set<string>()
  for (const [index, rule] of rules.entries()) {
    const name = 'name' in rule ? rule.name : undefined
    if (name === undefined) continue
    if (seen.has(name))
      throw refusal(`${rulePath(table, index, rules.length)}.name`, 'is used twice')
    seen.add(name)
  }
}

function checkRule(policy: PolicyInput, table: string, index: number, rule: RuleInput): void {
  const path = rulePath(table, index, rulesOf(policy.tables[table] ?? 'unrelated').length)
  const fields = policy.user.fields ?? {}
  if (rule.action === 'delete' && table === policy.user.table) {
    throw refusal(`${path}.action`, 'would delete other users without a receipt of their own')
  }
  for (const { path: place, way } of placedWaysOf(path, rule.match)) {
    checkWay(policy, place, way)
    checkInText(place, way, rule.action)
    checkAnyCase(place, way)
  }
  if (rule.match !== undefined) checkTenant(policy, path, rule)
  if ('set' in rule && rule.set !== undefined) checkSet(fields, `${path}.set`, rule.set)
  if (rule.action === 'detach') checkDetach(policy, path, rule)
  if (rule.action === 'retain') checkRetention(fields, path, rule)
}

/** One reference is cut. Among the elements of an array only the user's own can be told. */
function checkDetach(policy: PolicyInput, path: string, rule: DetachRule): void {
  const { match, to } = rule
  if (Array.isArray(match)) {
    throw refusal(`${path}.match`, 'is a list: each reference is cut by a rule of its own')
  }
  if (to === 'ghost' && policy.user.ghost === undefined) {
    throw refusal(`${path}.to`, 'needs user.ghost')
  }
  if (typeof match === 'string') return
  if (to === 'ghost' && 'array' in match) {
    throw refusal(`${path}.to`, 'cannot put the ghost into an array')
  }
  const steps = 'json' in match ? pathSteps(match.path) : []
  if (match.through !== undefined && ('array' in match || steps.includes(null))) {
    throw refusal(
      `${path}.match.through`,
      'cannot be detached: only the user can be taken out of an array',
    )
  }
  if (steps.at(-1) === null && 'json' in match) {
    const before = steps.slice(0, -1)
    const way = before.length === 0 ? '' : `, path: ${JSON.stringify(spellPath(before))}`
    throw refusal(
      `${path}.match.path`,
      `ends at the elements of an array: \`{ array: ${JSON.stringify(match.json)}${way} }\` takes the user out of it`,
    )
  }
}

function checkWay(policy: PolicyInput, path: string, way: WayInput): void {
  if (typeof way === 'string') return
  if (way.equals !== undefined && way.through !== undefined) {
    throw refusal(path, 'has both "equals" and "through"')
  }
  if (way.equals !== undefined) {
    checkField(policy.user.fields ?? {}, `${path}.equals.user`, way.equals)
  }
  checkForm(path, way, way.through === undefined ? fieldOf(way) : null)
}

/** A value without an end could be the beginning of somebody else's. */
function checkInText(path: string, way: WayInput, action: RuleInput['action']): void {
  if (typeof way === 'string' || way.inText === undefined) return
  for (const end of ['prefix', 'suffix'] as const) {
    if (way[end] === undefined) throw refusal(`${path}.${end}`, 'is missing beside "inText"')
  }
  if (action !== 'delete') throw refusal(`${path}.inText`, 'is for rules that delete')
}

/** Ids are compared as they are: two that differ in case only are two users. */
function checkAnyCase(path: string, way: WayInput): void {
  if (typeof way === 'string' || way.ignoreCase === undefined) return
  if (fieldOf(way) === 'id') {
    throw refusal(`${path}.ignoreCase`, 'needs a field of the user other than the id')
  }
}

/** How a reference may write down what it ends at: the id, another field, or (null) a column of other rows. */
function checkForm(
  path: string,
  written: {
    readonly form?: string
    readonly prefix?: string
    readonly suffix?: string
    readonly inText?: true
  },
  field: string | null,
): void {
  const { form, prefix, suffix, inText = false } = written
  if (suffix !== undefined && (field === null || (field === 'id' && !inText))) {
    throw refusal(`${path}.suffix`, 'stands behind a field of the user other than the id')
  }
  if (field !== 'id' && form !== undefined) {
    throw refusal(`${path}.form`, "needs a reference that ends at the user's id")
  }
  if (field === null && prefix !== undefined) {
    throw refusal(`${path}.prefix`, 'needs a reference that ends at a field of the user')
  }
  if (prefix !== undefined && form !== undefined && form !== 'string') {
    throw refusal(`${path}.prefix`, `stands before text only, not before form "${form}"`)
  }
}

function checkField(
  fields: Readonly<Record<string, string>>,
  path: string,
  reference: UserReference,
): void {
  if (reference.user !== 'id' && !Object.hasOwn(fields, reference.user)) {
    throw refusal(path, `names "${reference.user}", which is not one of user.fields`)
  }
}

function checkTenant(
  { user }: PolicyInput,
  path: string,
  rule: Extract<RuleInput, { readonly match: unknown }>,
): void {
  if (rule.tenant !== undefined && rule.acrossTenants) {
    throw refusal(`${path}.acrossTenants`, 'contradicts "tenant"')
  }
  if (user.tenant === undefined) {
    if (rule.tenant !== undefined) throw refusal(`${path}.tenant`, 'needs user.tenant')
    return
  }
  const isById = waysOf(rule.match).every((way) => fieldOf(way) === 'id')
  if (!isById && rule.tenant === undefined && rule.acrossTenants === undefined) {
    throw refusal(
      `${path}.tenant`,
      'is missing: a match by anything but the id names the tenant column or says acrossTenants: true',
    )
  }
}

function checkSet(fields: Readonly<Record<string, string>>, path: string, set: SetInput): void {
  for (const [column, value] of Object.entries(set)) {
    refuseWord(`${path}.${column}`, value, INSTANT_WORDS)
    if (typeof value !== 'object' || value === null) continue
    if ('pseudonym' in value)
      checkField(fields, `${path}.${column}.pseudonym.user`, value.pseudonym)
    if ('pull' in value) {
      checkField(fields, `${path}.${column}.pull.user`, value.pull)
      // Only the id has a spelling of its own in an array that is pulled from.
      checkForm(`${path}.${column}`, value, value.pull.user === 'id' ? 'id' : null)
      if (value.ignoreCase && value.pull.user === 'id') {
        throw refusal(`${path}.${column}.ignoreCase`, 'needs a field of the user other than the id')
      }
    }
  }
}

function checkRetention(
  fields: Readonly<Record<string, string>>,
  path: string,
  rule: Extract<RuleInput, { action: 'retain' }>,
): void {
  const term: string | undefined = rule.for
  if (term !== undefined) checkTerm(`${path}.for`, term)
  if (term !== undefined && rule.then === undefined) throw refusal(`${path}.then`, 'is missing')
  if (term === undefined && rule.then !== undefined) throw refusal(`${path}.for`, 'is missing')
  if (rule.then === 'anonymize' && rule.thenSet === undefined) {
    throw refusal(`${path}.thenSet`, 'is missing')
  }
  if (rule.then !== 'anonymize' && rule.thenSet !== undefined) {
    throw refusal(`${path}.thenSet`, 'belongs to then: "anonymize"')
  }
  if (rule.thenSet !== undefined) checkSet(fields, `${path}.thenSet`, rule.thenSet)
}

function checkTerm(path: string, term: string): void {
  if (isTerm(term)) return
  throw refusal(
    path,
    `is not an ISO 8601 duration longer than nothing and up to ${LONGEST}, nor one with " to end of month" or " to end of year" behind it`,
  )
}

/** Runs after reachability, as it follows the chains. */
function checkRetentionEnds(policy: PolicyInput): void {
  for (const [table, entry] of Object.entries(policy.tables)) {
    const rules = rulesOf(entry)
    for (const [index, rule] of rules.entries()) {
      const lost = findLostRetention(policy, { table, index }, rule)
      if (lost === null) continue
      throw refusal(`${rulePath(table, index, rules.length)}.${lost.key}`, lost.message)
    }
  }
}

function checkChecks({ checks = {}, tables }: PolicyInput): void {
  for (const [name, check] of Object.entries(checks)) {
    if (!Object.hasOwn(tables, check.table)) {
      throw refusal(`checks.${name}.table`, 'is not one of the tables')
    }
  }
}

function rulePath(table: string, index: number, count: number): string {
  return count === 1 ? `tables.${table}` : `tables.${table}[${index}]`
}
