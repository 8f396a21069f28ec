/**
 * Keys of documents that are data themselves.
 *
 * @module
 */

/** Whether a key looks like an id, an address, a date or a number, and not like a name that somebody gave to a field. */
export function isDataKey(key: string): boolean {
  return DATA.some((pattern) => pattern.test(key))
}

const DATA: readonly RegExp[] = [
  /^\d+$/,
  /^\d+[-_.:]\d/,
  /.@./,
  /[\s/]/,
  /:.*\d/,
  // A path could not be told from its parts.
  /\./,
  /^[0-9a-f]{12,}$/i,
  /^[0-9a-f]{8}-[0-9a-f-]{27,}$/i,
  // A prefix and an id behind it.
  /^[a-z]{1,8}[_-](?=(?:.*\d){3})[a-z\d]{6,}$/i,
  /^(?=(?:.*\d){3})[\w-]{16,}$/,
  /^.{65,}$/,
]
