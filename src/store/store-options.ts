/**
 * The options of a store, checked.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'

/**
 * The options of a store, own properties alone.
 *
 * @throws {@link UserDeletionError} `invalid_argument` for a key that the store does not know.
 */
export function storeOptions<T extends object>(
  options: T | undefined,
  known: readonly (keyof T)[],
): T {
  if (typeof (options ?? {}) !== 'object' || Array.isArray(options)) {
    throw unknownOption('', 'The options of a store are an object.')
  }
  const own = Object.assign(Object.create(null) as T, options)
  for (const key of Object.keys(own)) {
    if (!known.includes(key as keyof T))
      throw unknownOption(key, `"${key}" is not an option of this store.`)
  }
  return own
}

function unknownOption(path: string, message: string): UserDeletionError {
  return new UserDeletionError('invalid_argument', message, { details: { path } })
}

/** @throws {@link UserDeletionError} `invalid_argument` for what cannot begin the names of the engine's tables. */
export function assertTablePrefix(prefix: unknown): asserts prefix is string {
  const isName = typeof prefix === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(prefix)
  if (isName && !/^(sqlite_|system)/i.test(prefix)) return
  throw new UserDeletionError(
    'invalid_argument',
    '"tablePrefix" is not 1 to 40 letters, digits and underscores, a digit not the first.',
    { details: { path: 'tablePrefix' } },
  )
}

/**
 * What the names of the engine's own tables begin with, unless the host chooses otherwise. A name that begins so is
 * not the engine's for that: each store has an exact list.
 */
export const ENGINE_TABLE_PREFIX = 'user_deletion_'
