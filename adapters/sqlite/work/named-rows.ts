/**
 * Work on some rows of one user, which are named by their keys.
 *
 * @module
 */
import type { HostWork, StepRun } from '../../../src/store/change.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import { jsonText } from '../../sql/json-text.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import type { Parameters } from '../../sql/statement.ts'
import { keyAt } from '../answers/step-rows.ts'
import type { Connection } from '../handle/connection.ts'
import { explainingRefusal } from '../handle/explain-refusal.ts'
import { holdAmong, rowsUnder } from './gone-parents.ts'

/** Each step writes those of its rows that are named. @throws {@link residueLeft} where one leaves some as they were. */
export function writeNamedRows(
  connection: Connection,
  sql: ProgramSql,
  { steps, derived = [] }: HostWork,
  given: Parameters,
): void {
  const parameters = {
    ...given,
    ...Object.fromEntries((derived[0] ?? []).map((value, index) => [`d${index}`, value])),
  }
  const pairs = findPairs(connection, sql, steps, parameters)
  for (const run of steps) {
    const found = pairs.get(run.step)
    if (found === undefined) writeStep(connection, sql, run, parameters)
    else writeOfPass(connection, sql, run, { ...parameters, pairs: found })
  }
}

/** Rows of steps that find theirs together, each found before one of them writes. */
function findPairs(
  connection: Connection,
  { steps: all }: ProgramSql,
  steps: readonly StepRun[],
  parameters: Parameters,
): ReadonlyMap<number, string> {
  const pairs = new Map<number, string>()
  for (const run of steps) {
    const pass = all[run.step]?.pass ?? null
    if (pass === null) continue
    pairs.set(
      run.step,
      jsonText(connection.rows(pass.findAmong, { ...parameters, keys: keysOf(run) })),
    )
  }
  return pairs
}

function keysOf({ keys = [] }: StepRun): string {
  return jsonText(keys.map(keyAt))
}

function writeOfPass(
  connection: Connection,
  sql: ProgramSql,
  { step }: StepRun,
  parameters: Parameters,
): void {
  const { write = null, pass = null } = sql.steps[step] ?? {}
  if (write === null || pass === null) return
  explainingRefusal(connection, sql.schema, { ...write, parameters }, () =>
    connection.change(pass.write, parameters),
  )
}

function writeStep(
  connection: Connection,
  sql: ProgramSql,
  run: StepRun,
  parameters: Parameters,
): void {
  const step = sql.program.steps[run.step]
  const { write = null, chunk = null } = sql.steps[run.step] ?? {}
  if (step === undefined || write === null || chunk === null) return
  const keys = keysOf(run)
  const held = step.action === 'delete' ? holdAmong(connection, sql, step.table, keys) : NO_PARENTS
  const rows = explainingRefusal(connection, sql.schema, { ...write, parameters }, () =>
    connection.change(chunk.apply, { ...parameters, keys }),
  )
  // A foreign key may have taken some of them along with others. Those that are there and were to be written were not.
  if (rows < run.rows) {
    const there = Number(connection.rows(chunk.there, { keys })[0]?.[0])
    if (there > (step.action === 'delete' ? 0 : rows)) throw residueLeft(step.table)
  }
  for (const [index] of held) {
    if (rowsUnder(connection, sql, index, held, parameters) === 0) continue
    throw residueLeft(sql.program.steps[index]?.table ?? '')
  }
}

const NO_PARENTS: ReadonlyMap<number, string> = new Map()
