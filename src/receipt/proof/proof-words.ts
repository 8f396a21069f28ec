/**
 * The words of the proof page: what codes and instants mean to a reader.
 *
 * @module
 */
import type { IdentityMode } from '../../program/program.ts'
import type { LedgerLook } from '../ledger/verify-entries.ts'
import type { DoneInTable, VerifiedUser } from './proof-document.ts'

const MONTHS =
  'January February March April May June July August September October November December'.split(' ')

/** `2026-03-01T12:00:05.000Z` as `1 March 2026, 12:00 UTC`. The same in every locale. */
export function instant(at: string): string {
  const { clock } = partsOf(at)
  return clock === '' ? at : `${day(at)}, ${clock} UTC`
}

export function day(at: string): string {
  const { year, month, date } = partsOf(at)
  return month === '' ? at : `${date} ${month} ${year}`
}

function partsOf(at: string): Readonly<Record<'year' | 'month' | 'date' | 'clock', string>> {
  const [, year = '', month = '', date = '', clock = ''] =
    /^(\d{4,})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(at) ?? []
  return { year, month: MONTHS[Number(month) - 1] ?? '', date: date.replace(/^0/, ''), clock }
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

export function actionText(action: DoneInTable['action']): string {
  return { delete: 'deleted', anonymize: 'anonymized', detach: 'reference removed' }[action]
}

/** What kept rows say of the user; of several rules, what tells most. */
export function identityText(identities: readonly IdentityMode[]): string {
  if (identities.includes('kept_id')) return 'The rows keep the user id.'
  if (identities.includes('keyed_hash')) return 'A keyed hash stands for the user.'
  if (identities.includes('random_token')) return 'A random token stands for the user.'
  return 'The rows do not name the user any more.'
}

export function thenText(then: 'delete' | 'anonymize' | null): string {
  if (then === null) return 'then decided anew'
  return then === 'delete' ? 'then deleted' : 'then anonymized'
}

export function levelText(level: string): string {
  const known: Readonly<Record<string, string>> = {
    rows_removed: 'Queries no longer find the rows.',
    rows_overwritten:
      'The place of the rows in the file was overwritten; a journal could still hold them.',
    journal_cleared: 'The journal was emptied too.',
    file_rewritten:
      'The file was written anew from what is live: older copies and samples in statistics are gone, and words in full-text indexes but those that the ledger entry names as unproven.',
  }
  return Object.hasOwn(known, level) ? (known[level] ?? level) : level
}

/** The outcome in two words; `unverifiable` is an outcome without residue. */
export function outcomeText(status: VerifiedUser['status']): string {
  return { clean: 'nothing left', residue: 'something left', unverifiable: 'nothing found' }[status]
}

export function userText({ status, userRow }: VerifiedUser): string {
  if (userRow === 'present') return 'a user with this id is there'
  const row = userRow === 'blanked' ? 'a blank user row is kept' : 'the user row is gone'
  return {
    clean: `${row}, and of the user’s rows only those kept above are there`,
    residue: 'rows are there on which the policy has not done its work',
    unverifiable: `${row}; some rules matched by what is gone, and cannot be asked again`,
  }[status]
}

export function stepText(status: string, rows: number): string {
  if (status === 'unverifiable') {
    return 'Matched by something that is gone, so that it cannot be asked again. At the deletion it was counted as above.'
  }
  return `${plural(rows, 'row')} on which the rule has not done its work`
}

/** Of the entries that were looked at. */
export function ledgerText({ entries, problem, keyed }: LedgerLook): string {
  if (problem !== null) return `entry ${problem.seq} ${problemText(problem.problem)}`
  const looked = `${entries.length === 1 ? 'the entry' : 'each entry'} that this proof rests on (${entries.join(', ')}) follows the one before it, and the recorded end is there`
  return keyed ? `${looked}, under the ledger key` : `${looked}; there is no ledger key`
}

export function problemText(problem: LedgerProblem): string {
  return {
    altered: 'does not hold: altered',
    missing: 'does not hold: missing',
    receipt_altered: 'does not hold: receipt altered',
    cut: 'is missing: the end was cut off',
    head_altered: 'is not the recorded end: head altered',
    archive_altered: 'is not what its archive left',
    other_chain: 'is not the one that was verified',
  }[problem]
}

type LedgerProblem = NonNullable<LedgerLook['problem']>['problem']
