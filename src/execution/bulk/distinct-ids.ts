/**
 * Each id of a list once, however long the list is.
 *
 * @module
 */

import { idText } from '../../plan/build-plan.ts'
import type { UserId } from '../../program/program.ts'
import { clearSpool, readSpool, spool } from '../../records/spool-records.ts'
import type { Store } from '../../store/store.ts'

/** Different ids that memory holds at most. */
const IN_MEMORY = 100_000
/** Later ids are set aside in so many parts, and one part is in memory at a time. */
const PARTS = 256
/** Ids of a part that are written or read at once. */
const PAGE = 1_000

export interface DistinctIds {
  /** `true` for the first place of an id, `false` for a later one, `later` if only the end of the list can tell. */
  take(id: UserId): Promise<boolean | 'later'>
  /** Of the ids that had to wait: each once, or `null` for one that has come before. */
  rest(): AsyncGenerator<UserId | null>
  /** Forgets what was set aside. */
  close(): Promise<void>
}

/**
 * Finds repeated ids of a list in bounded memory. Ids beyond the bound wait in the spool, where equal ids are in the
 * same part; a list of 100,000 different ids writes nothing.
 */
export function distinctIds(store: Store, run: string, inMemory: number = IN_MEMORY): DistinctIds {
  const seen = new Set<UserId>()
  const waiting = new Map<number, UserId[]>()
  /** By part how many of its ids are set aside. */
  const used = new Map<number, number>()
  const nameOf = (part: number): string => `${run}/${part}`

  async function setAside(part: number): Promise<void> {
    const own = waiting.get(part) ?? []
    const position = used.get(part) ?? 0
    used.set(part, position + own.length)
    await spool(store, nameOf(part), position, own)
    waiting.delete(part)
  }

  async function* readPart(part: number): AsyncGenerator<UserId> {
    for (let offset = 0; used.has(part); ) {
      const page = await readSpool(store, nameOf(part), offset, PAGE)
      for (const id of page) if (id !== null) yield id
      if (page.length < PAGE) break
      offset += page.length
    }
    yield* waiting.get(part) ?? []
  }

  return {
    async take(id) {
      if (seen.has(id)) return false
      if (seen.size < inMemory) {
        seen.add(id)
        return true
      }
      const part = partOf(id)
      const own = waiting.get(part) ?? []
      own.push(id)
      waiting.set(part, own)
      if (own.length === PAGE) await setAside(part)
      return 'later'
    },
    async *rest() {
      for (let part = 0; part < PARTS; part += 1) {
        const known = new Set<UserId>()
        for await (const id of readPart(part)) {
          yield known.has(id) ? null : id
          known.add(id)
        }
      }
    },
    async close() {
      for (const part of used.keys()) await clearSpool(store, nameOf(part))
    },
  }
}

/** Equal ids are in the same part, and others are spread over all. */
function partOf(id: UserId): number {
  let hash = 0
  for (const letter of idText(id)) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0
  return (hash >>> 0) % PARTS
}
