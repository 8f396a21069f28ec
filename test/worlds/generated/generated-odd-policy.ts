/**
 * The policy of an odd world.
 *
 * @module
 */
import type {
  PolicyInput,
  RuleInput,
  SetInput,
  SetValue,
  ThroughInput,
  WayInput,
} from '../../../src/policy/policy.ts'
import { ghostOf, holdsDigits, isTextInJson, TAG, tableName } from './generated-odd-tables.ts'
import type { OddRule, OddTable, OddWorld, Place } from './generated-odd-world.ts'

export type OddPolicy = PolicyInput & { readonly user: { readonly tenant: string } }

export function oddPolicyOf(world: OddWorld): OddPolicy {
  const ghost = ghostOf(world)
  const tables = world.tables.map((table, index) => {
    const rules = table.rules.flatMap((rule) => ruleOf(world, table, rule, index))
    return [tableName(index), rules.length === 0 ? 'unrelated' : rules] as const
  })
  return {
    name: 'odd',
    version: 1,
    user: {
      ...{ table: 'users', id: 'id', tenant: 'tenant' },
      fields: { email: 'email', handle: 'handle' },
      ...(typeof ghost === 'bigint' ? {} : { ghost: { id: ghost } }),
      status: { disabled: { status: 'disabled' } },
    },
    tables: Object.fromEntries(tables),
  }
}

function ruleOf(
  world: OddWorld,
  table: OddTable,
  rule: OddRule,
  index: number,
): readonly RuleInput[] {
  const { place, action, tenant, access, evenIfShared } = rule
  if (place === 'parent' && !hasParent(world, index)) return []
  const match = matchOf(world, table, place, index)
  const isField = FIELDS.has(place)
  const matching = {
    match,
    name: place,
    ...(tenant && place !== 'parent' ? { tenant: 'tenant' } : {}),
    ...(isField && !tenant ? { acrossTenants: true as const } : {}),
    ...(isField && evenIfShared ? { evenIfShared: true as const } : {}),
  }
  const set = setOf(world, table, rule)
  const reason = 'kept by law'
  switch (action) {
    case 'delete':
      return [{ ...matching, action, ...(access ? { grantsAccess: true as const } : {}) }]
    case 'detach':
      return [{ ...matching, action, ...(isGhostly(world, rule) ? { to: 'ghost' as const } : {}) }]
    case 'anonymize':
      return [{ ...matching, action, reason, set }]
    case 'retain':
      return [{ ...matching, action, reason, ...(rule.wipes.length === 0 ? {} : { set }) }]
    case 'block':
      return [{ ...matching, action, remedy: 'settle it' }]
    case 'external':
      return [{ ...matching, action, reason }]
  }
}

/** Whether the table before has a rule that some row of it may match. */
function hasParent({ tables }: OddWorld, index: number): boolean {
  const rules = tables[index - 1]?.rules ?? []
  return rules.some(({ place }) => index > 1 || place !== 'parent')
}

const FIELDS: ReadonlySet<Place> = new Set(['addr', 'handle', 'user_email'])

function isGhostly({ ids }: OddWorld, { place, ghost }: OddRule): boolean {
  return ghost && ids !== 'bigint' && (place === 'owner' || place === 'other' || place === 'tag')
}

function matchOf(world: OddWorld, table: OddTable, place: Place, index: number): WayInput {
  const form = isTextInJson(world) ? { form: 'string' as const } : {}
  const email = { equals: { user: 'email' } }
  switch (place) {
    case 'owner':
    case 'other':
      return holdsDigits(world, table, place) ? { column: place, form: 'string' } : place
    case 'addr':
      return { column: 'addr', ...email }
    case 'handle':
      return { column: 'handle', equals: { user: 'handle' } }
    case 'tag':
      return { column: 'tag', prefix: TAG }
    case 'user_id':
      return { json: 'doc', path: 'user.id', ...form }
    case 'user_email':
      return { json: 'doc', path: 'user.email', ...email }
    case 'items':
      return { json: 'doc', path: 'items[].by', ...form }
    case 'deep':
      return { json: 'doc', path: 'deep.a[].b[].c', ...form }
    case 'list':
      return { array: 'doc', path: 'list', ...form }
    case 'seats':
      return { array: 'doc', path: 'seats', element: 'by', ...form }
    case 'parent':
      return { column: 'parent', through: parentOf(world, index) }
  }
}

function parentOf({ tables }: OddWorld, index: number): ThroughInput {
  const places = (tables[index - 1]?.rules ?? [])
    .map(({ place }) => place)
    .filter((place) => index > 1 || place !== 'parent')
  const rule = places[index % places.length]
  return { table: tableName(index - 1), key: 'rid', ...(rule === undefined ? {} : { rule }) }
}

/** Overwrites places of the table; where it overwrites none, something that is nobody's. */
function setOf(world: OddWorld, table: OddTable, { wipes }: OddRule): SetInput {
  const set: Record<string, SetValue> = {}
  const scrub: string[] = []
  for (const wipe of wipes) {
    const place = table.rules[wipe % (table.rules.length + 1)]?.place
    if (place === undefined) set['note'] = 'gone'
    else if (place in PATHS) scrub.push(PATHS[place as keyof typeof PATHS])
    else if (place === 'list' || place === 'seats') {
      set['doc'] = {
        ...{ pull: { user: 'id' }, path: place },
        ...(place === 'seats' ? { element: 'by' } : {}),
        ...(isTextInJson(world) ? { form: 'string' as const } : {}),
      }
    } else if (!(place === 'owner' && table.key === 'no_action')) set[place] = null
  }
  if (scrub.length > 0) set['doc'] = { scrub: [...new Set(scrub)] }
  return Object.keys(set).length === 0 ? { note: 'gone' } : set
}

const PATHS = {
  user_id: 'user.id',
  user_email: 'user.email',
  items: 'items[].by',
  deep: 'deep.a[].b[].c',
} as const
