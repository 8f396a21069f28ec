/**
 * Which keys hide the ids in the ledger: a fingerprint for each table of users, kept in the database and written into
 * its exports.
 *
 * @module
 */
import { listMarks } from '../records/mark-records.ts'
import type { Store } from '../store/store.ts'

/** What an engine knows of the keys of a ledger. */
export interface KnownKeys {
  /**
   * Takes over what an export says, before its entries are there.
   *
   * @throws {@link UserDeletionError} `wrong_key`, and nothing is written, where the engine would find nobody of
   * whom the entries tell, or the ledger hides ids under another key already.
   */
  adopt(told: SubjectKeys): Promise<void>
  /** The ledger has been written by others: what is known is to be looked at again. */
  reset(): void
}

/** The name under which the fingerprint for a table of users is kept. */
export function subjectKeyMark(table: string): string {
  return `${PREFIX}${table}`
}

export async function recordedKeys(store: Store): Promise<SubjectKeys> {
  const marks = await listMarks(store, PREFIX)
  return new Map(marks.map(({ name, value }) => [name.slice(PREFIX.length), value]))
}

const PREFIX = 'subject_key:'

/** By table of users a fingerprint of the key that hides their ids. */
export type SubjectKeys = ReadonlyMap<string, string>
