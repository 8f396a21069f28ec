/**
 * From a policy to steps: every rule resolved to a selector and its assignments, not yet in order.
 *
 * @module
 */

import { pathSteps } from '../../policy/json-path.ts'
import type {
  ArrayMatch,
  CheckInput,
  DetachRule,
  FormInput,
  NativeIdType,
  PolicyInput,
  RetainRule,
  RuleInput,
  SetInput,
  SetValue,
  TableInput,
  WayInput,
  WhereInput,
} from '../../policy/policy.ts'
import { parentRules, type RuleSite, throughOf } from '../../policy/reachability.ts'
import { precedenceOf, rulesOf } from '../../policy/rules-of.ts'
import { fieldOf, waysOf } from '../../policy/ways-of.ts'
import { isDeepEqual } from '../../ports.ts'
import { outdoneOf } from '../../program/columns/touches.ts'
import { isInstant, literalOf } from '../../program/placeholders.ts'
import type {
  Assignment,
  AuditTemplate,
  Condition,
  DerivedValue,
  Exception,
  IdentityMode,
  IdForm,
  IdType,
  JsonPath,
  LastOfCheck,
  Locator,
  ReservedField,
  Retention,
  Scalar,
  Selector,
  SelectorTarget,
  Step,
  UserTable,
  Wanted,
} from '../../program/program.ts'
import { isSamePath, wayInto } from '../../program/selectors.ts'

/** A policy's parts as steps in the order they are written in. */
export interface CompiledPolicy {
  readonly user: UserTable
  readonly steps: readonly Step[]
  readonly audit: AuditTemplate | null
  readonly derived: readonly DerivedValue[]
}

/** Compiles a checked policy. Pure; the same policy gives the same steps. */
export function compilePolicy(policy: PolicyInput): CompiledPolicy {
  const derived: DerivedValue[] = []
  const selectors = selectorsIn(policy)
  const steps = Object.entries(policy.tables).flatMap(([table, entry]) => {
    const meetings = meetingsIn(selectors, table, entry)
    return rulesOf(entry).map((rule, index) =>
      compileRule(policy, derived, { table, entry, rule, index, selectors, meetings }),
    )
  })
  return {
    user: compileUser(policy, derived),
    steps: steps.map((step) => withOutdone(step, steps)),
    audit: policy.audit ?? null,
    derived,
  }
}

/** Compiles one declared check. */
export function compileCheck(name: string, check: CheckInput): LastOfCheck {
  const { table, match, within, effect, remedy } = check
  return { name, effect, table, match, within, remedy, where: compileWhere(check.where) }
}

interface RuleInTable {
  readonly table: string
  readonly entry: TableInput
  readonly rule: RuleInput
  readonly index: number
  readonly selectors: Selectors
  readonly meetings: Meetings
}

function compileRule(policy: PolicyInput, derived: DerivedValue[], site: RuleInTable): Step {
  const { table, rule, index, selectors } = site
  const set = compileRuleSet(policy, derived, rule)
  return {
    id: `${table}#${index}`,
    table,
    rule: index,
    action: rule.action,
    ways: selectors(table, index),
    except: exceptionsOf(site),
    set,
    ...(rule.action === 'external' ? {} : { rank: rankOf(site) }),
    access: rule.action === 'delete' && rule.grantsAccess === true,
    event: 'event' in rule ? (rule.event ?? null) : null,
    reason: rule.reason ?? null,
    remedy: rule.action === 'block' ? (rule.remedy ?? null) : null,
    retention: rule.action === 'retain' ? compileRetention(derived, rule) : null,
    identity: identityOf(rule, set, derived),
    ...('secret' in rule && rule.secret !== undefined ? { secret: rule.secret } : {}),
  }
}

/** By table and index of the rule, one for each of its ways; each is one object, wherever it is asked for. */
type Selectors = (table: string, index: number) => readonly Selector[]

function selectorsIn(policy: PolicyInput): Selectors {
  const known = new Map<string, Map<number, readonly Selector[]>>()
  const selectors: Selectors = (table, index) => {
    const ofTable = known.get(table) ?? new Map<number, readonly Selector[]>()
    const found = ofTable.get(index)
    if (found !== undefined) return found
    const own = selectorsOfRule(policy, selectors, table, index)
    known.set(table, ofTable.set(index, own))
    return own
  }
  return selectors
}

