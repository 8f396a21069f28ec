/** Every statement that a program is made into, with a name that tells what it is for. */
import type { SqlDialect } from '../../../adapters/sql/dialect.ts'
import { type ProgramSql, programSql } from '../../../adapters/sql/program-sql.ts'
import { heldIdsSql } from '../../../adapters/sql/selectors/held-ids-sql.ts'
import { valuesToShare } from '../../../src/program/shared-values.ts'
import type { Fitted } from './golden-policies.ts'

export type NamedStatement = readonly [name: string, sql: string]

export function statementsOf(
  dialect: SqlDialect,
  { program: given, schema }: Fitted,
): readonly NamedStatement[] {
  const sql = programSql(dialect, given, schema)
  const { program } = sql
  return [
    ['find user rows', sql.findRows],
    ['find fields', sql.findFields],
    ['end user rows', sql.userRow],
    ['user residue', sql.userResidue],
    ['blank rows', sql.blankRows],
    ...program.checks.map(({ name }, index) => named(`check ${name}`, sql.checks[index])),
    ...sql.hurdles.flatMap((hurdle, index) => {
      const name = `hurdle ${index} ${program.hurdles?.[index]?.kind}`
      return [named(name, hurdle.sql), named(`${name}, never`, hurdle.never)]
    }),
    ...valuesToShare(program).map((value) => {
      const { field, reach, anyCase } = value
      const name = `sharing ${field} in ${reach}${anyCase ? ', any case' : ''}`
      const { sql: text, parameter } = sql.sharing(value)
      return named(`${name}, @${parameter}`, text)
    }),
    ...sql.groups.flatMap(({ steps, count, write, residue }) => {
      if (steps.length === 1) return []
      const name = `together ${steps.map((index) => program.steps[index]?.id).join(' ')}`
      return [
        named(`${name}: count by ${keyOf(count)}`, count.sql),
        named(`${name}: write`, write?.sql),
        named(`${name}: rows to write`, write?.select?.('t0.*')),
        named(`${name}: residue ${residue?.when}`, residue?.sql),
      ]
    }),
    ...program.steps.flatMap((_, index) => stepStatements(dialect, sql, index)),
  ].filter((one): one is NamedStatement => one !== null)
}

function stepStatements(
  dialect: SqlDialect,
  { program, steps }: ProgramSql,
  index: number,
): readonly (NamedStatement | null)[] {
  const [step, sql] = [program.steps[index], steps[index]]
  if (step === undefined || sql == null) return []
  const { id, action, ways } = step
  const { count, shared, write, residue, goneParents, chunk, pass } = sql
  const [known, unknown] = [true, false].map((is) => sql.pending(program.derived.map(() => is)))
  const all: readonly (readonly [string, string | null | undefined])[] = [
    [`count by ${keyOf(count)}`, count.sql],
    ['shared', shared],
    ['write', write?.sql],
    ['rows to write', write?.select?.('t0.*')],
    [`residue ${residue?.when}`, residue?.sql],
    ...goneParents.flatMap(({ find, among, residue: under }) => [
      ['gone parents', find] as const,
      ...Array.from(among, ([table, text]) => [`gone ${table}`, text] as const),
      ['gone parents, residue', under] as const,
    ]),
    ['first keys', chunk?.first],
    ['next keys', chunk?.next],
    ['write named rows', chunk?.apply],
    ['pass', pass?.find],
    ['next of pass', pass?.findNext],
    ['named rows of pass', pass?.findAmong],
    ['write found rows', pass?.write],
    ['pending', known],
    ['pending, derived unknown', unknown === known ? null : unknown],
    ['held ids', ways.length === 0 ? null : heldIdsSql(dialect, ways, false)],
    ['held ids, later page', ways.length === 0 ? null : heldIdsSql(dialect, ways, true)],
  ]
  return all.map(([name, text]) => named(`${id} ${action}: ${name}`, text))
}

function keyOf({ by }: { readonly by: { readonly kind: string } }): string {
  return by.kind
}

function named(name: string, text: string | null | undefined): NamedStatement | null {
  return text == null ? null : [name, text]
}
