/**
 * What is reserved, through any store.
 *
 * @module
 */
import { changed, type RecordWrite, unchanged } from '../store/change.ts'
import { answerOf, ask } from '../store/inquiry.ts'
import {
  markOf,
  type ReserveKeyNames,
  readReserveKeys,
  reserveKeys,
  reserveKeysWrite,
} from '../store/own-records.ts'
import type { Reservation } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/** Whether one of the hashes is reserved, and the names of the keys that the table's reservations were written with. */
export function findReservation(
  store: Pick<Store, 'read'>,
  userTable: string,
  hashes: readonly string[],
): Promise<{ readonly isFound: boolean; readonly keyNames: ReserveKeyNames }> {
  return store.read(function* () {
    const [[mark], found] = yield* ask(markOf(reserveKeys(userTable)), {
      ...{ kind: 'records', table: 'reservations', limit: 1 },
      where: [{ field: 'hash', in: hashes }],
    } as const)
    return { isFound: found.length > 0, keyNames: readReserveKeys(mark?.value) }
  })
}

/** Reservations of a table of users whose time is up, the earliest first. */
export function readEnded(
  store: Pick<Store, 'read'>,
  userTable: string,
  now: string,
  limit: number,
): Promise<readonly Reservation[]> {
  return answerOf(store, {
    kind: 'records',
    table: 'reservations',
    where: [
      { field: 'userTable', in: [userTable] },
      { field: 'until', upTo: now },
    ],
    order: ['until', 'id'],
    limit,
  })
}

/** Removes them, atomically. Answers how many were still there. */
export function endReservations(
  store: Pick<Store, 'commit'>,
  reservations: readonly Reservation[],
): Promise<number> {
  return store.commit(function* () {
    const where = [{ field: 'id', in: reservations.map(({ id }) => id) }] as const
    const [present] = yield* ask({ kind: 'records', table: 'reservations', where })
    if (present.length === 0) return unchanged(0)
    return changed(present.length, { kind: 'remove', table: 'reservations', where })
  })
}

/** Forgets the names of keys, but for this one, that no reservation of the table was written with. */
export function forgetReserveKeys(
  store: Pick<Store, 'commit'>,
  userTable: string,
  own: string,
): Promise<void> {
  return store.commit(function* () {
    const [[mark]] = yield* ask(markOf(reserveKeys(userTable)))
    const names = readReserveKeys(mark?.value)
    const used: string[] = []
    for (const name of names) {
      const [found] = yield* ask({
        ...{ kind: 'records', table: 'reservations', limit: 1 },
        where: [
          { field: 'userTable', in: [userTable] },
          { field: 'keyName', in: [name] },
        ],
      } as const)
      if (name === own || found.length > 0) used.push(name)
    }
    if (used.length === names.length) return unchanged(undefined)
    const record = { name: reserveKeys(userTable), value: JSON.stringify(used) }
    return changed(undefined, { kind: 'put', table: 'marks', record })
  })
}

/** A page of all reservations, of every table of users, behind the one with this id. */
export function readReservations(
  store: Pick<Store, 'read'>,
  after: string,
  limit: number,
): Promise<readonly Reservation[]> {
  const where = [{ field: 'id', above: after }] as const
  return answerOf(store, { kind: 'records', table: 'reservations', where, order: ['id'], limit })
}

/** Brings reservations back that are not there, atomically, with the names of their keys. Answers how many. */
export function restoreReservations(
  store: Pick<Store, 'commit'>,
  reservations: readonly Reservation[],
): Promise<number> {
  return store.commit(function* () {
    const tables = [...new Set(reservations.map(({ userTable }) => userTable))]
    const where = [{ field: 'id', in: reservations.map(({ id }) => id) }] as const
    const [present] = yield* ask({ kind: 'records', table: 'reservations', where })
    const known = new Set(present.map(({ id }) => id))
    const missing = reservations.filter(({ id }) => !known.has(id))
    if (missing.length === 0) return unchanged(0)
    const names: RecordWrite[] = []
    for (const userTable of tables) {
      const [[mark]] = yield* ask(markOf(reserveKeys(userTable)))
      const own = missing.filter((one) => one.userTable === userTable)
      const told = reserveKeysWrite(userTable, readReserveKeys(mark?.value), own)
      if (told !== null) names.push(told)
    }
    return changed(
      missing.length,
      { kind: 'insert', table: 'reservations', records: missing },
      ...names,
    )
  })
}
