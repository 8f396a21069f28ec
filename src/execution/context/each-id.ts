/**
 * The elements of a list as they are.
 *
 * @module
 */

/**
 * One by one, each in a box: a promise in a list that is not async is an element and no id. Unboxed it would
 * be awaited on the way, and a dry run would find a user whom the deletion refuses.
 */
export async function* eachId(
  ids: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<{ readonly given: unknown }> {
  if (Symbol.asyncIterator in ids) for await (const given of ids) yield { given }
  else for (const given of ids) yield { given }
}
