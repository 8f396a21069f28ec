/**
 * What the engine keeps about single users beside their jobs, holds and tokens, through any store.
 *
 * @module
 */
import type { UserId } from '../program/program.ts'
import { changed, type RecordWrite } from '../store/change.ts'
import { ask } from '../store/inquiry.ts'
import { releaseWrites, sealWrites } from '../store/own-records.ts'
import type { ConfirmationToken, Hold, SealDecision } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { askHead } from './ledger-records.ts'
import { writeRecords } from './record-flows.ts'

export interface HoldQuery {
  readonly limit: number
  /** Only holds that bind users of this table. Default: all. */
  readonly userTable?: string
  readonly user?: { readonly tenantId: string | null; readonly userId: UserId }
  /** Only holds behind this one. */
  readonly afterId?: string
}

/** Holds on users, the first placed first. */
export function listHolds(
  store: Pick<Store, 'read'>,
  { limit, userTable, user, afterId }: HoldQuery,
): Promise<readonly Hold[]> {
  return store.read(function* () {
    const [holds] = yield* ask({
      kind: 'records',
      table: 'holds',
      where: [
        ...(afterId === undefined ? [] : [{ field: 'id', above: afterId } as const]),
        // A hold of an earlier layout that does not say binds the users of every table.
        ...(userTable === undefined
          ? []
          : [{ field: 'userTable', in: [userTable, null] } as const]),
        ...(user === undefined
          ? []
          : [
              { field: 'userId', in: [user.userId] } as const,
              { field: 'tenantId', in: [user.tenantId] } as const,
            ]),
      ],
      limit,
    })
    return holds
  })
}

/** Places a hold on a user who has no row any more, with what `seal` returns; where there is one, a transition does. */
export function saveHold(store: Store, hold: Hold, seal?: SealDecision): Promise<void> {
  return writeSealed(store, [{ kind: 'insert', table: 'holds', records: [hold] }], seal)
}

/** Removes a hold, with what `seal` returns. Safe to repeat. */
export function removeHold(store: Store, id: string, seal?: SealDecision): Promise<void> {
  return writeSealed(store, releaseWrites(id), seal)
}

function writeSealed(
  store: Store,
  writes: readonly RecordWrite[],
  seal: SealDecision | undefined,
): Promise<void> {
  if (seal === undefined) return writeRecords(store, ...writes)
  return store.commit(function* () {
    return changed(undefined, ...writes, ...sealWrites(seal(yield* askHead())))
  })
}

/** Adds a token that confirms a later call, in the place of the user's earlier one. */
export function saveToken(store: Store, token: ConfirmationToken): Promise<void> {
  return writeRecords(
    store,
    {
      kind: 'remove',
      table: 'tokens',
      where: [
        { field: 'userId', in: [token.userId] },
        { field: 'userTable', in: [token.userTable] },
        { field: 'tenantId', in: [token.tenantId] },
      ],
    },
    { kind: 'insert', table: 'tokens', records: [token] },
  )
}

/** Removes tokens that had expired by this instant (ISO 8601, UTC), and answers how many. */
export function removeTokens(store: Store, expiredBy: string): Promise<number> {
  const where = [{ field: 'expiresAt', upTo: expiredBy } as const]
  return store.commit(function* () {
    const [tokens] = yield* ask({ kind: 'records', table: 'tokens', where })
    return changed(tokens.length, { kind: 'remove', table: 'tokens', where })
  })
}
