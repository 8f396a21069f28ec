/**
 * The names of the engine's own collections.
 *
 * In the code each stands as `$` and what it is called behind the prefix: no collection of a host can have such a
 * name, so whatever the prefix is, the two are never taken for each other.
 *
 * @module
 */
import { assertTablePrefix, ENGINE_TABLE_PREFIX } from '../../../src/store/store-options.ts'
import type { MongoDb } from './driver.ts'

/** One document: whose turn it is to write, and what is being written where there are no transactions. */
export const WRITER: string = '$writer'
/** One document: the queue of the writers, with their sessions, where there are transactions. */
export const SESSIONS: string = '$sessions'
export const LEDGER: string = '$ledger'
export const LEDGER_HEAD: string = '$ledger_head'
export const LEDGER_IMPORT: string = '$ledger_import'
export const OUTBOX: string = '$outbox'
export const JOBS: string = '$jobs'
export const DISABLED: string = '$disabled'
export const HOLDS: string = '$holds'
export const TOKENS: string = '$tokens'
export const SPOOL: string = '$spool'
export const MARKS: string = '$marks'
export const RETENTIONS: string = '$retentions'
export const RESERVATIONS: string = '$reservations'
/** Users whose access is looked for once more. */
export const LATE_ACCESS: string = '$late_access'

export const OWN_COLLECTIONS: readonly string[] = [
  ...[WRITER, SESSIONS, LEDGER, LEDGER_HEAD, LEDGER_IMPORT, OUTBOX, JOBS, DISABLED, HOLDS, TOKENS],
  ...[SPOOL, MARKS, RETENTIONS, RESERVATIONS, LATE_ACCESS],
]

/**
 * The names of all collections that the engine keeps for itself, with this prefix. Every other collection is the
 * host's, whatever its name begins with.
 */
export function engineCollectionNames(prefix: string = ENGINE_TABLE_PREFIX): readonly string[] {
  assertTablePrefix(prefix)
  return OWN_COLLECTIONS.map((name) => nameWith(prefix, name))
}

/** The host's database, in which the engine's collections are found under their names in the code. */
export interface OwnDb extends MongoDb {
  /** What a collection is called in the database. */
  nameOf(collection: string): string
  /** The names of all collections that are the engine's. */
  readonly ownNames: ReadonlySet<string>
}

export function withOwnNames(db: MongoDb, prefix: string): OwnDb {
  const nameOf = (collection: string): string => nameWith(prefix, collection)
  return {
    databaseName: db.databaseName,
    get client() {
      return db.client
    },
    collection: (name) => db.collection(nameOf(name)),
    command: (command) => db.command(command),
    listCollections: (...args) => db.listCollections(...args),
    nameOf,
    ownNames: new Set(engineCollectionNames(prefix)),
  }
}

/** Changes that an earlier version has written down hold names of the database, and those are taken as they are. */
function nameWith(prefix: string, name: string): string {
  return name.startsWith('$') ? `${prefix}${name.slice(1)}` : name
}
