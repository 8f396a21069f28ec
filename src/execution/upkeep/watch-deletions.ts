/**
 * A store whose commits tell the debt of the journal that they have removed rows. All of them pass here.
 *
 * @module
 */
import type { Change, Decision, HostWork } from '../../store/change.ts'
import type { Inquiry } from '../../store/inquiry.ts'
import { isQuestions, NO_ANSWERS } from '../../store/run.ts'
import type { BulkSession, CommitOptions, Committed, Store } from '../../store/store.ts'
import type { JournalDebt } from './journal-debt.ts'

/** The same store in everything else, of whatever class it is. */
export function watchDeletions(store: Store, debt: JournalDebt): Store {
  const watched: Partial<Store> = watchedMethods(store, debt)
  return new Proxy(store, {
    get(target, name) {
      if (Object.hasOwn(watched, name)) return watched[name as keyof Store]
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function watchedMethods(store: Store, debt: JournalDebt): Partial<Store> {
  const { openBulk, commitEach } = store
  return {
    async commit<T>(inquiry: () => Inquiry<Decision<T>>, options?: CommitOptions) {
      const { watchedInquiry, removes } = watch(inquiry)
      const result = await store.commit(watchedInquiry, options)
      if (removes()) await debt.owe()
      return result
    },
    ...(commitEach === undefined
      ? {}
      : {
          async commitEach<T>(inquiries: readonly (() => Inquiry<Decision<T>>)[]) {
            const all = inquiries.map(watch)
            const committed = await commitEach.call(
              store,
              all.map(({ watchedInquiry }) => watchedInquiry),
            )
            const isGone = committed.some(
              ({ kind }, place) => kind === 'done' && all[place]?.removes(),
            )
            if (isGone) await debt.owe()
            return committed as readonly Committed<T>[]
          },
        }),
    ...(openBulk === undefined
      ? {}
      : { openBulk: async (mode) => watchedSession(await openBulk.call(store, mode), debt) }),
  }
}

/** The inquiry, and whether its last run has made rows of the host go. */
function watch<T>(inquiry: () => Inquiry<Decision<T>>): {
  readonly watchedInquiry: () => Inquiry<Decision<T>>
  removes(): boolean
} {
  let removes = false
  const seen = (): void => {
    removes = true
  }
  return {
    removes: () => removes,
    *watchedInquiry() {
      removes = false
      const decision = yield* inquiry()
      const { change } = decision
      if (change === null || decision.isRehearsal === true) return decision
      return { ...decision, change: () => watched(change(), seen) }
    },
  }
}

/** `work`: called when rows of the host are about to go. */
function* watched<T>(change: Change<T>, work: () => void): Change<T> {
  let step = change.next(NO_ANSWERS)
  while (step.done !== true) {
    if (!isQuestions(step.value) && step.value.kind === 'work' && removesRows(step.value)) work()
    step = change.next(yield step.value)
  }
  return step.value
}

function removesRows({ steps, userRows }: HostWork): boolean {
  return userRows.kind === 'end' || steps.some(({ rows }) => rows > 0)
}

/** What the run owes is paid when it ends, whatever happened in it. */
function watchedSession(session: BulkSession, debt: JournalDebt): BulkSession {
  let isOpen = true
  debt.beginRun()
  return {
    mostUsers: () => session.mostUsers(),
    ready: (users) => session.ready(users),
    async close() {
      try {
        await session.close()
      } finally {
        if (isOpen) {
          isOpen = false
          await debt.endRun()
        }
      }
    },
  }
}
