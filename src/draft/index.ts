/**
 * A first policy, proposed from a live schema.
 *
 * @module
 */
export { type DraftOptions, draftPolicy } from './draft-policy.ts'
