/**
 * From the names that the ledger gives to users back to their ids, as far as retained rows still hold them.
 *
 * @module
 */

import type { Expiry } from '../../plan/compile/expiry.ts'
import type { UserId } from '../../program/program.ts'
import { answerOf } from '../../store/inquiry.ts'
import type { RetainedDeletion } from '../../store/open-retentions.ts'
import { invalidArgument } from '../context/arguments.ts'
import type { ExecutionContext } from '../context/context.ts'

const PAGE = 1_000

/**
 * The id behind each subject. Receipts under a subject key hide it: then the ids that the step's rows hold
 * are hashed and compared, and an id that no row holds is left out, as there is nothing to do for it.
 *
 * @throws {@link UserDeletionError} `invalid_argument` when ids are hidden and the engine has no subject key.
 */
export async function idsBehind(
  context: ExecutionContext,
  { program, stepId }: Expiry,
  deletions: readonly RetainedDeletion[],
): Promise<ReadonlyMap<UserId, UserId>> {
  const ids = new Map<UserId, UserId>()
  const hidden = new Set<UserId>()
  for (const { subject, isHidden } of deletions) {
    if (isHidden) hidden.add(subject)
    else ids.set(subject, subject)
  }
  if (hidden.size === 0) return ids
  if (context.subjectOf(PAGE) === PAGE) {
    throw invalidArgument(
      'keys.subject',
      'Receipts hide the ids of users under a subject key, which this engine does not have.',
    )
  }
  const step = program.steps.findIndex(({ id }) => id === stepId)
  for (let after: UserId | null = null; ; ) {
    const held: readonly UserId[] = await answerOf(context.store, {
      ...{ kind: 'references', program, step, after, limit: PAGE },
    })
    for (const id of held.flatMap(idsOf)) {
      const subject = context.subjectOf(id)
      if (!hidden.has(subject)) continue
      await context.vouchForSubjects()
      ids.set(subject, id)
    }
    const last = held.at(-1)
    if (last === undefined || held.length < PAGE) return ids
    after = last
  }
}

/** A reference may write a number as its digits: whose id it is, and of which type, the hash tells. */
function idsOf(held: UserId): readonly UserId[] {
  if (typeof held !== 'string') return [held, held.toString()]
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(held)) return [held]
  const number = Number(held)
  return [held, Number.isSafeInteger(number) ? number : BigInt(held)]
}
