/**
 * Tests for authors of a store, and for authors of a policy.
 *
 * @module
 */

export type { Row } from './contract/row.ts'
export type { ContractRunner, OpenedStore, OpenStore } from './contract/world.ts'
export type { SimulatedTable, SimulateOptions, Simulation } from './simulate.ts'
export { simulate } from './simulate.ts'
export { storeContract } from './store-contract.ts'
