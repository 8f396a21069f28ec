/**
 * Rows that a trigger may write under deleted parents, as statements.
 *
 * @module
 */
import type { Selector, Step } from '../../../src/program/program.ts'
import { residueTime } from '../../../src/program/residue.ts'
import type { SqlDialect } from '../dialect.ts'
import type { MarkedSelector } from '../marks.ts'
import { chainSql } from '../selectors/chain-sql.ts'
import { chainsOf } from '../selectors/chains.ts'
import { equalSql, inCollation, sameUser } from '../selectors/compare-sql.ts'
import { guardSql } from '../selectors/pairs-sql.ts'
import type { TableFacts } from '../table-facts.ts'
import { isListed, keyColumns, type StepContext, usersOf } from './step-context.ts'

export interface GoneParentsSql {
  /** Pairs of a position in `@users` and the key of a parent row, as long as it is there. */
  readonly find: string
  /** The same of rows of one parent table whose keys are in `@keys`, for the one user. */
  readonly among: ReadonlyMap<string, string>
  /** Counts rows under the pairs in `@held` on which the step has not had its effect. */
  readonly residue: string
}

/**
 * One for each way through parents; none where no trigger can act, the rows can be told at the end too, or what keeps
 * rows from the step cannot. `lacks`: what the row `t0` lacks, as a condition behind AND.
 */
export function goneParentsSql(context: StepContext, lacks: string): readonly GoneParentsSql[] {
  const { program, step, ways, facts } = context
  const through = ways.flatMap((way) =>
    way.target.kind === 'rows' ? [{ way, target: way.target }] : [],
  )
  if (through.length === 0 || !hasTriggers(facts)) return []
  const scene = { schema: facts.schema }
  if (residueTime(step, program.steps, scene) !== 'at_once' || !isToldByRow(step)) return []
  return through.map(({ way, target }) => goneParentsOf(context, way, target, lacks))
}

function goneParentsOf(
  context: StepContext,
  selector: Selector,
  target: RowsTarget,
  lacks: string,
): GoneParentsSql {
  const { dialect, step, key, facts } = context
  const users = usersOf(context)
  const name = `t0.${dialect.quote(target.key)}`
  // Bytes have no place in JSON.
  const isKept = dialect.isPlain(name)
  const find = target.parents.flatMap(chainsOf).map((chain) => {
    const { from, where } = chainSql(dialect, chain, sameUser(dialect))
    return `SELECT DISTINCT u.pos, ${name} FROM u, ${from} WHERE ${where} AND ${isKept}`
  })
  const leaf: MarkedSelector = { ...selector, target: { kind: 'user', field: 'id', form: null } }
  const { isLoose }: MarkedSelector = selector
  const { from, where } = chainSql(dialect, [leaf], (value) =>
    equalSql(dialect, value, heldKey(dialect, target), isLoose),
  )
  const held = dialect.tuples('@held', [{ type: 'INTEGER' }, keyType(facts, target)])
  const under = `SELECT DISTINCT u.pos, ${keyColumns(dialect, key)} FROM u ${dialect.orderedJoin} held ON held.pos = u.pos CROSS JOIN ${from}`
  return {
    find: `WITH ${users} ${find.join(' UNION ')}`,
    among: new Map(
      target.parents.map(({ table }) => [
        table,
        `SELECT DISTINCT 0, ${name} FROM ${dialect.table(table)} AS t0 WHERE ${isListed(dialect, facts, table, '@keys')} AND ${isKept}`,
      ]),
    ),
    residue: `WITH ${users}, held(pos, value) AS MATERIALIZED (${held}) SELECT count(*) FROM ${dialect.subquery(`${under} WHERE ${where}${guardSql(dialect, step.except)}${lacks}`)}`,
  }
}

type RowsTarget = Extract<Selector['target'], { kind: 'rows' }>

function heldKey(dialect: SqlDialect, { collation }: RowsTarget): string {
  return collation === undefined ? 'held.value' : inCollation(dialect, 'held.value', collation)
}

function keyType(facts: TableFacts, { key, parents }: RowsTarget): { readonly type?: string } {
  const [type] = parents.flatMap(({ table }) => facts.column(table, key)?.type ?? [])
  return type === undefined || type === '' ? {} : { type }
}

function hasTriggers({ schema }: TableFacts): boolean {
  return schema.tables.some(({ triggers }) => triggers.some(({ event }) => event !== 'insert'))
}

/** Whether what keeps rows from the step stands in the row itself. */
function isToldByRow({ except }: Step): boolean {
  return except.every(({ unless = [], ...one }) =>
    [one, ...unless].every(({ target }) => target.kind === 'user'),
  )
}
