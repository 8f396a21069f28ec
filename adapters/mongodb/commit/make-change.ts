/**
 * Turns the writes of a change into work on documents: all of it before the first effect, or write by write in a
 * transaction.
 *
 * @module
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import type { Change, HostWork, RecordWrite, RowInsert } from '../../../src/store/change.ts'
import type { Answer, RecordQuestion } from '../../../src/store/inquiry.ts'
import { isQuestions, NO_ANSWERS } from '../../../src/store/run.ts'
import { type Asked, answersInCommit, rememberedAnswers } from '../answers/answer.ts'
import type { DocumentChange, DocumentWork, DocumentWrite } from '../records/change.ts'
import { mergeWrites } from '../records/merge-writes.ts'
import { documentWrites } from '../records/record-writes.ts'
import type { Writer } from '../server/scope.ts'
import { auditRowsWithKeys, insertAuditRows } from './audit-rows.ts'
import { workOnAll, writeRecords } from './carry-out.ts'
import { documentWork } from './document-work.ts'
import { rememberLateAccess } from './late-access.ts'

export interface Made<T> {
  /** What the caller gets to know. */
  readonly result: T
  readonly change: DocumentChange
}

/** The whole change, to be written down before its first effect. */
export async function makeWhole<T>(here: Asked, change: Change<T>): Promise<Made<T>> {
  const { reader, seen } = here
  const asked: HostWork[] = []
  const { result, rows, writes } = await makeWrites(change, {
    work: (one) => asked.push(one),
    answer: (questions) => answersInCommit(here, questions),
  })
  const work: DocumentWork[] = []
  for (const one of asked) work.push(await documentWork(reader, seen, one, 'none'))
  const records = [...(await documentWrites(reader, mergeWrites(writes))), ...lateAccessOf(work)]
  const auditRows = auditRowsWithKeys(reader.types, rows)
  return { result, change: { work: withAuditRows(work, rows, auditRows), records } }
}

/** In a transaction. The next writes are made while the server is at the host's documents. */
export async function makeAndCarryOut<T>(
  here: Asked & { readonly reader: Writer },
  change: Change<T>,
): Promise<Made<T>> {
  const { reader: writer, seen } = here
  const work: DocumentWork[] = []
  let atWork = Promise.resolve()
  const carryOut = async (one: HostWork): Promise<void> => {
    const own = await documentWork(writer, seen, one, 'transaction')
    work.push(own)
    await workOnAll(writer, [own], 'transaction')
  }
  const making = makeWrites(change, {
    work(one) {
      atWork = atWork.then(() => carryOut(one))
      // It is waited for below; until then a failure must not count as one that nobody looks at.
      atWork.catch(() => {})
    },
    async answer(questions) {
      const known = rememberedAnswers(here, questions)
      if (known !== null) return known
      await atWork
      return answersInCommit(here, questions)
    },
    // The answer of the server is heard, and its next command goes out.
    pause: turnOfTheLoop,
  })
  const { result, rows, writes } = await endedWith(making, () => atWork)
  const auditRows = auditRowsWithKeys(writer.types, rows)
  await insertAuditRows(writer, { auditRows }, 'transaction')
  const records = [...(await documentWrites(writer, mergeWrites(writes))), ...lateAccessOf(work)]
  await writeRecords(writer, records)
  return { result, change: { work, records } }
}

/** Whatever comes of it: no command of the session is under way behind this. */
async function endedWith<T>(making: Promise<T>, atWork: () => Promise<void>): Promise<T> {
  try {
    return await making
  } finally {
    await atWork()
  }
}

interface Hands {
  work(work: HostWork): void
  answer(questions: readonly RecordQuestion[]): Promise<readonly Answer[]>
  /** Called behind each write. */
  pause?(): Promise<void>
}

async function makeWrites<T>(
  change: Change<T>,
  { work, answer, pause }: Hands,
): Promise<{
  readonly result: T
  readonly rows: readonly RowInsert[]
  readonly writes: readonly RecordWrite[]
}> {
  const rows: RowInsert[] = []
  const writes: RecordWrite[] = []
  let step = change.next(NO_ANSWERS)
  while (step.done !== true) {
    const { value } = step
    let answers = NO_ANSWERS
    if (isQuestions(value)) answers = await answer(value)
    else if (value.kind === 'work') work(value)
    else if (value.kind === 'insert_row') rows.push(value)
    else writes.push(value)
    await pause?.()
    step = change.next(answers)
  }
  return { result: step.value, rows, writes }
}

function lateAccessOf(work: readonly DocumentWork[]): readonly DocumentWrite[] {
  return work
    .filter(({ cutsAccess }) => cutsAccess)
    .map((one) => rememberLateAccess(crypto.randomUUID(), one))
}

/** Rows of the audit log come behind all other work. */
function withAuditRows(
  work: readonly DocumentWork[],
  [row]: readonly RowInsert[],
  auditRows: DocumentWork['auditRows'],
): readonly DocumentWork[] {
  if (row === undefined) return work
  const last: DocumentWork = work.at(-1) ?? {
    ...{ program: row.program, tenantId: null, users: [], claims: [], steps: [] },
    ...{ userRows: { kind: 'leave' }, cutsAccess: false, auditRows },
  }
  return [...work.slice(0, -1), { ...last, auditRows }]
}
