/**
 * Remembers what was worked out from a value that never changes.
 *
 * @module
 */

/** The same answer for the same object. Only for work that looks at nothing else. */
export function once<A extends object, R>(work: (of: A) => R): (of: A) => R {
  const known = new WeakMap<A, { readonly answer: R }>()
  return (of) => {
    const found = known.get(of)
    if (found !== undefined) return found.answer
    const answer = work(of)
    known.set(of, { answer })
    return answer
  }
}
