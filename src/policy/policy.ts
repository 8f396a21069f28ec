/**
 * The policy language: what a host writes down. Types only; a mistake that types can see does not compile.
 *
 * @module
 */
import type { Scalar } from '../program/program.ts'

/** A complete answer to "what happens to every row of a user who goes?". Plain data. */
export interface PolicyInput {
  readonly name: string
  readonly version: number
  readonly user: UserInput
  /**
   * How the engine writes into the host's own audit log. Values may be `$action`, `$userId` (in the type that the
   * user table holds), `$tenantId`, `$requestedBy`, `$id`, or an instant as in {@link StatusInput}.
   */
  readonly audit?: AuditInput
  /** Every table or collection of the database but the user's own and the engine's. */
  readonly tables: Readonly<Record<string, TableInput>>
  /** What happens to the rows that belong to a tenant as a whole, once all of its users are gone. */
  readonly tenant?: TenantInput
  /** Declared checks by name; with `effect: 'warn'` they only show in the plan. */
  readonly checks?: Readonly<Record<string, CheckInput>>
}

/** The user's own table. */
export type UserInput = UserBase & (UserDeleted | UserAnonymized)

interface UserBase {
  readonly table: string
  /** Column of the id. */
  readonly id: string
  /** The type of the ids, where it is one that only some databases have. Default: as they are given. */
  readonly idType?: NativeIdType
  /** Column of the tenant. Once named, every call needs a `tenantId`. */
  readonly tenant?: string
  /**
   * Column that says since when the row is there: ISO 8601 text, a Date, or a number of seconds or
   * milliseconds since 1970. Lets a replay tell a later user under the same id from the deleted one.
   */
  readonly createdAt?: string
  /** Names for the columns that rules refer to by `{ user: name }`. `id` is always there. */
  readonly fields?: Readonly<Record<string, string>>
  /** The row that takes over what is detached with `to: 'ghost'`. It cannot be deleted. */
  readonly ghost?: { readonly id: string | number }
  /** How the row shows that a user is disabled. Without it the engine's own table says so alone. */
  readonly status?: StatusInput
  /**
   * By name of one of `fields`: for how long nobody else should take what a deleted user held there. It is kept as a
   * keyed hash, for which the engine needs `keys.reserve`. `engine.isReserved` tells, and `engine.expireRetained` ends it.
   */
  readonly reserve?: Readonly<Record<string, ReserveInput>>
  /** Columns that an export of the user leaves out: hashes of passwords, secrets of second factors. */
  readonly secret?: readonly string[]
}

/**
 * A term as in {@link RetainRule}, counted from the deletion and to the end of the day (UTC) on which it ends. Values are
 * the same byte by byte; with `ignoreCase` the letters A to Z are a to z.
 */
export type ReserveInput = string | { readonly for: string; readonly ignoreCase?: true }

/** Types of ids that only some databases have. Everywhere else such an id is its text. */
export type NativeIdType = 'objectId' | 'uuid'

/**
 * Values may be `$at` (ISO 8601), `$atMs` or `$atSeconds` (numbers since 1970), or `$atDate` where the database has
 * dates. A text that begins with `$` is written with two: `'$$9.99'`.
 */
export interface StatusInput {
  /** Written when a user is disabled; what stood there before comes back when the user is enabled. */
  readonly disabled: Readonly<Record<string, Scalar>>
  /** Written when a user is enabled whom the host, not the engine, had disabled. */
  readonly active?: Readonly<Record<string, Scalar>>
}

interface UserDeleted {
  readonly action?: 'delete'
}

/** Keeps a blank row where enforced foreign keys of kept rows need one. */
interface UserAnonymized {
  readonly action: 'anonymize'
  readonly reason: string
  readonly set: SetInput
}

/**
 * The tenant's own rows, in the language of the users' rules; a plain `match` means the tenant's id.
 *
 * It names every table but the user's own: what is said here happens after the last user is gone. A
 * retention has no end here (`for` is refused): nothing would see to it.
 */
export type TenantInput = {
  readonly tables: Readonly<Record<string, TableInput>>
} & (
  | {
      /** The table of the tenants; the row goes last. */
      readonly table: string
      /** Column of the tenant's id. */
      readonly id: string
    }
  /** The database has no table of tenants. */
  | { readonly table?: never; readonly id?: never }
)

export interface AuditInput {
  readonly table: string
  readonly entry: Readonly<Record<string, Scalar>>
}

