/**
 * Many small writes of records as few.
 *
 * @module
 */
import type { RecordWrite } from '../../../src/store/change.ts'
import type { RecordTable } from '../../../src/store/record-tables.ts'
import { wholeKeyOf } from '../server/values.ts'
import { keyOf } from './record-documents.ts'

/** Writes of one kind to a table, as long as no other write to it has come between them. */
interface Run {
  readonly kind: 'insert' | 'put'
  /** Where they stand: all inserts as one, puts by the key of their record. */
  readonly places: Map<string | null, number>
}

/** Inserts into one table become one, and of several puts of one record the last stays. */
export function mergeWrites(writes: readonly RecordWrite[]): readonly RecordWrite[] {
  const merged: (RecordWrite | null)[] = []
  const runs = new Map<RecordTable, Run>()
  for (const write of writes) {
    if (write.kind !== 'insert' && write.kind !== 'put') {
      for (const table of tablesOf(write)) runs.delete(table)
      merged.push(write)
      continue
    }
    const last = runs.get(write.table)
    const run = last?.kind === write.kind ? last : { kind: write.kind, places: new Map() }
    runs.set(write.table, run)
    const name = write.kind === 'put' ? wholeKeyOf(keyOf(write.table, write.record)) : null
    const place = run.places.get(name)
    const earlier = place === undefined ? null : merged[place]
    if (place !== undefined && write.kind === 'insert' && earlier?.kind === 'insert') {
      const records = [...earlier.records, ...write.records]
      merged[place] = { ...write, records } as RecordWrite
      continue
    }
    if (place !== undefined) merged[place] = null
    run.places.set(name, merged.length)
    merged.push(write)
  }
  return merged.filter((write) => write !== null)
}

function tablesOf(write: RecordWrite): readonly RecordTable[] {
  return write.kind === 'move' ? [write.from, write.to] : [write.table]
}
