/**
 * A store whose commits tell the debt of the journal that they have removed rows. All of them pass here.
 *
 * @module
 */
import type { BulkSession, Store } from '../../store/store.ts'
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
  const { openBulk } = store
  return {
    async apply(program, slice) {
      const outcomes = await store.apply(program, slice)
      if (slice.rehearsal !== true && outcomes.some(({ kind }) => kind === 'deleted')) {
        await debt.owe()
      }
      return outcomes
    },
    async applyChunk(program, chunk) {
      const result = await store.applyChunk(program, chunk)
      await debt.owe()
      return result
    },
    async sweep(program, work) {
      const swept = await store.sweep(program, work)
      const counts = swept?.flatMap((group) => group.counts) ?? []
      if (counts.some((own) => own?.some((rows) => rows > 0))) await debt.owe()
      return swept
    },
    async transition(program, transition) {
      let cutsAccess = false
      const outcome = await store.transition(program, {
        ...transition,
        decide(standing) {
          const verdict = transition.decide(standing)
          cutsAccess = verdict.kind === 'proceed' && verdict.cutsAccess === true
          return verdict
        },
      })
      if (cutsAccess && outcome.kind === 'done') await debt.owe()
      return outcome
    },
    ...(openBulk === undefined
      ? {}
      : { openBulk: async (mode) => watchedSession(await openBulk.call(store, mode), debt) }),
  }
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