/** One rule, several rules, several rules with an order of their own, or no user data at all. */
export type TableInput =
  | 'unrelated'
  | RuleInput
  | readonly RuleInput[]
  | { readonly rules: readonly RuleInput[]; readonly precedence: readonly Action[] }

/** What a rule does with the rows it matches. */
export type Action = 'block' | 'retain' | 'anonymize' | 'detach' | 'delete'

/** How rows belong to a user, and what happens to them. */
export type RuleInput =
  | DeleteRule
  | AnonymizeRule
  | DetachRule
  | RetainRule
  | BlockRule
  | ExternalRule

interface Matching {
  /** A list means by any of its ways: a row of several counts once, and `tenant` and `where` are those of all. */
  readonly match: MatchInput
  /** Literal side conditions; an array means any of its values. */
  readonly where?: WhereInput
  /** The table's tenant column. Needed (or `acrossTenants`) where the match is by anything but the id. */
  readonly tenant?: string
  /** States that a match by a field may reach into other tenants. */
  readonly acrossTenants?: true
  /**
   * Also rows found by a value that another user holds too. Without it they stay until the last one who holds it
   * goes: they may be the other's.
   */
  readonly evenIfShared?: true
  /** A name for `through.rule` of other tables. */
  readonly name?: string
  /** Columns of the table that an export of the user leaves out, whichever rule has found the row: tokens, hashes. */
  readonly secret?: readonly string[]
}

export interface DeleteRule extends Matching {
  readonly action: 'delete'
  readonly set?: never
  readonly to?: never
  readonly for?: never
  /** The rows let the user in: they go first, and when the user is disabled too. */
  readonly grantsAccess?: true
  /** Outbox event type written once for a user who had such rows. */
  readonly event?: string
  readonly reason?: string
}

export interface AnonymizeRule extends Matching {
  readonly action: 'anonymize'
  readonly grantsAccess?: never
  readonly to?: never
  readonly for?: never
  readonly reason: string
  readonly set: SetInput
  readonly event?: string
}

/** Cuts the reference: to null, to the ghost user, or out of the array. Each reference is cut by a rule of its own. */
export interface DetachRule extends Matching {
  readonly action: 'detach'
  readonly match: WayInput
  readonly grantsAccess?: never
  readonly set?: never
  readonly for?: never
  readonly to?: 'ghost'
  readonly reason?: string
  readonly event?: string
}

/**
 * Rows that stay. `for` counts from the deletion, in UTC: an ISO 8601 duration (`P10Y`), or one to the end of the month
 * or year in which it ends (`P10Y to end of year`). Two terms in one table have to end in one order, whichever day they
 * begin on: `P30D` and `P1M` do not.
 */
export type RetainRule = RetainBase &
  (
    | { readonly for?: never; readonly then?: never; readonly thenSet?: never }
    | { readonly for: string; readonly then: 'delete'; readonly thenSet?: never }
    | { readonly for: string; readonly then: 'anonymize'; readonly thenSet: SetInput }
  )

interface RetainBase extends Matching {
  readonly action: 'retain'
  readonly grantsAccess?: never
  readonly to?: never
  readonly reason: string
  /** Written at once: kept, without the person. */
  readonly set?: SetInput
  readonly event?: string
}

/** While such rows exist, the user cannot be deleted. */
export interface BlockRule extends Matching {
  readonly action: 'block'
  readonly grantsAccess?: never
  readonly set?: never
  readonly to?: never
  readonly for?: never
  readonly reason?: string
  readonly remedy?: string
}

/** Holds user data that something else cleans; counted where a match is given, never touched. */
export type ExternalRule = { readonly action: 'external'; readonly reason: string } & (
  | { readonly match?: never }
  | Matching
)

export type WhereInput = Readonly<Record<string, Scalar | readonly Scalar[]>>

/** One of the user's own fields. */
export interface UserReference {
  readonly user: string
}

/** Rows of another table that belong to the user by a rule of that table. */
export interface ThroughInput {
  readonly table: string
  /** Column of that table which the located value equals. */
  readonly key: string
  /** Name of the rule, where the table has rules that treat rows differently. */
  readonly rule?: string
}

/**
 * How a reference writes the user's id down, where it is not as the user table holds it: as text (24 hex
 * digits of an ObjectId, 36 characters of a UUID, the digits of a number), perhaps behind a prefix; or as a
 * type of its own.
 */
export type FormInput =
  | { readonly form?: 'string'; readonly prefix?: string; readonly suffix?: never }
  | { readonly form: NativeIdType; readonly prefix?: never; readonly suffix?: never }

