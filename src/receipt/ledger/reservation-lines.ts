/**
 * Reservations in an export of the ledger: they are in no entry, since entries stay for ever and reservations end.
 *
 * @module
 */
import { equalSecrets, hmacSha256, incrementalSha256, type Secret } from '../../ports.ts'
import { readReservations, restoreReservations } from '../../records/reservation-records.ts'
import { clearSpool, readSpool, spool } from '../../records/spool-records.ts'
import type { Reservation } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { KeyRing } from '../chain.ts'

/** How many lines tell of reservations, and a digest of them, under the ledger key where there is one. */
export interface ReservationsTold {
  readonly count: number
  readonly digest: string
}

const PAGE = 500

/** The lines of all that is reserved; returns what the head tells of them, `null` where there are none. */
export async function* reservationLines(
  store: Store,
  key: Secret | null,
): AsyncGenerator<string, ReservationsTold | null> {
  const tally = tallyOf()
  for (let after = ''; ; ) {
    const page = await readReservations(store, after, PAGE)
    for (const reservation of page) {
      tally.add(reservation)
      yield JSON.stringify({ reservation })
    }
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return tally.told(key)
    after = last.id
  }
}

/** Reservations of an import, set aside until all of it has been read. */
export interface ReservationsAside {
  add(reservation: Reservation): Promise<void>
  /** Whether they are what the head tells of. */
  areTold(told: ReservationsTold | null): boolean
  /** Writes those that are missing, and answers how many. Safe to repeat. */
  restore(): Promise<number>
  clear(): Promise<void>
}

export function setAside(store: Store, run: string, { key, oldKeys }: KeyRing): ReservationsAside {
  const tally = tallyOf()
  let page: string[] = []
  let written = 0
  const flush = async (): Promise<void> => {
    await spool(store, run, written, page)
    written += page.length
    page = []
  }
  return {
    async add(reservation) {
      tally.add(reservation)
      page.push(JSON.stringify(reservation))
      if (page.length === PAGE) await flush()
    },
    areTold: (told) =>
      [key, ...oldKeys].some((one) => {
        const own = tally.told(one)
        if (own === null || told === null) return own === told
        return own.count === told.count && equalSecrets(own.digest, told.digest)
      }),
    async restore() {
      await flush()
      let restored = 0
      for (let from = 0; from < written; from += PAGE) {
        const texts = await readSpool(store, run, from, PAGE)
        const reservations = texts.map((text) => JSON.parse(String(text)) as Reservation)
        restored += await restoreReservations(store, reservations)
      }
      return restored
    },
    async clear() {
      if (written > 0) await clearSpool(store, run)
    },
  }
}

function tallyOf() {
  const hash = incrementalSha256()
  let count = 0
  let digest: string | null = null
  return {
    add({ id, userTable, hash: of, keyName, until }: Reservation): void {
      hash.update(`${JSON.stringify([id, userTable, of, keyName, until])}\n`)
      count += 1
    },
    /** Once all have been added. */
    told(key: Secret | null): ReservationsTold | null {
      if (count === 0) return null
      digest ??= hash.digest()
      return { count, digest: key === null ? digest : hmacSha256(key, digest) }
    },
  }
}
