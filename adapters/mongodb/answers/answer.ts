/**
 * Answers lists of questions. Records and counts that one list asks for go to the server in one command.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { Answer, Question } from '../../../src/store/inquiry.ts'
import { HEAD } from '../../../src/store/own-records.ts'
import { answerRecords, recordsAsked } from '../records/answer-records.ts'
import { all, ask, known, type Question as Pipelines } from '../server/batched-questions.ts'
import type { OwnDb } from '../server/engine-collections.ts'
import type { Reader } from '../server/scope.ts'
import { findBereft } from './bereft.ts'
import { countsAsked } from './counts.ts'
import { heldIds } from './references.ts'
import type { Seen } from './seen.ts'
import { heldOutside } from './shared-values.ts'
import { findSpellings, findTenant } from './spellings.ts'
import { stepContents, stepRows } from './step-rows.ts'
import { tableRows } from './table-rows.ts'
import { blankRows, findRows, userIds } from './user-rows.ts'

export interface Asked {
  readonly db: OwnDb
  readonly reader: Reader
  readonly seen: Seen
}

export async function answersTo(
  here: Asked,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const [answers] = await ask(here.reader, all(await allAsked(here, questions)))
  return answers
}

/**
 * The same in a commit. Most commits ask for the end of the ledger at last, so it comes along where several records
 * are asked for: nobody else writes it before the commit.
 */
export async function answersInCommit(
  here: Asked,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const { reader, seen } = here
  const remembered = rememberedAnswers(here, questions)
  if (remembered !== null) return remembered
  const asked = all(await allAsked(here, questions))
  const isAlong =
    seen.head === null &&
    asked.pipelines.length > 1 &&
    questions.some(({ kind }) => kind === 'records')
  if (!isAlong) return (await ask(reader, asked))[0]
  const [answers, head] = await ask(reader, asked, recordsAsked(reader, HEAD))
  seen.head = head
  return answers
}

/** What needs no trip to the server: the end of the ledger. */
export function rememberedAnswers(
  { seen }: Pick<Asked, 'seen'>,
  questions: readonly Question[],
): readonly Answer[] | null {
  if (seen.head === null || questions.length !== 1) return null
  return isDeepStrictEqual(questions[0], HEAD) ? [seen.head] : null
}

async function allAsked(
  here: Asked,
  questions: readonly Question[],
): Promise<readonly Pipelines<Answer>[]> {
  const asked: Pipelines<Answer>[] = []
  // One after the other: a transaction takes one command at a time.
  for (const question of questions) {
    const same = questions.findIndex((other) => isDeepStrictEqual(other, question))
    asked.push(asked[same] ?? (await oneAsked(here, question)))
  }
  return asked
}

/** What has to be known before anything can be counted is asked for here; the rest goes with the list. */
async function oneAsked(here: Asked, question: Question): Promise<Pipelines<Answer>> {
  const { db, reader } = here
  switch (question.kind) {
    case 'records':
      // Receipts of many users might be too large together with other records.
      if (question.table === 'ledger') return known(await answerRecords(reader, question))
      return recordsAsked(reader, question)
    case 'counts':
      return countsAsked(here, question)
    case 'users':
      return known((await findRows(here, question)).map((found) => found?.fields ?? null))
    case 'user_rows':
      return known((await findRows(here, question)).map((found) => found?.row ?? null))
    case 'blank_rows':
      return known(await blankRows(reader, question))
    case 'user_ids':
      return known(await userIds(reader, question))
    case 'holders':
      return known(await heldOutside(reader, question))
    case 'step_rows':
      return known(await stepRows(reader, question))
    case 'table_rows':
      return known(await tableRows(here, question))
    case 'contents':
      return known(await stepContents(reader, question))
    case 'bereft':
      return known(await findBereft(reader, question))
    case 'hurdles':
      return known([])
    case 'references':
      return known(await heldIds(reader, question))
    case 'spellings':
      return known(await findSpellings(db, reader, question.program, question.query))
    case 'tenant_spelling':
      return known(await findTenant(db, reader, question.program, question.query))
  }
}
