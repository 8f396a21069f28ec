/**
 * What happens to rows by which a user is known, and who says so: the schema, or nobody yet.
 *
 * @module
 */
import type { UserIdColumn } from './references.ts'
import type { TableKind } from './table-kinds.ts'

/** `access` deletes what lets the user in; `keep` keeps the rows without the person. */
export type DraftAction = 'access' | 'delete' | 'detach' | 'keep'

export interface Decision {
  readonly action: DraftAction
  /** What a person has to decide; `null` where the schema says it. */
  readonly question: string | null
}

interface DecidedTable {
  readonly kind: TableKind
  readonly isPulled: boolean
}

/** @param isFixed The column can be no null: it takes none, or it is part of the key. */
export function decide(table: DecidedTable, reference: UserIdColumn, isFixed: boolean): Decision {
  const decided = byKind(table, reference, isFixed) ?? byForeignKey(reference, isFixed)
  const { action, question } = decided
  return { action, question: doubtOf(reference) ?? question }
}

/** What rows found by the user's address are for. */
export function actionOfKind(kind: TableKind): DraftAction {
  if (kind === 'access') return 'access'
  return keptBecause(kind) === null ? 'delete' : 'keep'
}

/** Why rows of the kind usually outlive the user; `null` where they do not. */
export function keptBecause(kind: TableKind): string | null {
  switch (kind) {
    case 'log':
      return 'what happened, without the person'
    case 'proof':
      return 'proof of what was agreed'
    case 'money':
      return 'books, as long as tax law wants them'
    default:
      return null
  }
}

function byKind(
  { kind, isPulled }: DecidedTable,
  reference: UserIdColumn,
  isFixed: boolean,
): Decision | null {
  const { column, role, onDelete } = reference
  if (keptBecause(kind) !== null) return isPulled ? PULLED : kept(reference, isFixed)
  if (kind === 'access') return { action: 'access', question: null }
  if (kind === 'credential' || kind === 'part') {
    if (role === 'owner') return { action: 'delete', question: null }
  }
  if (kind === 'invitation' && isFixed && onDelete !== 'cascade') {
    const question = `Do invitations go with their sender, or does a ghost take over \`${column.name}\`?`
    return { action: 'delete', question }
  }
  return null
}

/** A foreign key that holds the rows, or takes them along, is stronger than what they are for. */
function kept({ onDelete }: UserIdColumn, isFixed: boolean): Decision {
  if (onDelete === 'cascade') return PULLED
  const question = 'Are these rows kept when the user goes, why, and until when?'
  const needsUser = onDelete !== null && isFixed
  return { action: 'keep', question: needsUser ? `${question} ${BLANK_USER}` : question }
}

const BLANK_USER =
  "And with them a blank row of the user, as their foreign key needs one (`user.action: 'anonymize'`)?"

const PULLED: Decision = {
  action: 'delete',
  question:
    'A foreign key deletes these rows with others that go: is that meant, or are they kept?',
}

/** Where the name of the table says nothing, the host's own foreign key may. */
function byForeignKey({ column, role, onDelete }: UserIdColumn, isFixed: boolean): Decision {
  if (onDelete === 'cascade') return { action: 'delete', question: null }
  if (role === 'owner') {
    return { action: 'delete', question: 'Do these rows go with the user, or are they kept?' }
  }
  if (isFixed) {
    const question = `Do these rows go with the user, or does a ghost take over \`${column.name}\`?`
    return { action: 'delete', question }
  }
  const isSaid = onDelete !== null
  const question = `Do these rows stay, without \`${column.name}\`?`
  return { action: 'detach', question: isSaid ? null : question }
}

function doubtOf({ column, typeColumn, isCertain }: UserIdColumn): string | null {
  if (isCertain) return null
  if (typeColumn !== null)
    return `How does \`${typeColumn}\` say that \`${column.name}\` is a user?`
  return `Does \`${column.name}\` hold ids of users, though no foreign key says so?`
}