interface NoForm {
  readonly form?: never
  readonly prefix?: never
  readonly suffix?: never
}

/** A field other than the id may stand between fixed texts. */
interface FieldForm {
  readonly form?: never
  readonly prefix?: string
  readonly suffix?: string
}

type TargetInput =
  | ({ readonly equals?: { readonly user: 'id' }; readonly through?: never } & FormInput)
  | ({ readonly equals: UserReference; readonly through?: never } & FieldForm)
  | ({ readonly through: ThroughInput; readonly equals?: never } & NoForm)

/** How a row belongs to the user: in one way, or in any of several. */
export type MatchInput = WayInput | readonly WayInput[]

/** A column holding the user's id, or a longer description of where the reference stands. */
export type WayInput = string | ColumnMatch | JsonMatch | ArrayMatch

export type ColumnMatch = { readonly column: string; readonly element?: never } & (
  | WholeTarget
  | AnyCaseTarget
  | TextTarget
)

type WholeTarget = TargetInput & { readonly inText?: never; readonly ignoreCase?: never }

/**
 * A field of the user in whatever case it is written: `Ann@Example.com` is `ann@example.com`. Letters beyond A to Z
 * are compared as they are. Users whose fields differ in case only count as one there.
 */
type AnyCaseTarget = {
  readonly ignoreCase: true
  readonly equals: UserReference
  readonly through?: never
  readonly inText?: never
} & FieldForm

/**
 * The reference stands somewhere in a longer text, between two texts that set it apart from longer values: a
 * comma on each side, the quotes of JSON. No index serves such a look-up. For rows that are deleted.
 */
interface TextTarget {
  readonly inText: true
  readonly ignoreCase?: true
  readonly prefix: string
  readonly suffix: string
  readonly equals?: UserReference
  readonly through?: never
  readonly form?: never
}

/**
 * The way into a JSON value: keys joined by dots, and `[]` behind a key for every element of the array there.
 * `items[].gift_to`, `a[].b[].c`; `[].x` where the value itself is an array. An array that no `[]` names is not
 * opened. A path with a key that cannot be spelt so (one with a dot, a number, a `*`) is a list, in which every
 * entry is a key as it is, and `'[]'` every element: `['by.day', '[]', 'user']`.
 */
export type PathInput = string | readonly string[]

/** A value inside a JSON column; with `[]` in the path, one of several. */
export type JsonMatch = {
  readonly json: string
  readonly path: PathInput
  readonly element?: never
} & (WholeTarget | AnyCaseTarget)
/**
 * An element of a JSON array: the whole column, or the array found at `path`, which may lead through other
 * arrays. With `element`, the reference stands at that path inside each element, behind no further array.
 */
export type ArrayMatch = {
  readonly array: string
  readonly path?: PathInput
  readonly element?: PathInput
} & (WholeTarget | AnyCaseTarget)

/** What is written, by column. An instant, as in {@link StatusInput}, is that of the deletion, and the same in all rows. */
export type SetInput = Readonly<Record<string, SetValue>>

export type SetValue =
  | Scalar
  /** Removes the values at these paths from a JSON column. */
  | { readonly scrub: readonly PathInput[] }
  /** An HMAC of one of the user's fields under the engine's pseudonym key. */
  | { readonly pseudonym: UserReference; readonly prefix?: string; readonly suffix?: string }
  /** A random token, the same for all rows of one deletion. */
  | { readonly randomToken: true; readonly prefix?: string; readonly suffix?: string }
  /** Takes the user's value, or the elements that hold it at the path `element`, out of a JSON array. */
  | PullInput

export type PullInput = { readonly path?: PathInput; readonly element?: PathInput } & (
  | ({ readonly pull: { readonly user: 'id' }; readonly ignoreCase?: never } & FormInput)
  | ({ readonly pull: UserReference; readonly ignoreCase?: true } & NoForm)
)

/**
 * The last row of its kind in a group: the only owner of an organization.
 *
 * A user is caught who has a row in `table` under which, within the same `within`, no row of anybody else
 * satisfies `where`.
 */
export interface CheckInput {
  readonly table: string
  /** Column that holds the user's id. */
  readonly match: string
  readonly where?: WhereInput
  /** Column that names the group. */
  readonly within: string
  readonly effect: 'block' | 'warn'
  readonly remedy: string
}

declare const defined: unique symbol

/** A policy that `definePolicy` has checked and frozen. */
export type Policy<P extends PolicyInput = PolicyInput> = P & { readonly [defined]: true }
