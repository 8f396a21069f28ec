/**
 * Deletes a slice of users.
 *
 * @module
 */
import { endsRuns } from '../../../src/errors.ts'
import type { Program, UserId } from '../../../src/program/program.ts'
import { forgetWrites } from '../../../src/store/own-records.ts'
import type { LedgerEntry, Seal } from '../../../src/store/records.ts'
import { noRehearsal, RolledBack, rehearsed } from '../../../src/store/rehearsal.ts'
import { type Leaving, sealWhole, settleUnit } from '../../../src/store/settle-unit.ts'
import type { Slice, SliceOutcome } from '../../../src/store/slice.ts'
import { assertHeld } from '../records/assert-held.ts'
import type { Decision, HostWork, StepRow, StepWork } from '../records/change.ts'
import { unchanged } from '../records/change.ts'
import { documentWrites } from '../records/record-writes.ts'
import { toStoreError } from '../server/mongo-errors.ts'
import type { Reader } from '../server/scope.ts'
import { writes } from './carry-out.ts'
import { claimsOf } from './claims.ts'
import type { Connection } from './connection.ts'
import { rememberLateAccess } from './late-access.ts'
import { type Taken, takeSurvey } from './take-survey.ts'

/** All users as one unit, or each as one of its own. */
export async function applySlice(
  connection: Connection,
  program: Program,
  slice: Slice,
): Promise<readonly SliceOutcome[]> {
  if (slice.rehearsal === true) return rehearse(connection, program, slice)
  if (slice.isolation === 'together') {
    const all = [...slice.users.keys()]
    return connection.write(
      (reader) => decideUnit(reader, program, slice, all),
      (ms) => slice.waited?.(ms),
    )
  }
  const outcomes: SliceOutcome[] = []
  for (const position of slice.users.keys()) {
    outcomes.push(await applyOne(connection, program, slice, position))
    const last = outcomes.at(-1)
    if (last?.kind !== 'failed') continue
    const error = toStoreError(last.error)
    if (!endsRuns(error) && error.code !== 'lease_lost') continue
    // Users before this one are gone for good, so the call answers instead of rejecting.
    if (position === 0) throw error
    while (outcomes.length < slice.users.length) outcomes.push({ kind: 'failed', error })
    break
  }
  return outcomes
}

/** In a transaction alone: the journal would write what it cannot take back unseen. */
async function rehearse(
  connection: Connection,
  program: Program,
  slice: Slice,
): Promise<readonly SliceOutcome[]> {
  await connection.read(async () => null)
  if (connection.detected?.mode !== 'transaction') throw noRehearsal()
  const all = [...slice.users.keys()]
  return rehearsed(() =>
    connection.write(async (reader) => {
      const { result, change } = await decideUnit(reader, program, slice, all)
      if (change === null) return unchanged(result)
      const seal = (): never => {
        throw new RolledBack(result)
      }
      return { result, change: { ...change, seal } }
    }),
  )
}

async function applyOne(
  connection: Connection,
  program: Program,
  slice: Slice,
  position: number,
): Promise<SliceOutcome> {
  try {
    const [outcome] = await connection.write(
      (reader) => decideUnit(reader, program, slice, [position]),
      (ms) => slice.waited?.(ms),
    )
    return outcome ?? { kind: 'absent' }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

async function decideUnit(
  reader: Reader,
  program: Program,
  slice: Slice,
  positions: readonly number[],
): Promise<Decision<readonly SliceOutcome[]>> {
  if (slice.journal !== undefined) await assertHeld(reader, slice.journal)
  const users = positions.flatMap((position) => slice.users[position] ?? [])
  const { rows, survey, named, keepers, head } = await takeSurvey(
    reader,
    program,
    { ...slice, users },
    slice.journal,
  )
  let made: Unsealed | null = null
  const outcomes = settleUnit(slice, positions, survey, (users): readonly LedgerEntry[] => {
    const leaving = [...users]
    if (!slice.keepsEntries) {
      made = { leaving, seal: () => sealWhole(slice, leaving, head, HELD_TO) }
      return []
    }
    const seal = sealWhole(slice, leaving, head, HELD_TO)
    made = { leaving, seal: () => seal }
    return seal.entries
  })
  if (made === null) return unchanged(outcomes)
  const { leaving, seal } = made as Unsealed
  const found = leaving.flatMap(({ user }) => rows[positions.indexOf(user)] ?? [])
  const work: HostWork = {
    program,
    tenantId: slice.tenantId,
    users: leaving.map(({ found: { fields, shared = [] }, derived }) => ({
      fields,
      shared,
      derived,
    })),
    claims: claimsOf(program, slice.disabled ?? {}, found),
    steps: stepsOf(program, named, leaving, positions),
    userRows: { kind: 'end' },
    cutsAccess: program.steps.some(({ access }) => access),
    auditRows: [],
  }
  const ids = leaving.map(({ found: { fields } }) => fields['id'] as UserId)
  const { tenantId } = slice
  const forgotten = forgetWrites({ userTable: program.user.table, tenantId, ids }).filter(
    (write) => write.kind === 'remove' && keepers.has(write.table),
  )
  return {
    result: outcomes,
    change: {
      seal,
      work: [work],
      records: [
        ...(await documentWrites(reader, forgotten)),
        ...(work.cutsAccess ? [rememberLateAccess(crypto.randomUUID(), work)] : []),
      ],
    },
  }
}

/**
 * Rows that the work may leave, as every seal says here: a receipt is made while the server is at work, or written
 * down before. Carrying it out looks for what each step has left, and more is refused: before the commit, or by
 * taking the change back.
 */
const HELD_TO = 0

/** Those who go, and what seals it. */
interface Unsealed {
  readonly leaving: readonly Leaving[]
  readonly seal: () => Seal
}

/** Steps with rows to write. */
function stepsOf(
  program: Program,
  named: Taken['named'],
  leaving: readonly Leaving[],
  positions: readonly number[],
): readonly StepWork[] {
  const places = new Map(leaving.map(({ user }, place) => [positions.indexOf(user), place]))
  return program.steps.flatMap((step, index): readonly StepWork[] => {
    const count = leaving.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0)
    // Access is looked for again at the end, so its steps are among them even without rows by now.
    if (!writes(step) || !(count > 0 || step.access)) return []
    const rows = named[index] ?? null
    return [{ index, rows: rows === null ? null : ofLeaving(rows, places), count }]
  })
}

function ofLeaving(
  rows: readonly StepRow[],
  places: ReadonlyMap<number, number>,
): readonly StepRow[] {
  return rows
    .map(({ id, owners }) => ({ id, owners: owners.flatMap((owner) => places.get(owner) ?? []) }))
    .filter(({ owners }) => owners.length > 0)
}
