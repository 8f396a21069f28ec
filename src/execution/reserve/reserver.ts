/**
 * How a value becomes a reservation: a keyed hash that says neither whose it was nor when they went.
 *
 * @module
 */
import { hmacSha256, randomToken, type Secret } from '../../ports.ts'
import { inLowerCase, isNobodys } from '../../program/matching.ts'
import type { ReservedField, UserTable } from '../../program/program.ts'
import { endOfTerm } from '../../program/retention-term.ts'
import type { Reservation } from '../../store/records.ts'

export interface ReserveKeys {
  /** Writes and reads. */
  readonly key: Secret
  /** Only read. */
  readonly oldKeys: readonly Secret[]
}

export interface Reserver {
  readonly fields: readonly string[]
  /** The name of the key that writes. */
  readonly keyName: string
  /** The names of all keys. */
  readonly keyNames: ReadonlySet<string>
  /** What a user who goes leaves reserved. `at`: the instant of the deletion. */
  reservationsOf(
    tenantId: string | null,
    fields: Readonly<Record<string, unknown>>,
    at: Date,
  ): readonly Reservation[]
  /** The hashes, one a key, under which a value of a field may be reserved; none for what is nobody's. */
  hashesOf(tenantId: string | null, field: string, value: unknown): readonly string[]
}

export function createReserver(
  { table, reserve = [] }: Pick<UserTable, 'table' | 'reserve'>,
  { key, oldKeys }: ReserveKeys,
): Reserver {
  const keyName = nameOf(key)
  const keys = [key, ...oldKeys]
  const hash = (own: Secret, tenantId: string | null, field: string, text: string): string =>
    hmacSha256(own, JSON.stringify(['reservation', table, tenantId, field, text]))
  const textsIn = ({ ignoreCase }: ReservedField, value: unknown): readonly string[] => {
    const values = Array.isArray(value) ? value : [value]
    const texts = values.filter((one) => !isNobodys(one)).map(textOf)
    return [...new Set(ignoreCase ? texts.map(inLowerCase) : texts)]
  }
  return {
    fields: reserve.map(({ field }) => field),
    keyName,
    keyNames: new Set(keys.map(nameOf)),
    reservationsOf: (tenantId, fields, at) =>
      reserve.flatMap((reserved) =>
        textsIn(reserved, fields[reserved.field]).map((text) => ({
          ...{ id: randomToken(), userTable: table, keyName },
          hash: hash(key, tenantId, reserved.field, text),
          until: endOfDay(endOfTerm(at, reserved.term)),
        })),
      ),
    hashesOf(tenantId, field, value) {
      const reserved = reserve.find((one) => one.field === field)
      const texts = reserved === undefined ? [] : textsIn(reserved, value)
      return texts.flatMap((text) => keys.map((own) => hash(own, tenantId, field, text)))
    },
  }
}

/** The instant itself would name the deletion, and with it the user. */
function endOfDay(end: Date): string {
  const midnight = new Date(end)
  midnight.setUTCHours(0, 0, 0, 0)
  if (midnight < end) midnight.setUTCDate(midnight.getUTCDate() + 1)
  return midnight.toISOString()
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

/** Tells keys apart, and nothing else of them. */
function nameOf(key: Secret): string {
  return hmacSha256(key, 'user-deletion-engine: name of the reserve key').slice(0, 16)
}
