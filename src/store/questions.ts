/**
 * What a store is asked about the host's rows. Each question is set-based and plain data; `null` and `[]` mean
 * absence. Types only.
 *
 * @module
 */
import type { Program, UserId } from '../program/program.ts'
import type { UsersOfTenant } from '../program/rows/row.ts'
import type { TablePage } from '../program/rows/table-page.ts'
import type { NamedUser, SharedValue } from '../program/shared-values.ts'
import type { Cursor } from './chunk.ts'
import type { GroupMember, UserRow } from './slice.ts'
import type { FoundSpellings, SpellingQuery, TenantQuery } from './spelling.ts'

/** Whose rows are meant, and the program that says which they are. */
export interface OfTenant {
  readonly program: Program
  readonly tenantId: string | null
}

/** Users of one tenant by what is known of them. */
export type OfUsers = UsersOfTenant

/** Some rows of one step for one user. */
export interface StepRow {
  /** The row's key: JSON can carry it. */
  readonly key: Cursor
  /** The steps that find it, by index: of steps that find their rows together perhaps several. */
  readonly steps: readonly number[]
}

/** A row with its contents. */
export interface ContentRow {
  readonly key: Cursor
  readonly row: UserRow
}

/** Questions and their answers by kind. */
export interface HostQuestions {
  /** The fields of the user rows, in the order asked for; only the very id in the very tenant counts. */
  readonly users: {
    readonly ask: OfTenant & { readonly ids: readonly UserId[] }
    readonly answer: readonly (NamedUser['fields'] | null)[]
  }
  /** The same rows as the host stores them. */
  readonly user_rows: {
    readonly ask: OfTenant & { readonly ids: readonly UserId[] }
    readonly answer: readonly (UserRow | null)[]
  }
  /** Whether the user's row holds all that a deletion writes into it and that is known; `false` where there is none. */
  readonly blank_rows: { readonly ask: OfUsers; readonly answer: readonly boolean[] }
  /** Ids of the user table, ascending, behind `after`: numbers before text, text byte by byte. */
  readonly user_ids: {
    readonly ask: OfTenant & { readonly after: UserId | null; readonly limit: number }
    readonly answer: readonly UserId[]
  }
  /** Which values of the users other user rows within reach hold too, by their `sharedText`. */
  readonly holders: {
    readonly ask: OfTenant & {
      readonly value: SharedValue
      readonly users: readonly Pick<NamedUser, 'fields'>[]
      /**
       * Each of the users has a row that holds the value, so that where a unique key lets no other row hold it a store
       * that looks at its schema in the same transaction need not look. Of users without a row the key tells nothing:
       * a row that holds their value is somebody else's.
       */
      readonly haveRows: boolean
    }
    readonly answer: ReadonlySet<string | null>
  }
  /** Rows by user, then by step. A row counts once per step and user. */
  readonly counts: {
    readonly ask: OfUsers & {
      /**
       * `all` rows of a step; those that are `lacking` its work, where one user is asked about; or those that stay
       * because nothing but a `shared` value finds them and no rule has them.
       */
      readonly of: 'all' | 'lacking' | 'shared'
      /** Steps that are not among them count 0; left out for all. */
      readonly steps?: readonly number[]
      /** By step of the one user: only rows behind this key. */
      readonly behind?: readonly (Cursor | null)[]
    }
    readonly answer: readonly (readonly number[])[]
  }
  /** The next rows of a step, and of those that find their rows with it, in the order of their keys. */
  readonly step_rows: {
    readonly ask: OfUsers & {
      readonly step: number
      readonly after: Cursor | null
      readonly limit: number
    }
    readonly answer: readonly StepRow[]
  }
  /**
   * The next rows of a table of the schema, whole, all as they are at one moment, in the order of their keys: at most
   * `limit`, and fewer where they are large. Of rows that keep their key and are there from the first page to the last
   * none is left out and none comes twice. `null` where the store reads no rows of such a table: it is not there, or it
   * is the engine's own.
   */
  readonly table_rows: {
    readonly ask: {
      readonly table: string
      readonly after: Cursor | null
      readonly limit: number
    }
    readonly answer: TablePage | null
  }
  /** The next rows of a step as the host stores them, in the order of their keys: of any step that finds rows. */
  readonly contents: {
    readonly ask: OfUsers & {
      readonly step: number
      readonly after: Cursor | null
      readonly limit: number
    }
    readonly answer: readonly ContentRow[]
  }
  /** Members among the users of groups in which nobody else satisfies a check of the program. */
  readonly bereft: {
    readonly ask: OfUsers & { readonly check: number }
    readonly answer: readonly GroupMember[]
  }
  /** Rows that stand in the way if all of the users go: by user, then by hurdle. `[]` from a store that foresees none. */
  readonly hurdles: { readonly ask: OfUsers; readonly answer: readonly (readonly number[])[] }
  /**
   * Different values by which rows hold users, where the selector of a step ends at the user: the next ones behind
   * `after`, numbers before text. Whether such a user exists does not matter.
   */
  readonly references: {
    readonly ask: {
      readonly program: Program
      readonly step: number
      readonly after: UserId | null
      readonly limit: number
    }
    readonly answer: readonly UserId[]
  }
  /**
   * Which users ids name where only the database can tell: its columns take several spellings for one, or no type is
   * declared for them. Answers each user whose id and tenant equal what is asked for, as the user table's own columns
   * compare, and for an id without such a row of its own type the deletions that the ledger has of it, the newest
   * first. `null` from a store that takes every id as it was passed.
   */
  readonly spellings: {
    readonly ask: { readonly program: Pick<Program, 'user'>; readonly query: SpellingQuery }
    readonly answer: FoundSpellings | null
  }
  /**
   * The tenant as the user table spells it, in the spelling that is asked for where it has that one too; of a tenant
   * that has no users any more as the ledger does. `null` where neither knows it.
   */
  readonly tenant_spelling: {
    readonly ask: { readonly program: Pick<Program, 'user'>; readonly query: TenantQuery }
    readonly answer: string | null
  }
}

export type HostQuestion<K extends keyof HostQuestions = keyof HostQuestions> = {
  [Kind in K]: { readonly kind: Kind } & HostQuestions[Kind]['ask']
}[K]
