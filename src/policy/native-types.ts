/**
 * Does the policy ask for types that not every database has?
 *
 * @module
 */
import type { NativeIdType, PolicyInput, RuleInput, SetInput } from './policy.ts'
import { rulesOf } from './rules-of.ts'
import { placedWaysOf } from './ways-of.ts'

/** A type beyond text, numbers and booleans. */
type NativeType = 'object_id' | 'uuid' | 'date'

interface Wanted {
  readonly path: string
  readonly type: NativeType
}

/** The first place that needs a type which is not among those given; `null` when there is none. */
export function findMissingType(policy: PolicyInput, types: readonly NativeType[]): Wanted | null {
  const { user, audit, tables, tenant } = policy
  const wanted: readonly Wanted[] = [
    ...ofId('user.idType', user.idType),
    ...ofSet('user.set', user.action === 'anonymize' ? user.set : undefined),
    ...Object.entries(user.status ?? {}).flatMap(([state, columns]) =>
      ofColumns(`user.status.${state}`, columns),
    ),
    ...ofColumns('audit.entry', audit?.entry ?? {}),
    ...ofTables('tables', tables),
    ...ofTables('tenant.tables', tenant?.tables ?? {}),
  ]
  return wanted.find(({ type }) => !types.includes(type)) ?? null
}

function ofTables(path: string, tables: PolicyInput['tables']): readonly Wanted[] {
  return Object.entries(tables).flatMap(([table, entry]) => {
    const rules = rulesOf(entry)
    return rules.flatMap((rule, index) =>
      ofRule(`${path}.${table}${rules.length === 1 ? '' : `[${index}]`}`, rule),
    )
  })
}

function ofRule(path: string, rule: RuleInput): readonly Wanted[] {
  const ways = placedWaysOf(path, rule.match).flatMap(({ path: place, way }) =>
    typeof way === 'string' ? [] : ofId(`${place}.form`, way.form),
  )
  return [
    ...ways,
    ...ofSet(`${path}.set`, 'set' in rule ? rule.set : undefined),
    ...ofSet(`${path}.thenSet`, 'thenSet' in rule ? rule.thenSet : undefined),
  ]
}

function ofSet(path: string, set: SetInput = {}): readonly Wanted[] {
  return Object.entries(set).flatMap(([column, value]) =>
    typeof value === 'object' && value !== null && 'pull' in value
      ? ofId(`${path}.${column}.form`, value.form)
      : ofColumns(path, { [column]: value }),
  )
}

function ofId(path: string, type: NativeIdType | 'string' | undefined): readonly Wanted[] {
  if (type === undefined || type === 'string') return []
  return [{ path, type: type === 'objectId' ? 'object_id' : 'uuid' }]
}

function ofColumns(path: string, columns: Readonly<Record<string, unknown>>): readonly Wanted[] {
  return Object.entries(columns)
    .filter(([, value]) => value === '$atDate')
    .map(([column]) => ({ path: `${path}.${column}`, type: 'date' }))
}
