/**
 * A policy for the tables of Auth.js' adapters.
 *
 * @module
 */
export type { Rename, Renamed } from '../names.ts'
export { type AuthjsModel, type AuthjsOptions, type AuthjsPolicy, authjsPolicy } from './policy.ts'
