/**
 * Events that wait to be delivered, through any store.
 *
 * @module
 */
import { changed } from '../store/change.ts'
import { ask } from '../store/inquiry.ts'
import type { OutboxEvent } from '../store/records.ts'
import type { Store } from '../store/store.ts'

export interface OutboxQuery {
  /** Only events of users of this table, and those that do not say. Default: all. */
  readonly userTable?: string
  readonly afterId: string | null
  readonly limit: number
}

/** Events not acknowledged yet, in the order of their ids, which is the order they were written in. */
export function readOutbox(
  store: Pick<Store, 'read'>,
  { userTable, afterId, limit }: OutboxQuery,
): Promise<readonly OutboxEvent[]> {
  return store.read(function* () {
    const [events] = yield* ask({
      kind: 'records',
      table: 'outbox',
      where: [
        { field: 'id', above: afterId ?? '' },
        ...(userTable === undefined
          ? []
          : [{ field: 'userTable', in: [userTable, null] } as const]),
      ],
      limit,
    })
    return events
  })
}

/** Removes acknowledged events and answers how many were there. Safe to repeat. */
export function acknowledge(store: Store, ids: readonly string[]): Promise<number> {
  const where = [{ field: 'id', in: ids } as const]
  return store.commit(function* () {
    const [events] = yield* ask({ kind: 'records', table: 'outbox', where })
    return changed(events.length, { kind: 'remove', table: 'outbox', where })
  })
}
