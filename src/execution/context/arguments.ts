/**
 * What callers pass in, checked before anything else happens.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import { byteLength } from '../../ports.ts'
import { isNobodys } from '../../program/matching.ts'
import { nativeIdText } from '../../program/native-id.ts'
import type { UserId } from '../../program/program.ts'
import { type HeldColumn, heldId, inWords } from '../../program/stored-id.ts'

const MAX_ID_BYTES = 1_024
const MAX_KEY_BYTES = 255
const REASON = /^[a-z][a-z0-9_]{0,63}$/

/** @throws {@link UserDeletionError} `invalid_id` unless the value is an id that the column may hold. */
export function userIdOf(given: unknown, column: HeldColumn): UserId {
  const id = readUserId(given, column)
  if (id !== null) return id
  throw invalidId(given instanceof Uint8Array ? BYTES : inWords(column), column)
}

const BYTES = 'a text or an integer: keep ids that are bytes as text (hex, or the text of a UUID)'

/** `wanted` says what an id is here; the id itself stands nowhere. */
export function invalidId(wanted: string, { type, sampled }: HeldColumn): UserDeletionError {
  const details = { storedType: sampled ?? type }
  return new UserDeletionError('invalid_id', `The user id is not ${wanted}.`, { details })
}

/**
 * The id as the engine holds it, which is what the user row holds and never an object; `null` for what no row of the
 * column can hold.
 */
export function readUserId(given: unknown, column: HeldColumn): UserId | null {
  if (column.isNative) return nativeIdText(column.type === 'uuid' ? 'uuid' : 'object_id', given)
  return isPlainId(given) ? heldId(given, column) : null
}

/** Whether the value may be an id: text of 1 to 1,024 bytes that is more than blanks, or an integer. */
function isPlainId(id: unknown): id is UserId {
  if (typeof id === 'bigint') return BigInt.asIntN(64, id) === id
  if (typeof id === 'number') return Number.isSafeInteger(id)
  return typeof id === 'string' && isText(id, MAX_ID_BYTES)
}

/**
 * A copy of the options: own properties alone, and nothing else behind them. None at all is no options.
 *
 * @throws {@link UserDeletionError} `invalid_argument` as {@link assertOptions} does.
 */
export function ownOptions<T extends object>(options: T | undefined, known: readonly string[]): T {
  const given = options ?? {}
  try {
    assertOptions(given, known)
    return Object.assign(Object.create(null) as T, given)
  } catch (cause) {
    if (cause instanceof UserDeletionError) throw cause
    // A getter or a proxy of the host.
    const text = 'The options throw when they are read.'
    throw new UserDeletionError('invalid_argument', text, { cause, details: { path: '' } })
  }
}

/**
 * @throws {@link UserDeletionError} `invalid_argument` for a key that is not known or that the options have only
 * inherited, or options that are no object.
 */
export function assertOptions(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidArgument('', 'The options are not an object.')
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw invalidArgument(key, `"${key}" is not an option of this call.`)
  }
  // What a prototype holds would be passed over by a copy, a veto perhaps.
  const inherited = known.find((key) => key in options && !Object.hasOwn(options, key))
  if (inherited !== undefined) {
    throw invalidArgument(inherited, `"${inherited}" is no own property of the options.`)
  }
}

/** @throws {@link UserDeletionError} `invalid_argument` for what is no AbortSignal. */
export function assertSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return
  throw invalidArgument('signal', '`signal` is not an AbortSignal.')
}

/** The tenant of a call: required exactly when the policy names a tenant column. */
export function tenantOf(
  options: { readonly tenantId?: unknown },
  hasTenants: boolean,
): string | null {
  const { tenantId } = options
  if (!hasTenants) {
    if (tenantId === undefined || tenantId === null) return null
    throw invalidArgument('tenantId', 'The policy names no tenant column.')
  }
  if (typeof tenantId !== 'string' || !isText(tenantId, MAX_ID_BYTES)) {
    throw invalidArgument(
      'tenantId',
      'The policy names a tenant column, so `tenantId` is required.',
    )
  }
  return tenantId
}

/** Fields of a user who is gone, as the caller remembers them: plain values, never a query. */
export function assertKnownFields(known: unknown, fields: readonly string[]): void {
  assertOptions(known, fields)
  assertPlainValues(known as object)
}

/** The same under names of the caller's own. */
export function assertKnownValues(known: unknown): void {
  assertOptions(known, Object.keys(Object(known)))
  const odd = Object.keys(known as object).find((name) => name === 'id' || !isText(name, 64))
  if (odd !== undefined) {
    throw invalidArgument('known', 'A name in `known` is `id`, or no text of 1 to 64 bytes.')
  }
  assertPlainValues(known as object)
}

function assertPlainValues(known: object): void {
  for (const [field, value] of Object.entries(known)) {
    if (isPlainValue(value)) continue
    throw invalidArgument(`known.${field}`, 'A known field is no text, number, boolean or Date.')
  }
}

function isPlainValue(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof Date) return true
  if (typeof value === 'number') return Number.isFinite(value)
  return ['string', 'bigint', 'boolean'].includes(typeof value)
}

/** The reason of a deletion is a code: free text would sooner or later name the person. */
export function assertReason(reason: unknown): asserts reason is string | undefined {
  if (reason === undefined) return
  if (!isReasonCode(reason)) {
    throw invalidArgument(
      'reason',
      'The reason is not a code in snake_case of at most 64 characters.',
    )
  }
}

/** Whether the value is a code in snake_case of at most 64 characters. */
export function isReasonCode(reason: unknown): reason is string {
  return typeof reason === 'string' && REASON.test(reason)
}

export function assertRequestedBy(id: unknown): asserts id is string | undefined {
  if (id === undefined) return
  if (typeof id !== 'string' || !isText(id, MAX_ID_BYTES) || id.includes('@')) {
    throw invalidArgument(
      'requestedBy',
      '`requestedBy` is not an id. An e-mail address is not one.',
    )
  }
}

export function assertIdempotencyKey(key: unknown): asserts key is string | undefined {
  if (key === undefined) return
  if (!isKey(key)) {
    throw invalidArgument('idempotencyKey', 'The idempotency key is not a text of 1 to 255 bytes.')
  }
}

/** Whether the value may be a key that a caller has chosen: text of 1 to 255 bytes. */
export function isKey(key: unknown): key is string {
  return typeof key === 'string' && isText(key, MAX_KEY_BYTES)
}

/** Whether the text may be an id of the host's: 1 to 1,024 bytes. */
export function isId(id: string): boolean {
  return isText(id, MAX_ID_BYTES)
}

export function assertFunction(path: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw invalidArgument(path, `"${path}" is not a function.`)
  }
}

export function invalidArgument(path: string, message: string): UserDeletionError {
  return new UserDeletionError('invalid_argument', message, { details: { path } })
}

function isText(text: string, maxBytes: number): boolean {
  // Length first: it costs nothing, and no text has fewer bytes than characters.
  return (
    text.length <= maxBytes &&
    byteLength(text) <= maxBytes &&
    !isNobodys(text) &&
    !text.includes('\0') &&
    text.isWellFormed()
  )
}
