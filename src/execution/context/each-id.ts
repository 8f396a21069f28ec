/**
 * The elements of a list as they are.
 *
 * @module
 */

/**
 * Each element comes in a box. A promise in a synchronous list is an element, not an id: without the box it would be
 * awaited on the way, and a dry run would find a user whom the deletion refuses.
 */
export async function* eachId(
  ids: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<{ readonly given: unknown }> {
  if (Symbol.asyncIterator in ids) for await (const given of ids) yield { given }
  else for (const given of ids) yield { given }
}
