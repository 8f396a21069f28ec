/**
 * The vocabulary every room shares. Types only.
 *
 * - A *policy* is the host's answer, as data, to "what happens to every row of a user who goes?".
 * - A *rule* is one line of it: how rows of a table belong to the user, and what happens to them.
 * - A *step* is a rule made executable: the ways to its rows, what takes precedence over it, what it writes.
 * - A *program* is the ordered list of steps. Plan, deletion, bulk and verification all run this list.
 * - A *slice* is a group of users deleted in one transaction.
 * - A *subject* is how receipts name a user: the id itself, or a keyed hash of it.
 *
 * @module
 */

/**
 * A user's id as the user row holds it, compared byte for byte. An integer is a number where a number holds it exactly,
 * and a bigint where not.
 */
export type UserId = string | number | bigint

/** How the user table holds ids: as they are given, or as one of the types that only some databases have. */
export type IdType = 'plain' | 'object_id' | 'uuid'

/**
 * How a reference writes the user's id down; `null` in its place: as the user table holds it.
 *
 * `plain` is the id's text: 24 hex digits, 36 characters, the digits of a number. Behind a prefix an id is
 * always text.
 */
export interface IdForm {
  readonly type: IdType
  readonly prefix: string
  /** Behind a field that is not the id, or within a text. */
  readonly suffix?: string
  /** Prefix, value and suffix stand anywhere in a longer text. */
  readonly within?: true
  /** The letters A to Z are compared with a to z. */
  readonly ignoreCase?: true
}

/** A value that a policy may write or compare with. */
export type Scalar = string | number | boolean | null

/** What a store is asked to write into a column: dates only where the store has them. */
export type ColumnValue = Scalar | Date

/** A key; `null`: every element of the array found there. Never an index. */
export type PathStep = string | null

/** The way to values inside a JSON document. It does not open an array that it does not name by a step. */
export type JsonPath = readonly PathStep[]

/**
 * Where in a row the reference stands. `each` means: in every element of the array found at `path`. Steps into
 * elements stand in `path` only with `each`, and before its end; `element` has none.
 */
export interface Locator {
  readonly column: string
  readonly path: JsonPath | null
  readonly each: boolean
  /** Where inside each element, with `each`; `null`: the element itself. */
  readonly element: JsonPath | null
}

/** A literal side condition: the column holds one of the values (`null` meaning SQL NULL). */
export interface Condition {
  readonly column: string
  readonly values: readonly Scalar[]
}

/** Among whom a value is one user's alone: the users of the tenant, or all. */
export type Reach = 'tenant' | 'all'

/** A value of the user that is looked for. */
export interface Wanted {
  readonly field: string
  readonly form: IdForm | null
  /** Where another user within reach holds the value too, it is looked for nowhere; left out where that is no matter. */
  readonly reach?: Reach
  /** It may stand there as an integer or as its digits: the user's column says which it is, and the place does not. */
  readonly eitherType?: true
  /** Texts that this collation takes for one are one: by it the user's column is unique, and the place refers to it. */
  readonly collation?: string
}

/** What the located value must equal: one of the user's own fields, or the key of rows that belong to the user. */
export type SelectorTarget =
  | ({ readonly kind: 'user' } & Wanted)
  | {
      readonly kind: 'rows'
      readonly key: string
      readonly parents: readonly Selector[]
      /** As in {@link Wanted}, of the key. */
      readonly collation?: string
    }

/** Which rows of a table belong to a user. */
export interface Selector {
  readonly table: string
  readonly locator: Locator
  readonly target: SelectorTarget
  readonly where: readonly Condition[]
  /** The column that must hold the user's tenant, where the rule names one. */
  readonly tenant: string | null
}

/**
 * Rows that a step leaves alone, because of what another rule does with them; but not those that one of `unless`
 * finds as well.
 */
export interface Exception extends Selector {
  readonly unless?: readonly Selector[]
}

