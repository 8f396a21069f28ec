/**
 * Small facts that the engine remembers between calls, through any store.
 *
 * @module
 */
import { changed, type RecordWrite, unchanged } from '../store/change.ts'
import { ask } from '../store/inquiry.ts'
import { markOf } from '../store/own-records.ts'
import type { Mark } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { firstOf, writeRecords } from './record-flows.ts'

/** `null` when it was never written. */
export function readMark(store: Pick<Store, 'read'>, name: string): Promise<string | null> {
  return store.read(function* () {
    const where = [{ field: 'name', in: [name] }] as const
    const mark = yield* firstOf({ kind: 'records', table: 'marks', where })
    return mark?.value ?? null
  })
}

/** Writes a mark in place of what it held, atomically. Safe to repeat. */
export function writeMark(store: Store, name: string, value: string): Promise<void> {
  return writeRecords(store, { kind: 'put', table: 'marks', record: { name, value } })
}

/**
 * Moves a mark from one value to the next, and makes the writes with it, atomically; `null`: it was never written.
 * Answers whether it was there.
 */
export function moveMark(
  store: Pick<Store, 'commit'>,
  name: string,
  from: string | null,
  to: string,
  writes: readonly RecordWrite[] = [],
): Promise<boolean> {
  return store.commit(function* () {
    const [[mark]] = yield* ask(markOf(name))
    if ((mark?.value ?? null) !== from) return unchanged(false)
    return changed(true, ...writes, { kind: 'put', table: 'marks', record: { name, value: to } })
  })
}

/** Marks whose names begin like this, by their names. */
export function listMarks(store: Pick<Store, 'read'>, prefix: string): Promise<readonly Mark[]> {
  return store.read(function* () {
    const where = [{ field: 'name', startsWith: prefix }] as const
    const [marks] = yield* ask({ kind: 'records', table: 'marks', where })
    return marks
  })
}

/** Removes a mark. Safe to repeat. */
export function removeMark(store: Store, name: string): Promise<void> {
  return writeRecords(store, {
    kind: 'remove',
    table: 'marks',
    where: [{ field: 'name', in: [name] }],
  })
}
