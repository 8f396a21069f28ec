/**
 * Work on the host's rows as work on documents.
 *
 * @module
 */
import type { UserId } from '../../../src/program/program.ts'
import { writesRows } from '../../../src/program/steps.ts'
import type { Columns, HostWork, StepRun, UserRowWork } from '../../../src/store/change.ts'
import type { Seen } from '../answers/seen.ts'
import { ofAll, restOfStep } from '../answers/step-rows.ts'
import { findRows } from '../answers/user-rows.ts'
import { isNamed, matchStep, namedRows } from '../documents/match-rows.ts'
import {
  type DocumentWork,
  type Isolation,
  type NamedRow,
  type StepWork,
  sliceUsers,
  type UserClaim,
  type UserRowWrite,
} from '../records/change.ts'
import type { Reader } from '../server/scope.ts'
import { decodeKey } from '../server/values.ts'
import { claimsOf } from './claims.ts'

/** The commit has seen most of the documents already; the others are looked up again. */
export async function documentWork(
  reader: Reader,
  seen: Seen,
  work: HostWork,
  isolation: Isolation,
): Promise<DocumentWork> {
  const { program, tenantId, userRows } = work
  const steps: StepWork[] = []
  for (const run of work.steps) {
    const step = program.steps[run.step]
    // Access is looked for again at the end, so its steps are among them even without rows by now.
    if (step === undefined || !writesRows(step) || !(run.rows > 0 || step.access)) continue
    steps.push({ index: run.step, rows: await rowsOf(reader, seen, work, run), count: run.rows })
  }
  return {
    ...{ program, tenantId, users: sliceUsers(work), steps },
    claims: isolation === 'none' ? await claimsFor(reader, seen, work) : [],
    userRows: writeOf(userRows),
    cutsAccess: cutsAccess(work),
    auditRows: [],
  }
}

/** Whether a step runs that cuts access as a whole. */
function cutsAccess({ program, steps }: HostWork): boolean {
  return steps.some(({ step, keys }) => keys === undefined && program.steps[step]?.access === true)
}

/** `null` for all that match when the step runs. */
async function rowsOf(
  reader: Reader,
  seen: Seen,
  work: HostWork,
  run: StepRun,
): Promise<readonly NamedRow[] | null> {
  const { program, tenantId } = work
  const { rows, behind = null } = run
  const users = sliceUsers(work)
  const step = program.steps[run.step]
  if (step === undefined) return []
  if (run.keys !== undefined) {
    const ids = run.keys.map(([key]) => decodeKey(reader.types, key))
    return ofAll(users, ids)
  }
  // Nothing is overwritten where access alone is cut.
  if (behind === null && (!isNamed(step) || isAccessAlone(work))) return null
  if (rows === 0) return []
  const named = seen.named({ step, tenantId, users, behind })
  if (named !== null) return named
  if (behind === null) return namedRows(await matchStep(reader, program, step, tenantId, users))
  return ofAll(users, await restOfStep(reader, program, step, tenantId, users, behind))
}

function isAccessAlone(work: HostWork): boolean {
  return work.userRows.kind !== 'end' && cutsAccess(work)
}

/** Whose row and access are left as they are needs no claim. */
async function claimsFor(
  reader: Reader,
  seen: Seen,
  work: HostWork,
): Promise<readonly UserClaim[]> {
  const { program, tenantId, userRows, users } = work
  if (userRows.kind === 'leave' && !cutsAccess(work)) return []
  const ids = users.map(({ fields }) => fields['id'] as UserId)
  const found = await findRows({ reader, seen }, { program, tenantId, ids })
  const rows = found.filter((row) => row !== null)
  return claimsOf(program, claimed(userRows), rows)
}

function claimed(userRows: UserRowWork): Columns {
  if (userRows.kind === 'set') return userRows.columns
  return (userRows.kind === 'end' ? userRows.meanwhile : undefined) ?? {}
}

function writeOf(userRows: UserRowWork): UserRowWrite {
  return userRows.kind === 'set'
    ? { kind: 'write', set: userRows.columns }
    : { kind: userRows.kind }
}
