/**
 * A step as statements.
 *
 * @module
 */
import type { Program, Step } from '../../../src/program/program.ts'
import type { SqlDialect } from '../dialect.ts'
import { sameUser } from '../selectors/compare-sql.ts'
import { pairsSql } from '../selectors/pairs-sql.ts'
import type { TableFacts } from '../table-facts.ts'
import { type ChunkSql, chunkOf, type PassSql, passSql } from './chunk-sql.ts'
import { type ContentSql, contentOf } from './content-sql.ts'
import { type CountSql, countSql, sharedSql } from './count-sql.ts'
import { type GoneParentsSql, goneParentsSql } from './gone-parents-sql.ts'
import { lacksSql, type ResidueSql, residueSql, unfinishedSql } from './residue-sql.ts'
import type { StepContext } from './step-context.ts'
import { type WriteSql, wholeSql } from './write-sql.ts'

export interface StepSql {
  readonly count: CountSql
  /** Rows by position in `@users` that nothing but a shared value finds, and no rule has; `null` where there can be none. */
  readonly shared: string | null
  /** `null` for steps that write nothing. */
  readonly write: WriteSql | null
  readonly residue: ResidueSql | null
  /** Looks once more, at the end, for what triggers have written under parents that are gone; of each way through parents. */
  readonly goneParents: readonly GoneParentsSql[]
  readonly chunk: ChunkSql | null
  readonly content: ContentSql
  /** Only of steps that find their rows with others. */
  readonly pass: PassSql | null
  /** Rows of the one user in `u` that lack the step's work. */
  pending(derivedKnown: readonly boolean[]): string
}

/** `null` for steps that no query can find. */
export function stepSql(
  dialect: SqlDialect,
  program: Program,
  step: Step,
  facts: TableFacts,
): StepSql | null {
  const { ways } = step
  if (ways.length === 0) return null
  const key = facts.rowKey(step.table)
  const context: StepContext = {
    ...{ dialect, program, step, ways, key, facts, isFound: false },
    pairs: (extra = '') => pairsSql(dialect, ways, step.except, key, extra),
  }
  return {
    count: countSql(context),
    shared: sharedSql(context),
    write: wholeSql(context),
    residue: residueSql(context),
    goneParents: goneParentsSql(context, lacksSql(dialect, step, sameUser(dialect))),
    get chunk() {
      return chunkOf(context)
    },
    get content() {
      return contentOf(context)
    },
    pass: passSql(context),
    pending: (known) => unfinishedSql(context, known),
  }
}
