/**
 * What a deletion may touch, and what it has to do, worked out row by row from the policy and without the engine:
 * rows that belong to the users who went, in the columns that a matching rule names, and what foreign keys do to
 * the rest. Which rows go and what stays of the others is in "Two rules on one row" of the design.
 */
import assert from 'node:assert/strict'
import type { PathInput, RuleInput, WayInput } from '../../../src/policy/policy.ts'
import type { ForeignKeyAction, TableSchema } from '../../../src/program/schema.ts'
import { policyOf, type TenantPolicy } from './generated-policy.ts'
import type { Call, Run, Snapshot } from './generated-run.ts'
import { ghostOf, type Row, rowsOf, schemaOf } from './generated-schema.ts'
import type { World } from './generated-world.ts'

/** Fails when a row changed, or went, without a rule or a foreign key that says so. */
export function checkOthersUntouched(world: World, { calls }: Run): void {
  const policy = policyOf(world)
  const schema = schemaOf(world)
  let before: Snapshot = rowsOf(world)
  const named = new Set<unknown>()
  for (const call of calls) {
    const earlier = new Set(named)
    for (const id of call.ids) named.add(id)
    const users = usersTouched(world, before, call, named)
    const change: Change = { world, policy, schema, before, after: call.rows, users }
    for (const plan of call.plans) checkPlan(change, plan)
    for (const table of schema) checkTable(change, table)
    const [user] = users
    // Of several users each one sees what those before have left, and an earlier attempt may have done half of it.
    const isAlone = users.length === 1 && user !== undefined && went(change, user)
    if (isAlone && !(world.maxRows === 2 && earlier.has(user['id']))) {
      for (const table of schema) checkAllDone(change, table, user)
    }
    before = call.rows
  }
}

interface Change {
  readonly world: World
  readonly policy: TenantPolicy
  readonly schema: readonly TableSchema[]
  readonly before: Snapshot
  readonly after: Snapshot
  readonly users: readonly Row[]
}

/** Users who went. A journalled deletion that fails has cut access and some rows, so its users count too. */
function usersTouched(
  { maxRows, tombstone }: World,
  before: Snapshot,
  { rows }: Call,
  named: ReadonlySet<unknown>,
): readonly Row[] {
  return (before['users'] ?? []).filter((user) => {
    const left = rows['users']?.find(({ rid }) => rid === user['rid'])
    if (left === undefined) return true
    if (tombstone && left['status'] === 'deleted' && user['status'] !== 'deleted') return true
    return maxRows === 2 && named.has(user['id'])
  })
}

function checkTable(change: Change, schema: TableSchema): void {
  const { before, after } = change
  const left = new Map((after[schema.name] ?? []).map((row) => [row['rid'], row]))
  for (const row of before[schema.name] ?? []) {
    const now = left.get(row['rid'])
    left.delete(row['rid'])
    const place = `${schema.name} ${row['rid']}`
    const allowed = allowedFor(change, schema, row)
    if (now === undefined) {
      const isExcused = allowed.has(GONE) || pulledAlong(change, schema, row, ['cascade'], null)
      assert.ok(isExcused, `${place} went, and belongs to nobody who did`)
      continue
    }
    for (const [column, value] of Object.entries(row)) {
      if (now[column] === value || allowed.has(column)) continue
      const isExcused =
        now[column] === null &&
        pulledAlong(change, schema, row, ['set_null', 'set_default'], column)
      assert.ok(isExcused, `${place} changed in ${column}, which no rule for it names`)
    }
  }
  assert.equal(left.size, 0, `${schema.name} has rows that nobody inserted`)
}

function went({ before, after }: Change, user: Row): boolean {
  const left = after['users']?.find(({ rid }) => rid === user['rid'])
  const own = before['users']?.find(({ rid }) => rid === user['rid'])
  return left === undefined || (left['status'] === 'deleted' && own?.['status'] !== 'deleted')
}

