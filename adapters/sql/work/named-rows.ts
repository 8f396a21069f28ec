/**
 * Work on some rows of one user, which are named by their keys.
 *
 * @module
 */

import type { HostWork, StepRun } from '../../../src/store/change.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import { keyAt } from '../answers/step-rows.ts'
import { about, changeRows, type Flow, inOrder, readRows } from '../flow.ts'
import { jsonText } from '../json-text.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'
import { type HeldParents, holdAmong, rowsUnder } from './gone-parents.ts'

/** Each step writes those of its rows that are named. @throws {@link residueLeft} where one leaves some as they were. */
export function* writeNamedRows(
  sql: ProgramSql,
  { steps, derived = [] }: HostWork,
  given: Parameters,
): Flow<void> {
  const parameters = {
    ...given,
    ...Object.fromEntries((derived[0] ?? []).map((value, index) => [`d${index}`, value])),
  }
  const pairs = yield* findPairs(sql, steps, parameters)
  for (const run of steps) {
    const found = pairs.get(run.step)
    if (found === undefined) yield* writeStep(sql, run, parameters)
    else yield* writeOfPass(sql, run, { ...parameters, pairs: found })
  }
}

/** Rows of steps that find theirs together, each found before one of them writes. */
function* findPairs(
  { steps: all }: ProgramSql,
  steps: readonly StepRun[],
  parameters: Parameters,
): Flow<ReadonlyMap<number, string>> {
  const pairs = new Map<number, string>()
  for (const run of steps) {
    const pass = all[run.step]?.pass ?? null
    if (pass === null) continue
    const keys = keysOf(run)
    if (pass.lock !== null) yield* readRows(pass.lock, { keys })
    pairs.set(run.step, jsonText(yield* readRows(pass.findAmong, { ...parameters, keys })))
  }
  return pairs
}

function keysOf({ keys = [] }: StepRun): string {
  return jsonText(keys.map(keyAt))
}

function* writeOfPass(sql: ProgramSql, { step }: StepRun, parameters: Parameters): Flow<void> {
  const { write = null, pass = null } = sql.steps[step] ?? {}
  if (write === null || pass === null) return
  yield* changeRows(pass.write, parameters, about(sql, write))
}

function* writeStep(sql: ProgramSql, run: StepRun, parameters: Parameters): Flow<void> {
  const step = sql.program.steps[run.step]
  const { write = null, chunk = null } = sql.steps[run.step] ?? {}
  if (step === undefined || write === null || chunk === null) return
  const keys = keysOf(run)
  const held = step.action === 'delete' ? yield* holdAmong(sql, step.table, keys) : NO_PARENTS
  const rows = yield* changeRows(chunk.apply, { ...parameters, keys }, about(sql, write))
  // A foreign key may have taken some of them along with others. Those that are there and were to be written were not.
  if (rows < run.rows) {
    const there = Number((yield* readRows(chunk.there, { keys }))[0]?.[0])
    if (there > (step.action === 'delete' ? 0 : rows)) throw residueLeft(step.table)
  }
  yield* inOrder([...held.keys()].flatMap((index) => rowsUnder(sql, index, held, parameters)))
}

const NO_PARENTS: HeldParents = new Map()
