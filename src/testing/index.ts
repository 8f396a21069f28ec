/**
 * For tests: trying rules out without a database, and the definition of a store as a suite.
 *
 * @module
 */
export type { Row, SimulatedTable, SimulateOptions, Simulation } from './simulate.ts'
export { simulate } from './simulate.ts'