/** One column written by a step. With `idType`, the value is an id and is written as that type. */
export type Assignment =
  | {
      readonly kind: 'constant'
      readonly column: string
      readonly value: Scalar
      readonly idType?: IdType
    }
  | { readonly kind: 'scrub'; readonly column: string; readonly paths: readonly JsonPath[] }
  | {
      readonly kind: 'pull'
      readonly column: string
      /** To the array; through others, to several. */
      readonly path: JsonPath | null
      /** Elements whose value at this path equals the field go; `null`: the element itself does. */
      readonly element: JsonPath | null
      readonly field: string
      readonly form: IdForm | null
      readonly reach?: Reach
      /** As in {@link Wanted}. */
      readonly eitherType?: true
    }
  | {
      readonly kind: 'json_value'
      readonly column: string
      readonly path: JsonPath
      readonly value: Scalar
      readonly idType?: IdType
      /** Only what holds this of the user is overwritten; where the path leads through arrays. */
      readonly holding?: Wanted
    }
  | {
      readonly kind: 'derived'
      readonly column: string
      readonly index: number
      /** The value is this instant, and is written in its type. */
      readonly instant?: InstantWord
    }

/**
 * The moment of writing: as ISO 8601 text, as a number of milliseconds or seconds since 1970, or as a date where
 * the database has dates.
 */
export type InstantWord = '$at' | '$atMs' | '$atSeconds' | '$atDate'

/**
 * A value computed for each user before the work: a keyed hash of one of the user's fields, a random token, or
 * the instant. It is text: of an instant, ISO 8601 or the digits of the number.
 */
export type DerivedValue = DerivedText | { readonly kind: 'instant'; readonly word: InstantWord }

export interface DerivedText {
  readonly kind: 'pseudonym' | 'random_token'
  readonly field: string
  readonly prefix: string
  readonly suffix: string
}

/** What happens to the rows of a rule. `unlink` is added by the engine where a reference has to be cut before a delete. */
export type StepAction =
  | 'block'
  | 'retain'
  | 'anonymize'
  | 'detach'
  | 'delete'
  | 'external'
  | 'unlink'

/** How a kept row names the user afterwards. */
export type IdentityMode = 'kept_id' | 'keyed_hash' | 'random_token' | 'removed'

/** How long a retained row stays, counted from the deletion, and what happens then. */
export interface Retention {
  /** As `retention-term.ts` reads it, or `null` for no end. */
  readonly term: string | null
  readonly then: 'delete' | 'anonymize' | null
  /** What `then: 'anonymize'` writes. */
  readonly thenSet: readonly Assignment[]
}

/** One rule made executable. Plain data; a store turns it into its own commands. */
export interface Step {
  /** Stable within a policy: table, `#`, index of the rule in the table. */
  readonly id: string
  readonly table: string
  readonly rule: number
  readonly action: StepAction
  /**
   * How rows belong to the user: by any of these, and a row of several is one row. None for data that no query can
   * find (an `external` rule without a match).
   */
  readonly ways: readonly Selector[]
  /**
   * What decides whether the row is there for this step: a step that deletes leaves rows that a stronger rule
   * keeps, and one that writes leaves rows that go. For the same user.
   */
  readonly except: readonly Exception[]
  readonly set: readonly Assignment[]
  /** Place in the order of the table's rules, 0 the strongest: of two values for one column the stronger one's stays. */
  readonly rank?: number
  /** What stronger rules of the table may have written in the place of something in `set`. */
  readonly outdone?: readonly Assignment[]
  /**
   * Steps of one table with the same mark may each overwrite what another finds its rows by. They stand side by
   * side, and all of them find their rows before one of them writes.
   */
  readonly foundWith?: string
  /** What the database writes by itself when the step runs: by foreign keys that give way, and in generated columns. */
  readonly alsoWrites?: readonly WrittenColumn[]
  /** Part of cutting access: sessions, tokens, keys, and what has to go before them. */
  readonly access: boolean
  readonly event: string | null
  readonly reason: string | null
  readonly remedy: string | null
  readonly retention: Retention | null
  readonly identity: IdentityMode
  /** Columns of the table that an export leaves out; left out where the rule names none. */
  readonly secret?: readonly string[]
}

/** A column that is written as a whole. */
export interface WrittenColumn {
  readonly table: string
  readonly column: string
}

/** A declared check: is the user the last row of its kind within a group (the last owner of an organization)? */
export interface LastOfCheck {
  readonly name: string
  readonly effect: 'block' | 'warn'
  readonly table: string
  /** Column that holds the user's id. */
  readonly match: string
  /** As in {@link Wanted}. */
  readonly eitherType?: true
  /** As in {@link Wanted}. */
  readonly collation?: string
  readonly where: readonly Condition[]
  /** Column that names the group. */
  readonly within: string
  readonly remedy: string
}

