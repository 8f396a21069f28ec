/**
 * The rewriting of a database's file, where its store has a way.
 *
 * @module
 */
import type { Scrubbed, Store } from '../../store/store.ts'

/** `tables`: those that the policy names. */
export async function scrubFile(store: Store, tables: readonly string[]): Promise<Scrubbed> {
  if (store.scrubFile !== undefined) return store.scrubFile(tables)
  return {
    level: store.capabilities.erasure,
    complete: true,
    obstacle: null,
    bytesBefore: null,
    bytesAfter: null,
    searchTables: [],
    unproven: [],
  }
}
