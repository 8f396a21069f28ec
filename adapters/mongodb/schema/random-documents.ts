/**
 * A few documents of a collection at random.
 *
 * @module
 */
import type { Doc, MongoDb } from '../server/driver.ts'
import { isOutOfTime, lacksCommand } from '../server/mongo-errors.ts'
import { readCut, type Wanted } from './first-documents.ts'

/** `null`: there are some, and the server has not found them in time. */
export type RandomDocuments = (wanted: Wanted, size: number) => Promise<readonly Doc[] | null>

/**
 * None where a compatible server has no such stage. The server jumps to places of the collection; while these
 * are full of what was just deleted it reads everything instead, so once it takes long it isn't asked again.
 */
export function openRandomDocuments(db: MongoDb): RandomDocuments {
  let isWorthIt = true
  return async (wanted, size) => {
    if (!isWorthIt) return null
    try {
      return await readCut((cut) =>
        db
          .collection(wanted.name)
          .aggregate([{ $sample: { size } }, ...cut(wanted)], {
            readPreference: 'primary',
            maxTimeMS: MOST_MS,
          })
          .toArray(),
      )
    } catch (error) {
      if (!isOutOfTime(error) && !lacksCommand(error)) throw error
      isWorthIt = false
      return null
    }
  }
}

const MOST_MS = 1_000
