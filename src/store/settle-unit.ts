/**
 * What every store does around its own deletes: who of a slice goes, and the seals of those who went. Pure.
 *
 * @module
 */
import type { LedgerEntry, LedgerHead, Seal } from './records.ts'
import type { Slice, SliceOutcome, Survey, Verdict, Work } from './slice.ts'

/** A user who goes, with the values derived for them. */
export interface Leaving extends Work {
  readonly derived: readonly string[]
}

/** Those who go, put together when they are asked for: of all at once they would outweigh the ids of a large slice. */
export interface LeavingUsers extends Iterable<Leaving> {
  readonly length: number
  at(place: number): Leaving | undefined
}

/**
 * One unit of isolation of a slice: asks for the verdicts, has `remove` delete those who go, and answers an
 * outcome for each user. `remove` returns the sealed entries in the order it was given the users, or none where
 * the slice does not keep them.
 */
export function settleUnit(
  slice: Slice,
  positions: readonly number[],
  survey: Survey,
  remove: (leaving: LeavingUsers) => readonly LedgerEntry[],
): readonly SliceOutcome[] {
  const verdicts = slice.decide(survey, positions)
  const leaving = whoLeaves(positions, survey, verdicts)
  const entries = leaving.length === 0 ? [] : remove(leaving)
  let sealed = 0
  return verdicts.map((verdict, index): SliceOutcome => {
    if (survey.users[index] == null) return { kind: 'absent' }
    if (verdict.kind === 'refuse') return { kind: 'refused', reason: verdict.reason }
    if (!slice.keepsEntries) return DELETED
    // Entries stand in the order of those who leave, and so do the verdicts.
    const entry = entries[sealed]
    sealed += 1
    if (entry === undefined) throw new Error('a deleted user has no ledger entry')
    return { kind: 'deleted', entry }
  })
}

/** The same for everybody: a slice may hold thousands. */
const DELETED: SliceOutcome = { kind: 'deleted', entry: null }

function whoLeaves(
  positions: readonly number[],
  survey: Survey,
  verdicts: readonly Verdict[],
): LeavingUsers {
  const indexes: number[] = []
  for (const [index, verdict] of verdicts.entries()) {
    if (survey.users[index] != null && verdict.kind === 'proceed') indexes.push(index)
  }
  const at = (place: number): Leaving | undefined => {
    const index = indexes[place] ?? -1
    const found = survey.users[index]
    const verdict = verdicts[index]
    if (found == null || verdict?.kind !== 'proceed') return undefined
    const counts = survey.counts[index] ?? []
    return { user: positions[index] ?? index, found, counts, derived: verdict.derived }
  }
  return {
    length: indexes.length,
    at,
    *[Symbol.iterator]() {
      for (const place of indexes.keys()) yield at(place) as Leaving
    },
  }
}

/** The seal of those who go, each of whom has an entry. */
export function sealWhole(
  slice: Pick<Slice, 'seal'>,
  leaving: readonly Leaving[],
  head: LedgerHead | null,
  residue: number,
): Seal {
  const seal = slice.seal(leaving, head, residue)
  if (seal.entries.length < leaving.length) throw new Error('a deleted user has no ledger entry')
  return seal
}

/** Users whose receipts are in memory at once. */
const SEALED_AT_ONCE = 20

/**
 * Seals those who go part by part after the present head, has `write` write each seal, and answers the entries
 * that the slice keeps.
 */
export function sealInParts(
  slice: Pick<Slice, 'seal' | 'keepsEntries'>,
  leaving: LeavingUsers,
  { head, residue }: { readonly head: LedgerHead | null; readonly residue: number },
  write: (seal: Seal) => void,
): readonly LedgerEntry[] {
  const kept: LedgerEntry[] = []
  let end = head
  for (let start = 0; start < leaving.length; start += SEALED_AT_ONCE) {
    const part: Leaving[] = []
    for (let place = start; place < start + SEALED_AT_ONCE; place += 1) {
      const one = leaving.at(place)
      if (one !== undefined) part.push(one)
    }
    const seal = sealWhole(slice, part, end, residue)
    write(seal)
    end = seal.head
    if (slice.keepsEntries) kept.push(...seal.entries)
  }
  return kept
}
