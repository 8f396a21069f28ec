/**
 * A policy for better-auth: its core tables and those of its plugins.
 *
 * @module
 */
export type { Rename, Renamed } from '../names.ts'
export type { BetterAuthOptions, BetterAuthPlugin } from './options.ts'
export { type BetterAuthPolicy, betterAuthPolicy } from './policy.ts'