/** Fails when a plan promises other rows than the design does. */
function checkPlan(change: Change, plan: unknown): void {
  if (typeof plan !== 'object' || plan === null) return
  const { userId, tenantId, steps } = plan as {
    readonly userId: unknown
    readonly tenantId: unknown
    readonly steps: readonly {
      readonly id: string
      readonly action: string
      readonly rows: number
    }[]
  }
  const user = change.before['users']?.find(
    ({ id, tenant }) => id === userId && tenant === tenantId,
  )
  assert.ok(user, 'there is a plan for nobody')
  for (const { id, action, rows } of steps) {
    if (action === 'unlink') continue
    const [table = '', rule = ''] = id.split('#')
    const meant: readonly Row[] = (change.before[table] ?? []).filter((row) =>
      isRowOf(change, { table, index: Number(rule), row, user }),
    )
    assert.equal(rows, meant.length, `the plan of ${String(userId)} counts ${id} otherwise`)
  }
}

/** Whether the rule has something to do with the row for the user, or has to name it. */
function isRowOf(change: Change, site: Site): boolean {
  if (!belongs(change, site)) return false
  const matched = matchedRules(change, site)
  const action = matched.find(({ index }) => index === site.index)?.rule.action
  if (action === 'block') return true
  if (action === 'external') return matched.every(({ rule }) => rule.action === 'external')
  if (action !== 'delete') return !goes(change.policy, site.table, matched)
  const own = matched.find(({ index }) => index === site.index)?.rule
  return isAccess(own) || !isKept(change.policy, site.table, matched)
}

/** Fails when a row of the user is as no rule wants it. */
function checkAllDone(change: Change, schema: TableSchema, user: Row): void {
  const { after, before, policy, world } = change
  for (const row of before[schema.name] ?? []) {
    if (schema.name === 'users' && row === user) continue
    const site = { table: schema.name, index: -1, row, user }
    const matched = matchedRules(change, site).filter(
      ({ rule }) => rule.action !== 'block' && rule.action !== 'external',
    )
    if (matched.length === 0) continue
    const place = `${schema.name} ${row['rid']}`
    const now = after[schema.name]?.find(({ rid }) => rid === row['rid'])
    if (goes(policy, schema.name, matched)) {
      assert.equal(now, undefined, `${place} is still there, and a rule deletes it`)
      continue
    }
    if (now === undefined) {
      const isExcused = pulledAlong(change, schema, row, ['cascade'], null)
      assert.ok(isExcused, `${place} went, and a stronger rule keeps it`)
      continue
    }
    for (const { column, value } of wantedIn(world, policy, schema.name, matched)) {
      const isExcused =
        now[column] === null &&
        pulledAlong(change, schema, row, ['set_null', 'set_default'], column)
      assert.ok(now[column] === value || isExcused, `${place} holds something else in ${column}`)
    }
    for (const { rule } of matched) {
      if (rule.action !== 'detach') continue
      const { match } = rule
      if (typeof match !== 'string' && match.through !== undefined) continue
      const field = typeof match === 'string' ? 'id' : (match.equals?.user ?? 'id')
      const isLeft = located(now, match).some((held) => held === writtenAs(user[field], match))
      assert.ok(!isLeft, `${place} still refers to the user, and a rule cuts that`)
    }
  }
}

interface Matched {
  readonly index: number
  readonly rule: MatchedRule
}

function matchedRules(change: Change, site: Site): readonly Matched[] {
  return rulesOf(change.policy, site.table)
    .map((rule, index) => ({ rule, index }))
    .filter(({ index }) => belongs(change, { ...site, index }))
}

const ORDER = ['block', 'retain', 'anonymize', 'delete', 'detach']

function rankOf({ tables }: TenantPolicy, table: string, { action }: RuleInput): number {
  const entry = tables[table]
  const isOrdered = typeof entry === 'object' && 'precedence' in entry
  const order: readonly string[] = isOrdered ? entry.precedence : ORDER
  return order.indexOf(action)
}

