/**
 * What a deletion may touch, worked out row by row from the policy and without the engine: rows that belong
 * to the users who went, in the columns that a matching rule names, and what foreign keys do to the rest.
 */
import assert from 'node:assert/strict'
import type { MatchInput, PathInput, RuleInput } from '../../src/policy/policy.ts'
import type { ForeignKeyAction, TableSchema } from '../../src/store.ts'
import { policyOf, type TenantPolicy } from './generated-policy.ts'
import type { Call, Run, Snapshot } from './generated-run.ts'
import { type Row, rowsOf, schemaOf } from './generated-schema.ts'
import type { World } from './generated-world.ts'

/** Fails when a row changed, or went, without a rule or a foreign key that says so. */
export function checkOthersUntouched(world: World, { calls }: Run): void {
  const policy = policyOf(world)
  const schema = schemaOf(world)
  let before: Snapshot = rowsOf(world)
  const named = new Set<unknown>()
  for (const call of calls) {
    for (const id of call.ids) named.add(id)
    const users = usersTouched(world, before, call, named)
    const change: Change = { world, policy, schema, before, after: call.rows, users }
    for (const table of schema) checkTable(change, table)
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
  const { policy, before } = change
  const rule = rulesOf(policy, table)[index]
  if (rule?.match === undefined) return false
  for (const [column, wanted] of Object.entries(rule.where ?? {})) {
    const values: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
    if (!values.includes(row[column])) return false
  }
  if (rule.tenant !== undefined && row[rule.tenant] !== user['tenant']) return false
  const values = located(row, rule.match).filter((value) => value != null)
  const { match } = rule
  if (typeof match === 'string' || match.through === undefined) {
    const field = typeof match === 'string' ? 'id' : (match.equals?.user ?? 'id')
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

function columnOf(match: MatchInput): string {
  if (typeof match === 'string') return match
  if ('json' in match) return match.json
  return 'array' in match ? match.array : match.column
}

function located(row: Row, match: MatchInput): readonly unknown[] {
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

function writtenAs(id: unknown, match: MatchInput): unknown {
  if (typeof match === 'string' || match.prefix === undefined || id === null) return id
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