/** Resolves a rule's match; parents are resolved the same way, up to the user. */
function selectorsOfRule(
  policy: PolicyInput,
  selectors: Selectors,
  table: string,
  index: number,
): readonly Selector[] {
  const rule = rulesOf(policy.tables[table] ?? 'unrelated')[index]
  if (rule?.match === undefined) return []
  const common = { table, where: compileWhere(rule.where), tenant: rule.tenant ?? null }
  return waysOf(rule.match).map((way) => ({
    ...common,
    locator: locatorOf(way),
    target: targetOf(policy, selectors, { table, index }, rule, way),
  }))
}

function targetOf(
  policy: PolicyInput,
  selectors: Selectors,
  site: RuleSite,
  rule: RuleInput,
  way: WayInput,
): SelectorTarget {
  const through = throughOf(way)
  if (through === undefined) {
    const target = { kind: 'user' as const, field: fieldOf(way), form: matchFormOf(way) }
    return within(policy, rule, target)
  }
  const parents = parentRules(policy, site, through) ?? []
  return {
    kind: 'rows',
    key: through.key,
    parents: parents.flatMap((parent) => selectors(parent.table, parent.index)),
  }
}

function locatorOf(way: WayInput): Locator {
  if (typeof way === 'string') return { column: way, path: null, each: false, element: null }
  if ('json' in way) return { column: way.json, ...inLastArray(pathSteps(way.path)) }
  if ('array' in way) {
    return { column: way.array, each: true, ...arrayPaths(way) }
  }
  return { column: way.column, path: null, each: false, element: null }
}

/** A path through arrays, parted at the last of them. */
function inLastArray(steps: JsonPath): Omit<Locator, 'column'> {
  const last = steps.lastIndexOf(null)
  if (last === -1) return { path: steps, each: false, element: null }
  const [path, element] = [steps.slice(0, last), steps.slice(last + 1)]
  return { path: unlessEmpty(path), each: true, element: unlessEmpty(element) }
}

function unlessEmpty(steps: JsonPath): JsonPath | null {
  return steps.length === 0 ? null : steps
}

function arrayPaths({
  path,
  element,
}: Pick<ArrayMatch, 'path' | 'element'>): Pick<Locator, 'path' | 'element'> {
  return {
    path: path === undefined ? null : pathSteps(path),
    element: element === undefined ? null : pathSteps(element),
  }
}

function matchFormOf(way: WayInput): IdForm | null {
  if (typeof way === 'string') return null
  if (way.inText) {
    const { prefix, suffix, ignoreCase } = way
    return { type: 'plain', prefix, suffix, within: true, ...(ignoreCase ? { ignoreCase } : {}) }
  }
  if (fieldOf(way) === 'id') return idFormOf(way)
  const form = fieldFormOf(way)
  return way.ignoreCase ? { ...ANY_CASE, ...form } : form
}

const ANY_CASE = { type: 'plain', prefix: '', ignoreCase: true } as const

/** A field between fixed texts is text. */
function fieldFormOf({ prefix, suffix }: Exclude<WayInput, string>): IdForm | null {
  if (prefix === undefined && suffix === undefined) return null
  const form = { type: 'plain', prefix: prefix ?? '' } as const
  return suffix === undefined ? form : { ...form, suffix }
}

/** A prefix alone makes the id text. */
function idFormOf({ form, prefix }: Pick<FormInput, 'form' | 'prefix'>): IdForm | null {
  if (form === undefined && prefix === undefined) return null
  return { type: form === 'string' ? 'plain' : idTypeOf(form), prefix: prefix ?? '' }
}

function idTypeOf(type: NativeIdType | undefined): IdType {
  if (type === undefined) return 'plain'
  return type === 'objectId' ? 'object_id' : 'uuid'
}

function compileWhere(where: WhereInput = {}): readonly Condition[] {
  return Object.entries(where).map(([column, value]) => ({
    column,
    values: isScalar(value) ? [value] : value,
  }))
}

function isScalar(value: Scalar | readonly Scalar[]): value is Scalar {
  return !Array.isArray(value)
}

/**
 * Among whom the value has to be the user's alone. Within a tenant an id is; across tenants it may be another
 * user's too.
 */
function within<W extends Wanted>({ user }: PolicyInput, rule: RuleInput, wanted: W): W {
  if (rule.match === undefined || rule.evenIfShared) return wanted
  const isWhole = user.tenant === undefined
  if (wanted.field === 'id' && (isWhole || rule.tenant !== undefined)) return wanted
  return { ...wanted, reach: isWhole || rule.tenant === undefined ? 'all' : 'tenant' }
}

