/**
 * What a proof does not claim. Said in it, so that nobody reads more into it.
 *
 * @module
 */

import type { LedgerLook } from '../ledger/verify-entries.ts'
import type { DeletionReceipt } from '../receipt.ts'

export interface NotClaimed {
  readonly about:
    | 'backups'
    | 'copies'
    | 'storage'
    | 'other_systems'
    | 'reserved_values'
    | 'external_tables'
    | 'kept_id'
    | 'issued_tokens'
    | 'other_entries'
    | 'unkeyed_ledger'
  readonly text: string
}

export function notClaimed(receipt: DeletionReceipt, ledger: LedgerLook): readonly NotClaimed[] {
  const { steps } = receipt
  const list: (NotClaimed | null)[] = [
    {
      about: 'backups',
      text: 'Backups and exports made before the deletion hold the data until they are rotated out. After a restore the deletion has to be done again; the ledger says which ones.',
    },
    {
      about: 'copies',
      text: 'Replicas, file-system snapshots and copies of the database file are not covered.',
    },
    {
      about: 'storage',
      text: 'How far the content is gone from the database file stands under “Cleared from the file”. Older copies that page splits left in the file, samples in statistics, full-text indexes and blocks of the disk are covered only where an entry there says so.',
    },
    {
      about: 'other_systems',
      text: 'Other services, mail, caches and log files are outside of this database.',
    },
    hasStep(steps, 'external') || receipt.external.length > 0
      ? {
          about: 'external_tables',
          text: 'What is cleaned elsewhere was not touched here. What external erasers reported is repeated, not checked.',
        }
      : null,
    receipt.userRow.action === 'anonymize' ||
    steps.some(({ identity, action, rows }) => isKept(action) && rows > 0 && identity === 'kept_id')
      ? {
          about: 'kept_id',
          text: 'Rows that are kept or anonymized with the user id are pseudonymous, not anonymous.',
        }
      : null,
    receipt.userRow.reserved === undefined
      ? null
      : {
          about: 'reserved_values',
          text: `A keyed hash stays of what the user held in: ${reservedText(receipt.userRow.reserved)}. It keeps others from taking it, and is pseudonymous.`,
        },
    {
      about: 'issued_tokens',
      text: 'Access tokens that are checked without asking the database stay valid until they expire.',
    },
    {
      about: 'other_entries',
      text: 'The other entries of the ledger were not read for this proof. What is said of the whole ledger was recorded when it was last verified.',
    },
    ledger.keyed
      ? null
      : {
          about: 'unkeyed_ledger',
          text: 'The ledger has no key: its chain guards against mistakes, not against somebody who can write the table.',
        },
  ]
  return list.filter((entry) => entry !== null)
}

function hasStep(steps: DeletionReceipt['steps'], action: string): boolean {
  return steps.some((step) => step.action === action)
}

function isKept(action: string): boolean {
  return action === 'retain' || action === 'anonymize'
}

function reservedText(reserved: Readonly<Record<string, string>>): string {
  return Object.entries(reserved)
    .map(([field, term]) => `${field} (${term})`)
    .join(', ')
}
