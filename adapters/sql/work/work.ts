/**
 * Work on the host's rows, inside the transaction that the caller has opened.
 *
 * @module
 */

import { passAround } from '../../../src/program/steps.ts'
import type { HostWork, StepRun } from '../../../src/store/change.ts'
import { refuseMoreThanCounted } from '../../../src/store/failures.ts'
import { behindCursor, nextKeys } from '../answers/step-rows.ts'
import {
  type Asked,
  about,
  changing,
  type Flow,
  inOrder,
  readRows,
  type SqlScene,
} from '../flow.ts'
import { jsonText } from '../json-text.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'
import type { PassSql } from '../steps/chunk-sql.ts'
import type { GroupSql } from '../steps/group-sql.ts'
import type { ResidueSql } from '../steps/residue-sql.ts'
import type { WriteSql } from '../steps/write-sql.ts'
import { holdParents } from './gone-parents.ts'
import { writeNamedRows } from './named-rows.ts'
import { lateResidue, refuseResidue } from './residue.ts'
import { endUserRows, refuseUnended, setUserRows } from './user-rows.ts'

/** The steps in order, then the user rows, then what is asked at the end. `parameters`: of the users of the work. */
export function* workOn(
  scene: SqlScene,
  sql: ProgramSql,
  work: HostWork,
  parameters: Parameters,
): Flow<void> {
  const { steps, userRows } = work
  if (steps.some(({ keys }) => keys !== undefined)) {
    yield* writeNamedRows(sql, work, parameters)
    return
  }
  const held = yield* holdParents(sql, parameters)
  const last = yield* runSteps(scene, sql, steps, parameters)
  const asked = new Set(steps.map(({ step }) => step))
  yield* inOrder([
    ...last,
    ...(userRows.kind === 'end' ? endUserRows(scene, sql, parameters, work.users.length) : []),
    ...(userRows.kind === 'set' ? setUserRows(scene, sql, work, userRows.columns) : []),
    ...settle(scene, sql, work, parameters),
    ...lateResidue(sql, asked, held, parameters),
  ])
}

/** Triggers that wait for the end may write rows back, and keys that do so may refuse. */
function settle(
  { dialect }: SqlScene,
  sql: ProgramSql,
  { userRows }: HostWork,
  parameters: Parameters,
): readonly Asked[] {
  const statements = dialect.settle.map((statement) => changing(statement, {}, undefined, () => {}))
  const { user } = sql.program
  const mayReturn = statements.length > 0 && userRows.kind === 'end' && !user.rowless
  return mayReturn ? [...statements, refuseUnended(sql, parameters)] : statements
}

/** Runs all but the last of them, which it answers: from there on nothing needs an answer to be asked. */
function* runSteps(
  scene: SqlScene,
  sql: ProgramSql,
  steps: readonly StepRun[],
  parameters: Parameters,
): Flow<readonly Asked[]> {
  const runs: Runs = new Map(steps.filter(({ rows }) => rows > 0).map((run) => [run.step, run]))
  const found = new Map<number, string>()
  const waiting: Asked[] = []
  const written = (): Flow<void> => inOrder(waiting.splice(0))
  for (const { run, write, residues } of turnsOf(sql, runs)) {
    const { pass = null, chunk = null } = sql.steps[run.step] ?? {}
    let statement = { sql: write.sql, parameters }
    if (pass !== null) {
      if (!found.has(run.step)) {
        yield* written()
        for (const [step, pairs] of yield* findPass(sql, runs, run.step, parameters)) {
          found.set(step, pairs)
        }
      }
      const pairs = found.get(run.step)
      if (pairs !== undefined) {
        statement = { sql: pass.write, parameters: { ...parameters, pairs } }
      }
    } else if (run.behind !== undefined && chunk !== null) {
      yield* written()
      const keys = yield* nextKeys(chunk, parameters, run.behind, scene.answers.noLimit)
      statement = { sql: chunk.apply, parameters: { ...parameters, keys: jsonText(keys) } }
    }
    const take = (changed: number): void => {
      refuseMoreThanCounted(write.table, run.rows, changed)
      if (changed < run.rows) scene.onFewer?.()
    }
    waiting.push(
      changing(statement.sql, statement.parameters, about(sql, write), take),
      ...residues.flatMap((residue) => refuseResidue(residue, 'at_once', parameters)),
    )
  }
  return waiting
}

/** Steps that have rows, by their index. */
type Runs = ReadonlyMap<number, StepRun>

/** Rows of all steps that find theirs with this one, which is the first of them to write. */
function* findPass(
  sql: ProgramSql,
  runs: Runs,
  first: number,
  parameters: Parameters,
): Flow<ReadonlyMap<number, string>> {
  const found = new Map<number, string>()
  for (const step of passAround(sql.program.steps, first)) {
    const [run, pass] = [runs.get(step), sql.steps[step]?.pass ?? null]
    if (run === undefined || pass === null) continue
    found.set(step, yield* findPairs(pass, parameters, run))
  }
  return found
}

/** Rows of a step and their users, found before any step of its pass writes; behind the cursor where there is one. */
function* findPairs(pass: PassSql, parameters: Parameters, { behind }: StepRun): Flow<string> {
  const rows =
    behind === undefined
      ? yield* readRows(pass.find, parameters)
      : yield* readRows(pass.findNext, { ...parameters, ...behindCursor(behind) })
  if (pass.lock === null) return jsonText(rows)
  // Until it is locked a row may become somebody else's.
  const keys = jsonText(rows.map(([, ...key]) => key))
  yield* readRows(pass.lock, { keys })
  return jsonText(yield* readRows(pass.findAmong, { ...parameters, keys }))
}

/** One statement in its turn. */
interface Turn {
  /** Of several steps the one whose rows are those of all. */
  readonly run: StepRun
  readonly write: WriteSql
  readonly residues: readonly ResidueSql[]
}

/** Steps stay together where each has rows, and none has been written in part. */
function turnsOf(sql: ProgramSql, runs: Runs): readonly Turn[] {
  const turn = (
    run: StepRun | undefined,
    write: WriteSql | null | undefined,
    residues: readonly ResidueSql[],
  ): readonly Turn[] => (run === undefined || write == null ? [] : [{ run, write, residues }])
  return sql.groups.flatMap((group) => {
    const own = group.steps.flatMap((index) => runs.get(index) ?? [])
    const isWhole = own.every(({ behind }) => behind === undefined)
    if (isWhole && own.length === group.steps.length) {
      return turn(runs.get(group.widest), group.write, residuesTogether(sql, group))
    }
    return own.flatMap((run) => {
      const { write, residue } = sql.steps[run.step] ?? {}
      return turn(run, write, residue == null ? [] : [residue])
    })
  })
}

function residuesTogether({ steps }: ProgramSql, group: GroupSql): readonly ResidueSql[] {
  if (group.residue !== null) return [group.residue]
  return group.steps.flatMap((index) => steps[index]?.residue ?? [])
}
