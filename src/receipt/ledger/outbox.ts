/**
 * Events that committed with a deletion and wait to be delivered.
 *
 * @module
 */
import { acknowledge, readOutbox } from '../../records/outbox-records.ts'
import type { OutboxEvent } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'

/** At-least-once delivery: an event is there until it is acknowledged, under the same id each time. */
export interface Outbox {
  /** Events about the engine's own users that are not acknowledged yet, oldest first. */
  pending(): AsyncGenerator<OutboxEvent>
  /** Removes delivered events and answers how many were there. Safe to repeat. */
  acknowledge(ids: string | readonly string[]): Promise<number>
}

const PAGE = 500

export function openOutbox(store: Store, userTable: string): Outbox {
  return {
    async *pending() {
      for (let afterId: string | null = null; ; ) {
        const page: readonly OutboxEvent[] = await readOutbox(store, {
          ...{ userTable, afterId, limit: PAGE },
        })
        yield* page
        const last = page.at(-1)
        if (last === undefined || page.length < PAGE) return
        afterId = last.id
      }
    },
    acknowledge: (ids) => acknowledge(store, typeof ids === 'string' ? [ids] : ids),
  }
}
