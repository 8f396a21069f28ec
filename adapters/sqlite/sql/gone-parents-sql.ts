/**
 * Rows that come to stand under parents which go, as statements.
 *
 * @module
 */
import type { Selector, Step } from '../../../src/program/program.ts'
import { residueTime } from '../../../src/program/residue.ts'
import { quoteName, quoteTable } from './literals.ts'
import type { MarkedSelector } from './loose-comparisons.ts'
import { chainSql, chainsOf, equalSql, guardSql, type RowKey, sameUser } from './selector-sql.ts'
import type { TableFacts } from './table-facts.ts'

export interface GoneParentsSql {
  /** Pairs of a position in `@users` and the key of a parent row, as long as it is there. */
  readonly find: string
  /** The same of rows of one parent table whose keys are in `@keys`, for the one user. */
  readonly among: ReadonlyMap<string, string>
  /** Counts rows under the pairs in `@held` on which the step has not had its effect. */
  readonly residue: string
}

interface Context {
  readonly program: { readonly steps: readonly Step[] }
  readonly step: Step
  readonly selector: Selector
  readonly key: RowKey
  readonly facts: TableFacts
  /** The relation `u`. */
  readonly users: string
  /** What the row `t0` lacks, as a condition behind AND. */
  readonly lacks: string
}

/** `null` where no trigger can act, the rows can be told at the end too, or what keeps rows from the step cannot. */
export function goneParentsSql(context: Context): GoneParentsSql | null {
  const { program, step, selector, key, facts, users, lacks } = context
  const { target } = selector
  if (target.kind !== 'rows' || !hasTriggers(facts)) return null
  const scene = { schema: facts.schema }
  if (residueTime(step, program.steps, scene) !== 'at_once' || !isToldByRow(step)) return null
  const name = `t0.${quoteName(target.key)}`
  // Bytes have no place in JSON.
  const isKept = `typeof(${name}) IN ('integer', 'real', 'text')`
  const find = target.parents.flatMap(chainsOf).map((chain) => {
    const { from, where } = chainSql(chain, sameUser)
    return `SELECT DISTINCT u.pos, ${name} FROM u, ${from} WHERE ${where} AND ${isKept}`
  })
  const leaf: MarkedSelector = { ...selector, target: { kind: 'user', field: 'id', form: null } }
  const { isLoose }: MarkedSelector = selector
  const { from, where } = chainSql([leaf], (value) => equalSql(value, heldSql(target), isLoose))
  const rows = key.map((one) => `t0.${quoteName(one)}`).join(', ')
  const held = `held(pos, value) AS MATERIALIZED (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(@held))`
  return {
    find: `WITH ${users} ${find.join(' UNION ')}`,
    among: new Map(
      target.parents.map(({ table }) => {
        const own = facts.rowKey(table).map((one) => `t0.${quoteName(one)}`)
        const listed = own.map((_, index) => `json_extract(value, '$[${index}]')`).join(', ')
        const tuple = own.length === 1 ? own.join('') : `(${own.join(', ')})`
        return [
          table,
          `SELECT DISTINCT 0, ${name} FROM ${quoteTable(table)} AS t0 WHERE ${tuple} IN (SELECT ${listed} FROM json_each(@keys)) AND ${isKept}`,
        ]
      }),
    ),
    residue: `WITH ${users}, ${held} SELECT count(*) FROM (SELECT DISTINCT u.pos, ${rows} FROM u CROSS JOIN held ON held.pos = u.pos CROSS JOIN ${from} WHERE ${where}${guardSql(step.except)}${lacks})`,
  }
}

function heldSql({ collation }: Extract<Selector['target'], { kind: 'rows' }>): string {
  return collation === undefined ? 'held.value' : `held.value COLLATE ${quoteName(collation)}`
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
