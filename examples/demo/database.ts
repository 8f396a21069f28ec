/**
 * What the demo needs of a database.
 *
 * @module
 */
import type { Policy, PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import type { Outside } from './proof.ts'
import type { SeededUser } from './seed.ts'

/** A policy that names a tenant column, so that every call needs a tenant. */
type Tenants = PolicyInput & { readonly user: { readonly tenant: string } }

export type DemoPolicy = Policy<Tenants>

/** A database full of users, an engine over it, and a look at it from outside. */
export interface DemoDatabase {
  readonly engine: UserDeletionEngine<Tenants>
  readonly users: readonly SeededUser[]
  /** How many users to delete at once. */
  readonly bulk: number
  readonly outside: Outside
  close(): Promise<void>
}
