/**
 * A few documents of a collection at random.
 *
 * @module
 */
import type { Doc, MongoDb } from './driver.ts'
import { isOutOfTime, lacksCommand } from './mongo-errors.ts'

export type RandomDocuments = (
  name: string,
  projection: Doc,
  size: number,
) => Promise<readonly Doc[]>

/**
 * None where a compatible server has no such stage. The server jumps to places of the collection; while these
 * are full of what was just deleted it reads everything instead, so once it takes long it isn't asked again.
 */
export function openRandomDocuments(db: MongoDb): RandomDocuments {
  let isWorthIt = true
  return async (name, projection, size) => {
    if (!isWorthIt) return []
    const stages = Object.keys(projection).length === 0 ? [] : [{ $project: projection }]
    try {
      return await db
        .collection(name)
        .aggregate([{ $sample: { size } }, ...stages], {
          readPreference: 'primary',
          maxTimeMS: MOST_MS,
        })
        .toArray()
    } catch (error) {
      if (!isOutOfTime(error) && !lacksCommand(error)) throw error
      isWorthIt = false
      return []
    }
  }
}

const MOST_MS = 200
