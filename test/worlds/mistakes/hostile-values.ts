/**
 * Values that somebody might pass in the place of an id, to be told from ids by no query.
 *
 * @module
 */
import {
  Binary,
  BSONRegExp,
  Code,
  DBRef,
  Decimal128,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb'

/** Stands in every value that can hold a text, so that a command with the value shows it. */
export const MARKER = 'h0stile'

/** An id of somebody who is there: a value that leads to it must not be taken for it. */
export type Random = () => number

/** The same seed gives the same numbers from 0 to 1. */
export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A value that is no id of any type, no tenant and no key. `hex` is the id of a user who is there. */
export function hostileValue(random: Random, hex: string): unknown {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const word = `${MARKER}${Math.floor(random() * 1e9)}`
  const operator = () => ({ [pick(OPERATORS)]: pick(OPERANDS(word, hex)) })
  const kinds: readonly (() => unknown)[] = [
    operator,
    () => ({ ...operator(), ...operator() }),
    () => ({ [pick(['_id', 'userId', 'tenantId', 'a.b'])]: operator() }),
    () => [operator()],
    () => pick([[], [word], [hex], [[hex]], [new ObjectId(hex)], { 0: hex, length: 1 }]),
    () => JSON.parse(`{"__proto__":{"$ne":"${word}"}}`),
    () => JSON.parse(`{"constructor":{"prototype":{"$gt":"${word}"}}}`),
    () => Object.create(operator()),
    () => Object.assign(Object.create(null), operator()),
    () => ({ toString: () => hex, valueOf: () => hex, toJSON: () => hex }),
    () => ({ [Symbol.toPrimitive]: () => hex, word }),
    () =>
      pick([new String(hex), new Number(7), new Boolean(true), Object(Symbol(word)), Object(7n)]),
    () => pick([Symbol(word), Symbol.for(hex)]),
    () => pick([() => hex, async () => hex, class Id {}, Promise.resolve(hex)]),
    () =>
      pick([/^/, new RegExp(word, 'i'), new BSONRegExp('^', 'i'), new Date(7), new Error(word)]),
    () => pick([new Map([['$ne', word]]), new Set([hex]), new WeakMap(), new Proxy({}, {})]),
    () =>
      pick([
        Buffer.from(hex, 'hex'),
        Buffer.from(word),
        Buffer.alloc(0),
        new Uint8Array(12),
        new ArrayBuffer(12),
        new DataView(new ArrayBuffer(12)),
      ]),
    () =>
      pick([
        Number.NaN,
        Number.POSITIVE_INFINITY,
        -1 / 0,
        0.5,
        2 ** 53,
        1e300,
        -(2n ** 63n) - 1n,
        2n ** 64n,
      ]),
    () =>
      pick(['', ' ', '\n\t', '\u00a0', `${word}\0`, `\0${hex}`, `\ud800${word}`, `${word}\udfff`]),
    () =>
      pick([word.padEnd(1_025, 'x'), '€'.repeat(400), '\u{1f600}'.repeat(300), 'x'.repeat(1e6)]),
    () => pick([true, false, null]),
    () => lyingBson(pick, operator, hex, word),
    () =>
      pick([
        new Code(`return "${word}"`),
        new Code('function () { return true }'),
        new DBRef('users', new ObjectId(hex)),
        new Decimal128('7'),
        new Long(7),
        new Int32(7),
        new MinKey(),
        new MaxKey(),
        new Timestamp(7n),
        new Binary(Buffer.from(word)),
        new Binary(Buffer.from(hex, 'hex')),
        new Binary(new UUID().buffer, 3),
      ]),
  ]
  return pick(kinds)()
}

/** Text that may well be an id elsewhere, but no ObjectId. */
export function noObjectId(random: Random, hex: string): unknown {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  return pick([
    ...[`${hex}0`, hex.slice(1), `${hex}\n`, ` ${hex}`, `0x${hex.slice(2)}`, `${hex.slice(1)}g`],
    ...[`{"$oid":"${hex}"}`, `ObjectId("${hex}")`, '{"$ne":null}', '$where', '__proto__', '*'],
    ...['０'.repeat(24), 'é'.repeat(24), String(new UUID()), 7, 0, 7n, -1, new UUID()],
  ])
}

const OPERATORS = [
  ...['$ne', '$gt', '$gte', '$lt', '$in', '$nin', '$exists', '$regex', '$not', '$type'],
  ...['$where', '$expr', '$function', '$or', '$and', '$nor', '$elemMatch', '$all', '$comment'],
] as const

const OPERANDS = (word: string, hex: string): readonly unknown[] => [
  ...[null, '', word, hex, true, 1, [], {}, [{}], [null], { $ne: word }],
  ...['function () { return true }', `sleep(1e6) // ${word}`, /.*/, { $gt: '' }, new ObjectId(hex)],
]

/** Objects that say they are of BSON. */
function lyingBson(
  pick: <T>(list: readonly T[]) => T,
  operator: () => object,
  hex: string,
  word: string,
): unknown {
  const refuse = (): never => {
    throw new Error(word)
  }
  return pick<unknown>([
    { _bsontype: 'ObjectId', toHexString: operator },
    { _bsontype: 'ObjectId', toHexString: () => word, id: Buffer.from(hex, 'hex') },
    { _bsontype: 'ObjectId', toHexString: () => new String(hex) },
    { _bsontype: 'ObjectId', toHexString: refuse },
    { _bsontype: 'ObjectId', toHexString: hex },
    { _bsontype: 'ObjectId', id: hex },
    { _bsontype: 'ObjectID', toHexString: () => hex },
    { _bsontype: 'Binary', sub_type: 4, buffer: operator() },
    { _bsontype: 'Binary', sub_type: 4, buffer: Buffer.from(word) },
    { _bsontype: 'Code', code: `return "${word}"`, scope: operator() },
    { _bsontype: 'Long', toString: () => '7', ...operator() },
    { _bsontype: 'DBRef', collection: 'users', oid: word },
    {
      get _bsontype() {
        return refuse()
      },
    },
    { _bsontype: operator(), toHexString: () => hex },
  ])
}