function isAccess(rule: RuleInput | undefined): boolean {
  return rule?.action === 'delete' && rule.grantsAccess === true
}

/** Whether a rule that is stronger than one that deletes keeps the row. */
function isKept(policy: TenantPolicy, table: string, matched: readonly Matched[]): boolean {
  const deleting = matched.find(({ rule }) => rule.action === 'delete')
  const limit = deleting === undefined ? -1 : rankOf(policy, table, deleting.rule)
  return matched.some(
    ({ rule }) =>
      ['retain', 'anonymize', 'detach'].includes(rule.action) &&
      rankOf(policy, table, rule) < limit,
  )
}

function goes(policy: TenantPolicy, table: string, matched: readonly Matched[]): boolean {
  if (matched.some(({ rule }) => isAccess(rule))) return true
  return matched.some(({ rule }) => rule.action === 'delete') && !isKept(policy, table, matched)
}

/** Values that have to stand in whole columns: of two rules the stronger one's. */
function wantedIn(
  world: World,
  policy: TenantPolicy,
  table: string,
  matched: readonly Matched[],
): readonly { readonly column: string; readonly value: unknown }[] {
  const sorted = [...matched].sort(
    (a, b) => rankOf(policy, table, a.rule) - rankOf(policy, table, b.rule),
  )
  const seen = new Set<string>()
  return sorted.flatMap(({ rule }) =>
    Object.entries(writesOf(world, rule)).flatMap(([column, value]) => {
      const isFirst = !seen.has(column)
      seen.add(column)
      return isFirst && (typeof value !== 'object' || value === null) ? [{ column, value }] : []
    }),
  )
}

function writesOf(world: World, rule: RuleInput): Readonly<Record<string, unknown>> {
  if (rule.action === 'anonymize') return rule.set
  if (rule.action === 'retain') return rule.set ?? {}
  if (rule.action !== 'detach') return {}
  const { match } = rule
  const column = columnOf(match)
  // Inside JSON, only a part of the column is written.
  if (typeof match !== 'string' && !('column' in match)) return { [column]: {} }
  const ghost = ghostOf(world)
  return { [column]: rule.to === 'ghost' ? ghostIn(match, ghost) : null }
}

function ghostIn(match: WayInput, ghost: string | number): string | number {
  if (typeof match === 'string') return ghost
  if (match.prefix !== undefined) return `${match.prefix}${ghost}`
  return match.form === 'string' ? String(ghost) : ghost
}

/** Stands among the allowed columns when the row may go as a whole. */
const GONE = ' gone'

function allowedFor(change: Change, schema: TableSchema, row: Row): ReadonlySet<string> {
  const { policy, users, world } = change
  const allowed = new Set<string>()
  if (schema.name === 'users' && users.includes(row)) {
    allowed.add('status')
    if (!world.tombstone) allowed.add(GONE)
    else for (const column of ['email', 'note']) allowed.add(column)
  }
  for (const [index, rule] of rulesOf(policy, schema.name).entries()) {
    if (!users.some((user) => belongs(change, { table: schema.name, index, row, user }))) continue
    for (const column of columnsOf(rule)) allowed.add(column)
    // Journalled, rows are cut loose from each other in one chunk and deleted in a later one.
    if (rule.action === 'delete' && world.maxRows === 2) {
      for (const { columns } of schema.foreignKeys)
        for (const column of columns) allowed.add(column)
    }
  }
  return allowed
}

function columnsOf(rule: RuleInput): readonly string[] {
  switch (rule.action) {
    case 'delete':
      return [GONE]
    case 'anonymize':
      return Object.keys(rule.set)
    case 'retain':
      return Object.keys(rule.set ?? {})
    case 'detach':
      return [columnOf(rule.match)]
    case 'block':
    case 'external':
      return []
  }
}

