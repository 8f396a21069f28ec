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

export function decide(kind: TableKind, reference: UserIdColumn): Decision {
  const { action, question } = byKind(kind, reference) ?? byForeignKey(reference)
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

function byKind(kind: TableKind, { column, role, onDelete }: UserIdColumn): Decision | null {
  if (keptBecause(kind) !== null) {
    const question =
      onDelete === 'cascade'
        ? 'Their foreign key deletes these rows with the user: is that meant, or are they kept?'
        : 'Are these rows kept when the user goes, why, and until when?'
    return { action: 'keep', question }
  }
  if (kind === 'access') return { action: 'access', question: null }
  if (kind === 'credential' || kind === 'part') {
    if (role === 'owner') return { action: 'delete', question: null }
  }
  if (kind === 'invitation' && !column.nullable) {
    const question = `Do invitations go with their sender, or does a ghost take over \`${column.name}\`?`
    return { action: 'delete', question }
  }
  return null
}

/** Where the name of the table says nothing, the host's own foreign key may. */
function byForeignKey({ column, role, onDelete }: UserIdColumn): Decision {
  if (onDelete === 'cascade') return { action: 'delete', question: null }
  if (role === 'owner') {
    return { action: 'delete', question: 'Do these rows go with the user, or are they kept?' }
  }
  if (!column.nullable) {
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
