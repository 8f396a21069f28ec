/**
 * What a store writes. Each write is plain data. Writes are made one by one, so that those of a large slice are never
 * all in memory.
 *
 * @module
 */
import type { ColumnValue, Program } from '../program/program.ts'
import type { Cursor } from './chunk.ts'
import type { Answer, RecordCondition, RecordQuestion } from './inquiry.ts'
import type { OfUsers } from './questions.ts'
import type { RecordTable, RecordTypes } from './record-tables.ts'
import type { AuditRow } from './records.ts'

/** Writes to one of the engine's own tables. */
export type RecordWrite<T extends RecordTable = RecordTable> =
  | {
      [K in T]: /**
       * The engine knows that no record has these keys. Without transactions one that is there is taken for what was
       * written before a crash.
       */
        | {
            readonly kind: 'insert'
            readonly table: K
            readonly records: readonly RecordTypes[K][]
          }
        /** Takes the place of the record with the same key, where there is one. */
        | { readonly kind: 'put'; readonly table: K; readonly record: RecordTypes[K] }
        | {
            readonly kind: 'patch'
            readonly table: K
            readonly where: readonly RecordCondition<RecordTypes[K]>[]
            readonly set: Partial<RecordTypes[K]>
            /** Exactly one record is there to be written, or all of the change is refused with this code. */
            readonly orElse?: 'lease_lost'
          }
        | {
            readonly kind: 'remove'
            readonly table: K
            readonly where: readonly RecordCondition<RecordTypes[K]>[]
            /** As in `patch`. */
            readonly orElse?: 'lease_lost'
          }
    }[T]
  /** Records of one table become records of the other, without the fields that it lacks. */
  | {
      readonly kind: 'move'
      readonly from: 'ledger_import'
      readonly to: 'ledger'
      readonly where: readonly RecordCondition<RecordTypes['ledger_import']>[]
    }

/**
 * Work on the host's rows: the steps in their order, then the user rows. All of the change is refused where a step that
 * is asked about its residue has left some: right behind it, or at the end, as `residueTime` says. In a transaction it
 * is refused too where a step touches more rows than were counted; without one the host may have added some meanwhile.
 */
export interface HostWork extends OfUsers {
  readonly kind: 'work'
  readonly steps: readonly StepRun[]
  readonly userRows: UserRowWork
}

/** One step of the program, for all users of the work. */
export interface StepRun {
  /** Index in the program. */
  readonly step: number
  /** Rows that were counted. Of a step without any only the residue at the end is asked about. */
  readonly rows: number
  /** Chunks have written rows up to this key: only those behind it are written. */
  readonly behind?: Cursor
  /** Only these rows are written, and residue is not asked about: there may be more of them. */
  readonly keys?: readonly Cursor[]
}

export type UserRowWork =
  | { readonly kind: 'leave' }
  /**
   * Deletes the rows, or leaves the tombstones that the program asks for; exactly those of the users. `meanwhile`:
   * what their columns hold while a store without transactions is at work, so that a crash leaves nobody half deleted
   * who could sign in.
   */
  | { readonly kind: 'end'; readonly meanwhile?: Columns }
  | { readonly kind: 'set'; readonly columns: Columns }

export type Columns = Readonly<Record<string, ColumnValue>>

/** Inserts one row into a table that the policy names. */
export interface RowInsert extends AuditRow {
  readonly kind: 'insert_row'
  readonly program: Program
}

export type Write = RecordWrite | HostWork | RowInsert

/**
 * Makes the writes one after the other, and returns what the caller gets to know. Between them it may ask for
 * records, which it should do last; never for the host's rows.
 */
export type Change<T> = Generator<Write | readonly RecordQuestion[], T, readonly Answer[]>

/** What was decided. */
export type Decision<T> =
  | { readonly change: null; readonly result: T }
  | {
      /** Makes the change, anew at each call. */
      readonly change: () => Change<T>
      /**
       * All is done but the commit: the transaction is rolled back, so that nothing stays, and what would have come of
       * it is answered. A store that has no transactions here rejects with `transactions_unsupported`.
       */
      readonly isRehearsal?: true
      /** Making the change calls code of the host, which may use the open transaction of a shared handle. */
      readonly callsHost?: true
    }

export function unchanged<T>(result: T): Decision<T> {
  return { result, change: null }
}

export function changed<T>(result: T, ...writes: readonly Write[]): Decision<T> {
  return {
    *change() {
      yield* writes
      return result
    },
  }
}
