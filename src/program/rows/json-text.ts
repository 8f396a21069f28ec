/**
 * JSON as text, with all digits of its integers.
 *
 * @module
 */

/**
 * What JSON text holds: integers that no number holds exactly as bigints.
 *
 * @throws SyntaxError where it is no JSON.
 */
export function parsedJson(text: string): unknown {
  const plain: unknown = JSON.parse(text)
  if (!LONG.test(text)) return plain
  // A sign in front of each value tells the digits of an integer from a text of digits.
  const marked = text.replaceAll(TOKENS, (token, string?: string, colon?: string) => {
    if (string !== undefined) return colon === undefined ? `"t${string}"` : token
    return isLongInteger(token) ? `"i${token}"` : token
  })
  return JSON.parse(marked, (_, value: unknown) => {
    if (typeof value !== 'string') return value
    return value.startsWith('i') ? BigInt(value.slice(1)) : value.slice(1)
  })
}

/** The text of a document that {@link parsedJson} has read. */
export function jsonTextOf(document: unknown): string {
  if (typeof document === 'bigint') return document.toString()
  if (!holdsBigint(document)) return JSON.stringify(document)
  if (Array.isArray(document)) return `[${document.map(jsonTextOf).join(',')}]`
  const entries = Object.entries(document as object).map(
    ([key, value]) => `${JSON.stringify(key)}:${jsonTextOf(value)}`,
  )
  return `{${entries.join(',')}}`
}

/** From as many digits on a number may be another one. */
const LONG = /\d{16}/

/** A text, and the colon that makes a key of it; or a number. */
const TOKENS = /"((?:[^"\\]|\\.)*)"(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

function isLongInteger(token: string): boolean {
  return /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token))
}

function holdsBigint(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint'
  return Object.values(value).some(holdsBigint)
}
