/**
 * The source document's platform in MongoDB's shape: its policy, and the indexes that the policy needs.
 *
 * @module
 */
export { createIndexes, type IndexedDatabase } from './create-indexes.ts'
export { type HelloJohnIndex, helloJohnIndexes } from './indexes.ts'
export { helloJohnPolicy } from './policy.ts'
export { soleOwner } from './sole-owner.ts'
