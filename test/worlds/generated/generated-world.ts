/**
 * Worlds for the parity test: tables with keys and rows, a policy over them, and deletions, as small
 * numbers that shrink well. `generated-schema.ts` and `generated-policy.ts` make the real thing of them.
 */
import fc from 'fast-check'
import type { NativeIdType } from '../../../src/policy/policy.ts'
import type { ForeignKeyAction } from '../../../src/program/schema.ts'

export interface World {
  readonly enforced: boolean
  readonly numericIds: boolean
  /** 2 makes nearly every deletion a journalled one. */
  readonly maxRows: number
  /** Blank user rows instead of deleting them. */
  readonly tombstone: boolean
  /** Leaves mistakes in the policy that the builder would otherwise correct. */
  readonly careless: boolean
  readonly check: 'none' | 'block' | 'warn'
  readonly boss: ForeignKeyAction | null
  readonly bossRule: 'none' | 'detach' | 'anonymize'
  /** Ids and addresses differ from each other in case and in trailing blanks only. */
  readonly alike: boolean
  /** How columns that hold users compare, by their place in {@link LOOSE}; of SQLite alone. */
  readonly collations: readonly ('BINARY' | 'NOCASE' | 'RTRIM')[]
  /** In which form SQLite keeps JSON; rows take turns with `mixed`. */
  readonly jsonForm: JsonForm | 'mixed'
  readonly users: readonly UserSpec[]
  readonly tables: readonly TableSpec[]
  readonly calls: readonly CallSpec[]
  /** Ids are texts that a database may hold as such values. */
  readonly nativeIds?: NativeIdType
  /** References that are text, whatever the user table holds. */
  readonly asText?: readonly Reference[]
  /** The database looks into arrays on the way to a field, which others do not: rows hold none there. */
  readonly looksIntoArrays?: boolean
}

export const JSON_FORMS = ['text', 'bytes', 'jsonb'] as const
export type JsonForm = (typeof JSON_FORMS)[number]

/** Columns that may have a collation. */
export const LOOSE: readonly string[] = ['owner', 'other', 'email', 'tenant', 'tag', 'boss', 'kind']

/** A column that holds ids of users. */
export type Reference = 'owner' | 'other' | 'members' | 'doc'

export interface UserSpec {
  readonly tenant: number
  readonly email: number | null
  readonly boss: number | null
}

export interface ColumnSpec {
  readonly notNull: boolean
  /** The action of the foreign key; `null` where there is none. */
  readonly onDelete: ForeignKeyAction | null
}

export interface TableSpec {
  readonly withoutRowId: boolean
  readonly uniqueNote: boolean
  readonly jsonNotNull: boolean
  readonly owner: ColumnSpec
  readonly other: ColumnSpec
  readonly self: ColumnSpec
  readonly parent: ColumnSpec
  /** Which earlier table `parent` refers to. */
  readonly parentTable: number
  readonly rules: readonly RuleSpec[]
  readonly precedence: readonly Action[] | null
  readonly rows: readonly RowSpec[]
}

export const ACTIONS = ['block', 'retain', 'anonymize', 'detach', 'delete'] as const
export type Action = (typeof ACTIONS)[number]

export const MATCHES = [
  'owner',
  'other',
  'email',
  'doc_id',
  'doc_email',
  'members',
  'list',
  'tag',
  'seats',
  'parent',
  'doc_ref',
  'doc_refs',
  'self',
] as const
export type MatchKind = (typeof MATCHES)[number]

export interface RuleSpec {
  readonly match: MatchKind
  /** A second way to the rows of the rule, unless it cuts a reference. */
  readonly also: MatchKind | null
  readonly action: Action | 'external'
  readonly where: 'none' | 'one' | 'several' | 'null'
  readonly tenant: boolean
  readonly ghost: boolean
  readonly named: boolean
  readonly through: number
  readonly set: readonly number[]
  readonly extra: boolean
}

export interface RowSpec {
  readonly owner: number
  readonly other: number
  readonly parent: number
  readonly self: number
  readonly email: number | null
  readonly tenant: number
  readonly kind: number
  readonly docKind: number
  readonly docUser: number
  readonly members: readonly number[]
  readonly membersKind: number
}

