/** A kind of mistake between a schema and a policy, and what comes of it in one place. */
import type { SchemaFinding, SchemaFindingCode } from '../../../src/index.ts'
import type { Random } from './hostile-values.ts'
import type { SchemaWorld } from './schema-world.ts'

export interface Mistake {
  readonly kind: string
  readonly code: SchemaFindingCode
  readonly severity: SchemaFinding['severity']
  /** In every place for it; `random` chooses names. */
  put(world: SchemaWorld, random: Random): readonly Mutant[]
}

export interface Mutant {
  readonly world: SchemaWorld
  readonly table: string
  readonly column?: string
}

export type Put = Mistake['put']
