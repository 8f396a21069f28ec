/**
 * The built-in schema of the source document's platform, and its policy.
 *
 * @module
 */
export { helloJohnPolicy } from './policy.ts'
export { helloJohnPostgresSchema } from './postgres-schema.ts'
export { helloJohnSchema } from './schema.ts'
export { soleOwner } from './sole-owner.ts'
