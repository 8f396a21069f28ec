/**
 * Ids that runs have set aside, through any store.
 *
 * @module
 */
import type { UserId } from '../program/program.ts'
import { ask, type Inquiry } from '../store/inquiry.ts'
import type { SpooledIds } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { firstOf, writeRecords } from './record-flows.ts'

/** Sets ids of a run aside, atomically: the first of them has this place in the run. Safe to repeat. */
export async function spool(
  store: Store,
  run: string,
  position: number,
  ids: readonly (UserId | null)[],
): Promise<void> {
  if (ids.length === 0) return
  await writeRecords(store, { kind: 'put', table: 'spool', record: { run, position, ids } })
}

/** Spooled ids from `offset` in the order they came in; `null` in the place of what was no id. */
export function readSpool(
  store: Pick<Store, 'read'>,
  run: string,
  offset: number,
  limit: number,
): Promise<readonly (UserId | null)[]> {
  return store.read(function* () {
    const ids: (UserId | null)[] = []
    let next = yield* lastUpTo(run, offset)
    const start = next?.position ?? 0
    while (next !== undefined && ids.length < offset - start + limit) {
      ids.push(...next.ids)
      const end = next.position + next.ids.length
      next = yield* lastUpTo(run, end)
      // The last record of a run is found again.
      if (next?.position !== end) break
    }
    // What is no id keeps its place, or those behind it would move up.
    return ids.slice(offset - start, offset - start + limit)
  })
}

/** The ids among which a place is, or where the run ends before it, its last ones. */
function lastUpTo(run: string, place: number): Inquiry<SpooledIds | undefined> {
  return firstOf({
    kind: 'records',
    table: 'spool',
    where: [
      { field: 'run', in: [run] },
      { field: 'position', upTo: place },
    ],
    order: ['position'],
    descending: true,
    limit: 1,
  })
}

/** Forgets a run's spool. Safe to repeat. */
export function clearSpool(store: Store, run: string): Promise<void> {
  return writeRecords(store, {
    kind: 'remove',
    table: 'spool',
    where: [{ field: 'run', in: [run] }],
  })
}

export interface RunsAside {
  readonly spools: readonly string[]
  readonly imports: readonly string[]
}

/** Runs that have ids, or entries of an import, set aside; each once. */
export function runsAside(store: Pick<Store, 'read'>): Promise<RunsAside> {
  return store.read(function* () {
    const [spools, imports] = yield* ask(
      { kind: 'records', table: 'spool', newestOf: 'run' },
      { kind: 'records', table: 'ledger_import', newestOf: 'run' },
    )
    return { spools: spools.map(runOf), imports: imports.map(runOf) }
  })
}

function runOf({ run }: Pick<SpooledIds, 'run'>): string {
  return run
}
