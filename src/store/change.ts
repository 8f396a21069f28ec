/**
 * What a store is to write. A write is plain data, made one by one, so that those of a large slice are never all in
 * memory.
 *
 * @module
 */
import type { RecordCondition } from './inquiry.ts'
import type { RecordTable, RecordTypes } from './record-tables.ts'

/** Writes to one of the engine's own tables. */
export type RecordWrite<T extends RecordTable = RecordTable> =
  | {
      [K in T]:
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

export type Write = RecordWrite

/** What was decided: what the caller gets to know, and what is written. */
export interface Decision<T> {
  readonly result: T
  /** Makes the writes, anew at each call. `null` where nothing is written. */
  readonly change: (() => Iterable<Write>) | null
}

export function unchanged<T>(result: T): Decision<T> {
  return { result, change: null }
}

export function changed<T>(result: T, ...writes: readonly Write[]): Decision<T> {
  return { result, change: () => writes }
}