/** Rows that go with a user: those of a step, the user row, or what a foreign key takes along or cuts loose. */
export type Departure =
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'user' }
  | ({
      readonly kind: 'along'
      readonly with: readonly Departure[]
      /** The reference is to rows of the same table: those that refer to these go as well, and so on. */
      readonly onAndOn?: true
    } & TableReference)

/** Columns of a table that refer to those of another. */
export interface TableReference {
  readonly table: string
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns: readonly string[] }
}

/**
 * Where the database may refuse a deletion, foreseen from its schema. Rows of a user that stand in the way there
 * keep this user from going, and nobody else.
 *
 * `held`: rows that refer to rows which go with the user, and hold them by a foreign key, unless they are among
 * those that are `freed` of any user who goes. `lost`: rows of a step that come to refer to a row which is not
 * there. `taken`: rows of a step that come to hold what another row holds by a unique key. `check`: rows of a step
 * that come to be what a CHECK constraint refuses. `unread`: rows with a document that the store cannot read, and that
 * names the user somewhere: that they are rows of the step by it, or that they are and it is to be written into
 * (`written`).
 */
export type Hurdle =
  | ({
      readonly kind: 'held'
      readonly departure: Departure
      readonly freed: readonly Departure[]
    } & TableReference)
  | ({
      readonly kind: 'lost'
      /** `null` for the user row. */
      readonly step: number | null
    } & TableReference)
  | {
      readonly kind: 'taken'
      readonly table: string
      readonly step: number
      readonly columns: readonly string[]
    }
  | {
      readonly kind: 'check'
      readonly table: string
      /** `null` for the user row. */
      readonly step: number | null
      /** Written columns that the constraint mentions. */
      readonly columns: readonly string[]
      /** The constraint's condition, as the database has it. */
      readonly condition: string
    }
  | {
      readonly kind: 'unread'
      readonly table: string
      readonly step: number
      readonly columns: readonly string[]
      readonly written?: true
    }

/** Columns and their values; `$at`, `$atMs`, `$atSeconds` and `$atDate` stand for the present instant. */
export type StatusColumns = Readonly<Record<string, Scalar>>

/** An entry for the host's own audit log, with placeholders for what is known only then. */
export interface AuditTemplate {
  readonly table: string
  readonly entry: Readonly<Record<string, Scalar>>
}

/** The host's user table as the policy describes it. */
export interface UserTable {
  readonly table: string
  /** There is no such table: every user who is asked for is there, and only the steps write. For tenants. */
  readonly rowless?: true
  readonly id: string
  readonly idType: IdType
  readonly tenant: string | null
  /** Column that says since when the row is there, where the policy names one. */
  readonly createdAt?: string
  /** Field name to column, for the fields other rules refer to. Always holds `id`. */
  readonly fields: Readonly<Record<string, string>>
  /** What nobody should take for a while once its user is gone; left out where the policy reserves nothing. */
  readonly reserve?: readonly ReservedField[]
  /** Columns that an export leaves out; left out where the policy names none. */
  readonly secret?: readonly string[]
  readonly action: 'delete' | 'anonymize'
  /** Why a blank row stays; left out where it goes. */
  readonly reason?: string
  readonly set: readonly Assignment[]
  /** What the columns of a disabled user hold; `null` where the engine's own table says it alone. */
  readonly disabled: StatusColumns | null
  /** What the columns of a user hold whom the host has disabled by itself, once enabled. */
  readonly active: StatusColumns | null
  readonly ghost: string | number | null
}

/** A field whose value stays reserved. */
export interface ReservedField {
  readonly field: string
  /** As `retention-term.ts` reads it. */
  readonly term: string
  /** The letters A to Z are taken for a to z. */
  readonly ignoreCase: boolean
}

/** The one compiled list that plan, deletion, bulk and verification run. */
export interface Program {
  /** SHA-256 of the policy and its blockers. */
  readonly digest: string
  /** The schema that it was built for, as the store names it; left out where the store names none. */
  readonly schemaStamp?: string
  readonly user: UserTable
  /** In the order of execution. `block` and `external` steps are only ever counted. */
  readonly steps: readonly Step[]
  readonly checks: readonly LastOfCheck[]
  /** Where the database may refuse a deletion; most programs have none. */
  readonly hurdles?: readonly Hurdle[]
  readonly audit: AuditTemplate | null
  readonly derived: readonly DerivedValue[]
}

/** How a bulk run goes: as fast as it can, or so that the host's event loop stays free. */
export type BulkMode = 'throughput' | 'cooperative'
