/**
 * Columns that hold a user's id without better-auth saying so.
 *
 * @module
 */
import type { MatchInput } from '../../policy/policy.ts'
import type { Setup } from './options.ts'

/** On MongoDB only declared references are ObjectIds; every other column holds the text of the id. */
export function idReference({ isMongo }: Setup, column: string): MatchInput {
  return isMongo ? { column, form: 'string' } : column
}
