/**
 * JSON with one spelling for one value (RFC 8785).
 *
 * @module
 */
import canonicalize from 'canonicalize'

export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('the value has no JSON form')
  return text
}