function withOutdone(step: Step, steps: readonly Step[]): Step {
  const outdone = outdoneOf(step, steps)
  return outdone.length === 0 ? step : { ...step, outdone }
}

function rankOf({ entry, rule }: Pick<RuleInTable, 'entry' | 'rule'>): number {
  return rule.action === 'external' ? -1 : precedenceOf(entry).indexOf(rule.action)
}

/** Rules of a table whose rows others leave alone: one list each, which all rules share that leave them alone. */
interface Meetings {
  /** Where what deletes stands in the table's precedence. */
  readonly goes: number
  readonly notExternal: readonly Exception[]
  readonly keeping: readonly Exception[]
  readonly access: readonly Exception[]
  readonly leaving: readonly Exception[]
}

function meetingsIn(selectors: Selectors, table: string, entry: TableInput): Meetings {
  const goes = precedenceOf(entry).indexOf('delete')
  const found = (isWanted: (other: RuleInput) => boolean): readonly Selector[] =>
    rulesOf(entry).flatMap((other, index) => (isWanted(other) ? selectors(table, index) : []))
  const keeping = found((other) => keepsRows(other) && rankOf({ entry, rule: other }) < goes)
  const access = found(isAccess)
  const going = found((other) => other.action === 'delete' && !isAccess(other))
  const leaving = [
    ...access,
    ...(keeping.length === 0 ? going : going.map((one) => ({ ...one, unless: keeping }))),
  ]
  return {
    ...{ goes, keeping, access, leaving },
    notExternal: found(({ action }) => action !== 'external'),
  }
}

/**
 * What decides whether a row is there for the rule. What grants access goes, whatever else is said of it; other rows
 * go unless a stronger rule keeps them. A rule that writes leaves alone what goes, and a rule about data that is
 * cleaned elsewhere says nothing about rows of others.
 */
function exceptionsOf(site: RuleInTable): readonly Exception[] {
  const { rule, meetings } = site
  const { goes, notExternal, keeping, access, leaving } = meetings
  if (rule.action === 'block') return []
  if (rule.action === 'external') return notExternal
  if (isAccess(rule)) return []
  if (rule.action === 'delete') return keeping
  return goes === -1 || rankOf(site) < goes ? access : leaving
}

function isAccess(rule: RuleInput): boolean {
  return rule.action === 'delete' && rule.grantsAccess === true
}

function keepsRows({ action }: RuleInput): boolean {
  return action === 'retain' || action === 'anonymize' || action === 'detach'
}

function compileRuleSet(
  policy: PolicyInput,
  derived: DerivedValue[],
  rule: RuleInput,
): readonly Assignment[] {
  if (rule.action === 'anonymize') return compileSet(derived, rule.set)
  if (rule.action === 'retain') return compileSet(derived, rule.set ?? {})
  return rule.action === 'detach' ? [compileDetach(policy, rule)] : []
}

function compileDetach(policy: PolicyInput, rule: DetachRule): Assignment {
  const locator = locatorOf(rule.match)
  const { column, path, each, element } = locator
  const form = matchFormOf(rule.match)
  const field = fieldOf(rule.match)
  const isOfArray = typeof rule.match !== 'string' && 'array' in rule.match
  const wanted = within(policy, rule, { field, form })
  if (isOfArray) return { kind: 'pull', column, path, element, ...wanted }
  const written = rule.to === 'ghost' ? ghostIn(policy.user, form) : { value: null }
  const place = wayInto(locator)
  if (place === null) return { kind: 'constant', column, ...written }
  // Other elements hold other users.
  const holding = each ? { holding: wanted } : {}
  return { kind: 'json_value', column, path: place, ...written, ...holding }
}

/** The ghost's id as the reference writes ids down. */
function ghostIn(
  { ghost, idType }: PolicyInput['user'],
  form: IdForm | null,
): { readonly value: Scalar; readonly idType?: IdType } {
  const id = ghost?.id ?? null
  if (form?.type === 'plain') return { value: `${form.prefix}${id}` }
  const type = form?.type ?? idTypeOf(idType)
  return type === 'plain' ? { value: id } : { value: id, idType: type }
}

