/**
 * The lines of an export or of an archive, as they come.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { type LedgerLine, parseLine } from './ledger-lines.ts'

/** The lines of an export: an array, a generator, a `readline` interface over a file. */
export type LedgerLines = Iterable<string> | AsyncIterable<string>

export function assertLines(lines: unknown): void {
  const isIterable =
    typeof lines === 'object' &&
    lines !== null &&
    (Symbol.iterator in lines || Symbol.asyncIterator in lines)
  if (isIterable) return
  throw new UserDeletionError(
    'invalid_argument',
    'The lines are neither iterable nor async iterable; a text has to be split into its lines.',
    { details: { path: 'lines' } },
  )
}

/**
 * Lines that hold something, numbered from 1 as an editor does.
 *
 * @throws {@link UserDeletionError} `invalid_argument` for a line that no export has written.
 */
export async function* numberedLines(
  lines: LedgerLines,
): AsyncGenerator<{ readonly line: number; readonly parsed: LedgerLine }> {
  let line = 0
  for await (const text of lines) {
    line += 1
    if (typeof text === 'string' && text.trim() === '') continue
    yield { line, parsed: parseLine(text, line) }
  }
}
