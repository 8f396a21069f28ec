/**
 * Whether a value is reserved: somebody who is gone held it.
 *
 * The clock is not asked: a reservation ends when `expireRetained` ends it, which believes no clock that has leapt.
 *
 * @module
 */
import { wrongKey } from '../../receipt/chain.ts'
import { readMark } from '../../records/mark-records.ts'
import { findReservation } from '../../records/reservation-records.ts'
import { type ReserveKeyNames, readReserveKeys, reserveKeys } from '../../store/own-records.ts'
import type { Store } from '../../store/store.ts'
import type { ExecutionContext } from '../context/context.ts'
import { oneTenant } from './one-tenant.ts'
import type { Reserver } from './reserver.ts'

/**
 * Whether one of the values, by field, is reserved in the tenant. What is nobody's never is.
 *
 * @throws {@link UserDeletionError} `wrong_key` where there may be reservations that none of the keys can read.
 */
export async function isReserved(
  context: ExecutionContext,
  reserver: Reserver,
  tenantId: string | null,
  values: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const tenant = oneTenant(context, tenantId)
  const hashes = Object.entries(values).flatMap(([field, value]) =>
    reserver.hashesOf(tenant, field, value),
  )
  if (hashes.length === 0) return false
  const found = await findReservation(context.store, context.userTable, hashes)
  assertKnown(reserver, found.keyNames)
  return found.isFound
}

/** @throws {@link UserDeletionError} `wrong_key`, before anything is written under a key that the others do not know. */
export async function assertReserveKeys(
  store: Store,
  userTable: string,
  reserver: Reserver,
): Promise<void> {
  const value = await readMark(store, reserveKeys(userTable))
  assertKnown(reserver, readReserveKeys(value ?? undefined))
}

function assertKnown({ keyNames }: Reserver, told: ReserveKeyNames): void {
  if (!told.every((name) => keyNames.has(name))) throw wrongKey('keys.reserve')
}
