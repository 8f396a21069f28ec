/**
 * The names of the engine's own collections.
 *
 * @module
 */
import { ENGINE_TABLE_PREFIX } from '../../src/store.ts'

/** One document: whose turn it is to write, and what is being written where there are no transactions. */
export const WRITER: string = `${ENGINE_TABLE_PREFIX}writer`
/** One document: the queue of those who write, with their sessions, where there are transactions. */
export const SESSIONS: string = `${ENGINE_TABLE_PREFIX}sessions`
export const LEDGER: string = `${ENGINE_TABLE_PREFIX}ledger`
export const LEDGER_HEAD: string = `${ENGINE_TABLE_PREFIX}ledger_head`
export const LEDGER_IMPORT: string = `${ENGINE_TABLE_PREFIX}ledger_import`
export const OUTBOX: string = `${ENGINE_TABLE_PREFIX}outbox`
export const JOBS: string = `${ENGINE_TABLE_PREFIX}jobs`
export const DISABLED: string = `${ENGINE_TABLE_PREFIX}disabled`
export const HOLDS: string = `${ENGINE_TABLE_PREFIX}holds`
export const TOKENS: string = `${ENGINE_TABLE_PREFIX}tokens`
export const SPOOL: string = `${ENGINE_TABLE_PREFIX}spool`
export const MARKS: string = `${ENGINE_TABLE_PREFIX}marks`
/** Users whose access is looked for once more. */
export const LATE_ACCESS: string = `${ENGINE_TABLE_PREFIX}late_access`