/** Whether a foreign key with such an action refers to a row that went. */
function pulledAlong(
  { world, schema, before, after }: Change,
  { name, foreignKeys }: TableSchema,
  row: Row,
  actions: readonly ForeignKeyAction[],
  column: string | null,
): boolean {
  if (!world.enforced) return false
  return foreignKeys.some(({ columns, references, onDelete }) => {
    const [own = '', key = ''] = [columns[0], references.columns[0]]
    if (!actions.includes(onDelete) || (column !== null && column !== own)) return false
    if (!schema.some((table) => table.name === references.table)) return false
    const parent = before[references.table]?.find((candidate) => candidate[key] === row[own])
    if (parent === undefined || (references.table === name && parent === row)) return false
    return !after[references.table]?.some(({ rid }) => rid === parent['rid'])
  })
}

interface Site {
  readonly table: string
  readonly index: number
  readonly row: Row
  readonly user: Row
}

function belongs(change: Change, { table, index, row, user }: Site): boolean {
  const rule = rulesOf(change.policy, table)[index]
  if (rule?.match === undefined) return false
  for (const [column, wanted] of Object.entries(rule.where ?? {})) {
    const values: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
    if (!values.includes(row[column])) return false
  }
  if (rule.tenant !== undefined && row[rule.tenant] !== user['tenant']) return false
  const ways = [rule.match].flat() as readonly WayInput[]
  return ways.some((way) => belongsBy(change, { table, index, row, user }, way))
}

function belongsBy(change: Change, { table, index, row, user }: Site, match: WayInput): boolean {
  const { policy, before } = change
  const values = located(row, match).filter((value) => value != null)
  if (typeof match === 'string' || match.through === undefined) {
    const field = typeof match === 'string' ? 'id' : (match.equals?.user ?? 'id')
    // A blank field is nobody's.
    if (String(user[field] ?? '').trim() === '') return false
    return values.some((value) => value === writtenAs(user[field], match))
  }
  const { table: parentTable, key, rule: name } = match.through
  return rulesOf(policy, parentTable).some((parentRule, position) => {
    const isItself = parentTable === table && position === index
    if (isItself || (name !== undefined && parentRule.name !== name)) return false
    return (before[parentTable] ?? []).some(
      (parent) =>
        values.some((value) => value === parent[key]) &&
        belongs(change, { table: parentTable, index: position, row: parent, user }),
    )
  })
}

type MatchedRule = RuleInput & { readonly name?: string }

function rulesOf({ tables }: TenantPolicy, table: string): readonly MatchedRule[] {
  const entry = tables[table]
  if (entry === undefined || entry === 'unrelated') return []
  if ('rules' in entry) return entry.rules
  return Array.isArray(entry) ? (entry as readonly RuleInput[]) : [entry as RuleInput]
}

function columnOf(match: WayInput): string {
  if (typeof match === 'string') return match
  if ('json' in match) return match.json
  return 'array' in match ? match.array : match.column
}

function located(row: Row, match: WayInput): readonly unknown[] {
  const held = row[columnOf(match)]
  if (typeof match === 'string' || 'column' in match) return [held]
  let value: unknown
  try {
    value = JSON.parse(String(held))
  } catch {
    return []
  }
  value = match.path === undefined ? value : at(value, match.path)
  if ('json' in match) return [value]
  if (!Array.isArray(value)) return []
  const { element } = match
  return element === undefined ? value : value.map((one) => at(one, element))
}

function writtenAs(id: unknown, match: WayInput): unknown {
  if (typeof match === 'string' || id === null) return id
  if (match.prefix === undefined) return match.form === 'string' ? String(id) : id
  return `${match.prefix}${id}`
}

function at(document: unknown, path: PathInput): unknown {
  let value = document
  for (const key of typeof path === 'string' ? path.split('.') : path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
