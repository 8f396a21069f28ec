/**
 * Takes back what was written, from copies kept in memory.
 *
 * @module
 */

import { pages } from '../documents/match-rows.ts'
import type { Doc } from '../server/driver.ts'
import type { Writer } from '../server/scope.ts'

export interface Undoable {
  readonly writer: Writer
  /** Puts every document back as it was before the first write. */
  undo(): Promise<void>
}

/** A writer that keeps what it overwrites. */
export function undoable(scope: Writer): Undoable {
  const restorers: (() => Promise<void>)[] = []

  async function keep(
    collection: string,
    filter: Doc,
    restore: (document: Doc) => Promise<unknown> = (document) => scope.put(collection, document),
  ): Promise<readonly Doc[]> {
    const found = await scope.find(collection, filter, { exact: true })
    if (found.length > 0) {
      restorers.push(async () => {
        for (const document of found) await restore(document)
      })
    }
    return found
  }

  /** A document that was overwritten and is gone has been removed by somebody else. */
  const keepUpdated = (collection: string, filter: Doc): Promise<readonly Doc[]> =>
    keep(collection, filter, (document) =>
      scope.updateMany(collection, {
        filter: { _id: document['_id'] },
        update: [{ $replaceWith: { $literal: document } }],
      }),
    )

  const writer: Writer = {
    ...scope,
    async deleteMany(collection, filter) {
      const found = await keep(collection, filter)
      let deleted = 0
      // Only those of which there is a copy: what came in since is for the sweep behind.
      for (const page of pages(found)) {
        deleted += await scope.deleteMany(collection, { _id: { $in: page.map(({ _id }) => _id) } })
      }
      return deleted
    },
    async updateMany(collection, update) {
      await keepUpdated(collection, update.filter)
      return scope.updateMany(collection, update)
    },
    async updateAll(collection, updates) {
      let matched = 0
      for (const update of updates) {
        await keepUpdated(collection, update.filter)
        matched += await scope.updateMany(collection, update)
      }
      return matched
    },
    async insertMany(collection, documents) {
      const ids = documents.map(({ _id }) => _id)
      restorers.push(async () => {
        await scope.deleteMany(collection, { _id: { $in: ids } })
      })
      await scope.insertMany(collection, documents)
    },
    async put(collection, document) {
      const found = await keep(collection, { _id: document['_id'] })
      if (found.length === 0) {
        restorers.push(async () => {
          await scope.deleteMany(collection, { _id: document['_id'] })
        })
      }
      await scope.put(collection, document)
    },
  }

  return {
    writer,
    async undo() {
      while (restorers.length > 0) await restorers.pop()?.()
    },
  }
}
