/**
 * Columns that hold a user's id without better-auth saying so.
 *
 * @module
 */
import type { WayInput } from '../../policy/policy.ts'
import type { Setup } from './options.ts'

/** Only declared references have the type of the ids; every other column holds the text of the id. */
export function idReference({ ids }: Setup, column: string): WayInput {
  return ids === 'text' ? column : { column, form: 'string' }
}
