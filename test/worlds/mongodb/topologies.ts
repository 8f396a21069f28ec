/**
 * On which topologies of MongoDB the tests of the engine run.
 *
 * @module
 */
import { isEveryFault } from '../faults/every-fault.ts'
import type { Topology } from './find-mongo.ts'

export const TOPOLOGIES: readonly Topology[] = ['replica set', 'standalone']

/**
 * For what the engine makes of the store's answers: the same on both topologies, which the contract compares. With
 * `FAULTS=every` on both.
 */
export const TOPOLOGIES_FOR_CALLS: readonly Topology[] = isEveryFault ? TOPOLOGIES : ['replica set']
