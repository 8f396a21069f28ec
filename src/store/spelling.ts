/**
 * How user table and ledger spell ids and tenants. Types only.
 *
 * @module
 */
import type { UserId } from '../program/program.ts'

/** How the columns of the user table compare texts where that is not byte by byte, by the names of their collations. */
export interface LooseColumns {
  readonly id: string | null
  readonly tenant: string | null
}

export interface TenantQuery {
  readonly tenantId: string
  readonly loose: LooseColumns
}

export interface SpellingQuery {
  readonly tenantId: string | null
  /** For each user the ways in which the id may be held: 9 and '9', or a UUID in lower case and in upper case. */
  readonly users: readonly (readonly UserId[])[]
  readonly loose: LooseColumns
  /** Pure. How the ledger names a user. */
  subjectOf(id: UserId): UserId
}

/** An id and its tenant as they are stored. */
export interface Spelling {
  readonly tenantId: string | null
  readonly id: UserId
}

export interface FoundSpellings {
  /** For each user asked for: rows of the user table, and deletions in the ledger, each spelling once. */
  readonly users: readonly {
    readonly rows: readonly Spelling[]
    readonly deleted: readonly Spelling[]
  }[]
  /** Of which types the ids of the user table are; need not be told unless some user is asked for in both. */
  readonly types: readonly ('integer' | 'text')[]
}