export interface CallSpec {
  readonly kind: 'delete' | 'many' | 'resume'
  readonly users: readonly number[]
  /** The tenant to name instead of the first user's own. */
  readonly wrongTenant: boolean
  /** Adds the ghost, an id that is none, and one that nobody has. */
  readonly oddIds: boolean
}

function weighted<T>(...options: readonly (readonly [weight: number, value: T])[]) {
  return fc.oneof(...options.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })))
}

const rarely = weighted([9, false], [1, true])
const onDelete = weighted<ForeignKeyAction | null>(
  [5, null],
  [2, 'cascade'],
  [2, 'set_null'],
  [1, 'no_action'],
  [1, 'restrict'],
  [1, 'set_default'],
)
const column = fc.record<ColumnSpec>({ notNull: weighted([3, false], [1, true]), onDelete })
const number = fc.nat({ max: 40 })

const rule = fc.record<RuleSpec>({
  match: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...MATCHES.slice(0, 2)) },
    { weight: 4, arbitrary: fc.constantFrom(...MATCHES.slice(2, 9)) },
    { weight: 5, arbitrary: fc.constantFrom(...MATCHES.slice(9)) },
  ),
  also: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom(...MATCHES) },
  ),
  action: weighted<RuleSpec['action']>(
    [10, 'delete'],
    [7, 'anonymize'],
    [5, 'detach'],
    [4, 'retain'],
    [1, 'block'],
    [1, 'external'],
  ),
  where: weighted<RuleSpec['where']>([6, 'none'], [1, 'one'], [1, 'several'], [1, 'null']),
  tenant: fc.boolean(),
  ghost: fc.boolean(),
  named: fc.boolean(),
  through: number,
  set: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 3 }),
  extra: fc.boolean(),
})

const row = fc.record<RowSpec>({
  owner: number,
  other: number,
  parent: number,
  self: number,
  email: fc.option(fc.nat({ max: 5 })),
  tenant: fc.nat({ max: 1 }),
  kind: fc.nat({ max: 2 }),
  docKind: fc.nat({ max: 7 }),
  docUser: number,
  members: fc.array(number, { maxLength: 4 }),
  membersKind: fc.nat({ max: 7 }),
})

const table = fc.record<TableSpec>({
  withoutRowId: weighted([3, false], [1, true]),
  uniqueNote: rarely,
  jsonNotNull: fc.boolean(),
  owner: column,
  other: column,
  self: column,
  parent: column,
  parentTable: number,
  rules: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 9, arbitrary: fc.array(rule, { minLength: 1, maxLength: 3 }) },
  ),
  precedence: fc.option(
    fc.shuffledSubarray([...ACTIONS], { minLength: ACTIONS.length, maxLength: ACTIONS.length }),
    { freq: 3 },
  ),
  rows: fc.array(row, { maxLength: 7 }),
})

const user = fc.record<UserSpec>({
  tenant: fc.nat({ max: 1 }),
  email: fc.option(fc.nat({ max: 5 })),
  boss: fc.option(number),
})

const call = fc.record<CallSpec>({
  kind: weighted<CallSpec['kind']>([4, 'delete'], [4, 'many'], [1, 'resume']),
  users: fc.array(number, { minLength: 1, maxLength: 5 }),
  wrongTenant: rarely,
  oddIds: rarely,
})

export const worlds: fc.Arbitrary<World> = fc.record<World>({
  enforced: weighted([2, true], [1, false]),
  numericIds: weighted([3, false], [1, true]),
  maxRows: weighted([2, 2_000], [1, 2]),
  tombstone: weighted([3, false], [1, true]),
  careless: weighted([19, false], [1, true]),
  check: weighted<World['check']>([8, 'none'], [1, 'block'], [1, 'warn']),
  boss: onDelete,
  bossRule: weighted<World['bossRule']>([1, 'none'], [2, 'detach'], [1, 'anonymize']),
  alike: fc.boolean(),
  collations: fc.array(fc.constantFrom('BINARY', 'NOCASE', 'RTRIM'), {
    minLength: LOOSE.length,
    maxLength: LOOSE.length,
  }),
  jsonForm: fc.constantFrom('mixed', ...JSON_FORMS),
  users: fc.array(user, { minLength: 2, maxLength: 6 }),
  tables: fc.array(table, { minLength: 2, maxLength: 5 }),
  calls: fc.array(call, { minLength: 1, maxLength: 4 }),
})
