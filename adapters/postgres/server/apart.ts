/**
 * Deletions of different users at the same time.
 *
 * Each holds the turn of the writers together with the others, locks its users, and takes the ledger only behind its
 * work: from there on they come one after the other, in the order of the chain. What it has read is what it would have
 * read alone, unless another one has committed meanwhile that had to do with the same rows: a row of two users is counted
 * for the first of them alone, and a value of two users is kept until the last of them goes. Wherever that may have been
 * so, the transaction begins again, alone.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { writesRows } from '../../../src/program/steps.ts'
import type { Answer, Question } from '../../../src/store/inquiry.ts'
import type { Session } from './session.ts'

export interface Apart {
  /** What an answer says that others may have a part in. */
  heard(question: Question, answer: Answer): void
  /** A step has changed fewer rows than were counted. */
  fewer(): void
  /** Has what comes next take the ledger first, until the transaction ends, or throw `store_busy` where it has to begin again. Safe to repeat. */
  takeLedger(): void
}

/** `lock`: of the ledger. `head`: its table. */
export function apartFrom(session: Session, lock: string, head: string): Apart {
  const end = `SELECT seq FROM ${head}`
  let start: unknown = null
  let mayShare = false
  let isTaken = false
  session.ahead(end, ([row]) => {
    start = row?.[0] ?? null
  })
  return {
    heard(question, answer) {
      mayShare ||= isAboutOthers(question, answer)
    },
    fewer() {
      mayShare = true
    },
    takeLedger() {
      if (isTaken) return
      isTaken = true
      session.ahead(`SELECT ${lock}`)
      session.ahead(end, ([row]) => {
        if (mayShare && (row?.[0] ?? null) !== start) throw sharedRows()
      })
    },
  }
}

function isAboutOthers(question: Question, answer: Answer): boolean {
  if (question.kind === 'holders') return (answer as ReadonlySet<unknown>).size > 0
  if (question.kind !== 'counts') return false
  const { steps } = question.program
  const counts = answer as readonly (readonly number[])[]
  // Of rows that are not written nobody would notice that they are gone.
  return steps.some(
    (step, index) => !writesRows(step) && counts.some((own) => (own[index] ?? 0) > 0),
  )
}

function sharedRows(): UserDeletionError {
  return new UserDeletionError('store_busy', 'Another deletion may have had the same rows.')
}
