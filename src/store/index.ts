/**
 * Everything that an adapter is written with: the contract, what it asks and writes, and the pure helpers that read
 * programs. Our own adapters use nothing else.
 *
 * @module
 */
export * from '../errors.ts'
export * from '../program/matching.ts'
export * from '../program/program.ts'
export * from '../program/residue.ts'
export * from '../program/sampled-json.ts'
export * from '../program/schema.ts'
export * from '../program/selectors.ts'
export * from '../program/shared-values.ts'
export * from '../program/steps.ts'
export * from '../program/written-together.ts'
export * from './change.ts'
export * from './chunk.ts'
export * from './earlier-layout.ts'
export * from './failures.ts'
export * from './inquiry.ts'
export * from './inspection.ts'
export * from './own-records.ts'
export * from './questions.ts'
export * from './record-tables.ts'
export * from './records.ts'
export * from './rehearsal.ts'
export * from './run.ts'
export * from './slice.ts'
export * from './spelling.ts'
export * from './store.ts'
export * from './store-options.ts'
export * from './sweep.ts'
export * from './transition.ts'