function compileSet(derived: DerivedValue[], set: SetInput): readonly Assignment[] {
  return Object.entries(set).map(([column, value]) => compileAssignment(derived, column, value))
}

function compileAssignment(derived: DerivedValue[], column: string, value: SetValue): Assignment {
  if (typeof value !== 'object' || value === null) {
    if (!isInstant(value)) return { kind: 'constant', column, value: literalOf(value) }
    const index = indexIn(derived, { kind: 'instant', word: value })
    return { kind: 'derived', column, index, instant: value }
  }
  if ('scrub' in value) return { kind: 'scrub', column, paths: value.scrub.map(pathSteps) }
  if ('pull' in value) {
    const form = value.ignoreCase ? ANY_CASE : idFormOf(value)
    return { kind: 'pull', column, ...arrayPaths(value), field: value.pull.user, form }
  }
  const wanted: DerivedValue = {
    kind: 'pseudonym' in value ? 'pseudonym' : 'random_token',
    field: 'pseudonym' in value ? value.pseudonym.user : 'id',
    prefix: value.prefix ?? '',
    suffix: value.suffix ?? '',
  }
  return { kind: 'derived', column, index: indexIn(derived, wanted) }
}

/** Equal values are computed once. */
function indexIn(derived: DerivedValue[], wanted: DerivedValue): number {
  const found = derived.findIndex((one) => isDeepEqual(one, wanted))
  return found === -1 ? derived.push(wanted) - 1 : found
}

function compileRetention(derived: DerivedValue[], rule: RetainRule): Retention {
  return {
    term: rule.for ?? null,
    then: rule.then ?? null,
    thenSet: compileSet(derived, rule.thenSet ?? {}),
  }
}

/** How kept rows name the user after the step has run: of several ways by the one that tells the most. */
function identityOf(
  rule: RuleInput,
  set: readonly Assignment[],
  derived: readonly DerivedValue[],
): IdentityMode {
  const left = waysOf(rule.match).map((way) => identityBehind(rule, way, set, derived))
  return IDENTITIES.find((mode) => left.includes(mode)) ?? 'kept_id'
}

const IDENTITIES: readonly IdentityMode[] = ['kept_id', 'keyed_hash', 'random_token', 'removed']

function identityBehind(
  rule: RuleInput,
  way: WayInput,
  set: readonly Assignment[],
  derived: readonly DerivedValue[],
): IdentityMode {
  if (throughOf(way) !== undefined) return 'kept_id'
  if (rule.action === 'delete' || rule.action === 'detach') return 'removed'
  const { column, ...inside } = locatorOf(way)
  const change = set.find((assignment) => assignment.column === column)
  if (change?.kind === 'constant') return 'removed'
  if (change?.kind === 'pull') return 'removed'
  if (change?.kind === 'scrub') {
    const place = wayInto(inside)
    const isGone = place !== null && change.paths.some((gone) => isSamePath(gone, place))
    return isGone ? 'removed' : 'kept_id'
  }
  if (change?.kind === 'derived' && change.instant !== undefined) return 'removed'
  if (change?.kind !== 'derived') return fieldOf(way) === 'id' ? 'kept_id' : 'removed'
  return derived[change.index]?.kind === 'random_token' ? 'random_token' : 'keyed_hash'
}

function compileUser({ user }: PolicyInput, derived: DerivedValue[]): UserTable {
  return {
    table: user.table,
    id: user.id,
    idType: idTypeOf(user.idType),
    tenant: user.tenant ?? null,
    ...(user.createdAt === undefined ? {} : { createdAt: user.createdAt }),
    fields: { ...user.fields, id: user.id },
    ...(user.reserve === undefined ? {} : { reserve: compileReserve(user.reserve) }),
    ...(user.secret === undefined ? {} : { secret: user.secret }),
    action: user.action ?? 'delete',
    ...(user.action === 'anonymize' ? { reason: user.reason } : {}),
    set: user.action === 'anonymize' ? compileSet(derived, user.set) : [],
    disabled: user.status?.disabled ?? null,
    active: user.status?.active ?? null,
    ghost: user.ghost?.id ?? null,
  }
}

function compileReserve(
  reserve: NonNullable<PolicyInput['user']['reserve']>,
): readonly ReservedField[] {
  return Object.entries(reserve).map(([field, given]) =>
    typeof given === 'string'
      ? { field, term: given, ignoreCase: false }
      : { field, term: given.for, ignoreCase: given.ignoreCase ?? false },
  )
}
