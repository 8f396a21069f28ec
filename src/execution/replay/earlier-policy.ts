/**
 * Whether a policy may have been written for an earlier version, which treated two rules on one row differently.
 *
 * Only in a database that an earlier version has worked on. There the first policy that this version meets is taken
 * for the old one, for each table of users. A policy with another version or name has been revised since.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { readMark, writeMark } from '../../records/mark-records.ts'
import { EARLIER_LAYOUT_MARK } from '../../store/earlier-layout.ts'
import type { Store } from '../../store/store.ts'

export interface EarlierPolicy {
  /** `null` while nobody can tell, as the engine's own tables are not there yet. */
  isOurs(): Promise<boolean | null>
  /** Takes this policy for the one of that time where there is none yet. Cheap from the second time on. */
  remember(): Promise<void>
}

export function findEarlierPolicy(
  store: Store,
  {
    table,
    name,
    version,
  }: { readonly table: string; readonly name: string; readonly version: number },
): EarlierPolicy {
  const mark = `earlier_policy:${table}`
  const own = `${version} ${name}`
  let isRemembered = false

  return {
    async isOurs() {
      try {
        if ((await readMark(store, EARLIER_LAYOUT_MARK)) === null) return false
        const known = await readMark(store, mark)
        return known === null || known === own
      } catch (error) {
        if (error instanceof UserDeletionError && error.code === 'not_migrated') return null
        throw error
      }
    },
    async remember() {
      if (isRemembered) return
      const isThere = (await readMark(store, EARLIER_LAYOUT_MARK)) !== null
      if (isThere && (await readMark(store, mark)) === null) await writeMark(store, mark, own)
      isRemembered = true
    },
  }
}
