/**
 * Worlds of SQLite alone, as small numbers that shrink well: columns with collations and affinities, ids of every
 * kind beside values that look like them, blank and shared addresses, JSON in its three forms, and rows that several
 * rules meet on. A table has no place for a value of a user but those that its rules know.
 *
 * `generated-odd-tables.ts` and `generated-odd-policy.ts` make the real thing of them.
 *
 * @module
 */
import fc from 'fast-check'

export const ID_KINDS = ['text', 'digits', 'uuid', 'integer', 'bigint'] as const
export type IdKind = (typeof ID_KINDS)[number]

/** Where a table may hold a value of a user. */
export const PLACES = [
  'owner',
  'other',
  'addr',
  'handle',
  'tag',
  'user_id',
  'user_email',
  'items',
  'deep',
  'list',
  'seats',
  'parent',
] as const
export type Place = (typeof PLACES)[number]

export const TYPES = ['TEXT', '', 'INTEGER', 'NUMERIC', 'REAL', 'BLOB', 'STRING'] as const
export const COLLATIONS = ['BINARY', 'NOCASE', 'RTRIM'] as const
export type Collation = (typeof COLLATIONS)[number]

export type OddAction = 'delete' | 'detach' | 'anonymize' | 'retain' | 'block' | 'external'

export interface OddWorld {
  readonly ids: IdKind
  /** Whether the user table declares the type of its ids. */
  readonly declared: boolean
  readonly enforced: boolean
  /** Tenants differ in case only. */
  readonly alikeTenants: boolean
  readonly tenantCollation: Collation
  readonly emailCollation: Collation
  /** 2 makes nearly every deletion one in chunks. */
  readonly maxRows: number
  readonly users: readonly OddUser[]
  readonly tables: readonly OddTable[]
  readonly calls: readonly OddCall[]
}

export interface OddUser {
  readonly tenant: number
  /** Which of the addresses: of a user's own, of another in another spelling, shared, blank or none. */
  readonly email: number
  readonly handle: number
}

export interface OddTable {
  readonly types: readonly number[]
  readonly collations: readonly number[]
  readonly key: 'cascade' | 'set_null' | 'no_action' | null
  readonly rules: readonly OddRule[]
  readonly rows: readonly OddRow[]
}

export interface OddRule {
  readonly place: Place
  readonly action: OddAction
  readonly tenant: boolean
  readonly access: boolean
  readonly ghost: boolean
  /** Places of the table that are overwritten. */
  readonly wipes: readonly number[]
  readonly evenIfShared: boolean
}

export interface OddRow {
  readonly tenant: number
  /** One number for each of {@link PLACES}. */
  readonly values: readonly number[]
  readonly elements: readonly number[]
  readonly form: 'text' | 'bytes' | 'jsonb'
}

export interface OddCall {
  readonly many: boolean
  readonly users: readonly number[]
}

function weighted<T>(...options: readonly (readonly [weight: number, value: T])[]) {
  return fc.oneof(...options.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })))
}

const number = fc.nat({ max: 60 })
const collation = weighted<Collation>([2, 'BINARY'], [2, 'NOCASE'], [1, 'RTRIM'])

const rule = fc.record<OddRule>({
  place: fc.constantFrom(...PLACES),
  action: weighted<OddAction>(
    [8, 'delete'],
    [6, 'detach'],
    [5, 'anonymize'],
    [4, 'retain'],
    [1, 'block'],
    [1, 'external'],
  ),
  tenant: fc.boolean(),
  access: weighted([3, false], [1, true]),
  ghost: weighted([3, false], [1, true]),
  wipes: fc.array(fc.nat({ max: 11 }), { maxLength: 3 }),
  evenIfShared: weighted([5, false], [1, true]),
})

const row = fc.record<OddRow>({
  tenant: fc.nat({ max: 1 }),
  values: fc.array(number, { minLength: PLACES.length, maxLength: PLACES.length }),
  elements: fc.array(number, { maxLength: 5 }),
  form: fc.constantFrom('text', 'bytes', 'jsonb'),
})

const table = fc.record<OddTable>({
  types: fc.array(fc.nat({ max: 6 }), { minLength: 2, maxLength: 2 }),
  collations: fc.array(fc.nat({ max: 2 }), { minLength: 5, maxLength: 5 }),
  key: weighted<OddTable['key']>([4, null], [1, 'cascade'], [1, 'set_null'], [1, 'no_action']),
  rules: fc.uniqueArray(rule, { minLength: 1, maxLength: 4, selector: ({ place }) => place }),
  rows: fc.array(row, { minLength: 1, maxLength: 8 }),
})

export const oddWorlds: fc.Arbitrary<OddWorld> = fc.record<OddWorld>({
  ids: fc.constantFrom(...ID_KINDS),
  declared: weighted([2, true], [1, false]),
  enforced: fc.boolean(),
  alikeTenants: fc.boolean(),
  tenantCollation: collation,
  emailCollation: collation,
  maxRows: weighted([3, 2_000], [1, 2]),
  users: fc.array(
    fc.record<OddUser>({
      tenant: fc.nat({ max: 1 }),
      email: fc.nat({ max: 9 }),
      handle: fc.nat({ max: 9 }),
    }),
    { minLength: 2, maxLength: 6 },
  ),
  tables: fc.array(table, { minLength: 1, maxLength: 3 }),
  calls: fc.array(
    fc.record<OddCall>({
      many: fc.boolean(),
      users: fc.array(number, { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})
