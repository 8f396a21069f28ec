/**
 * How far the end of one retention is: a mark of the store, moved with whatever is done to the records of the step.
 *
 * Who moves it has seen these records as they are, for nobody changes them without it. Deletions add some.
 *
 * @module
 */
import type { Expiry } from '../../plan/compile/expiry.ts'
import { moveMark, readMark } from '../../records/mark-records.ts'
import type { RecordWrite } from '../../store/change.ts'
import { retainedStep } from '../../store/open-retentions.ts'
import type { Sweep } from '../../store/sweep.ts'
import type { ExecutionContext } from '../context/context.ts'

export interface Progress {
  /** There is a record for each open deletion up to here in the ledger. */
  readonly through: number
  /** Up to here the ledger is read for deletions without one; `null` for all that it has. */
  readonly upTo: number | null
  /** Grows with each move. */
  readonly turn: number
  /** Deletions that are held, and that have failed. */
  readonly held: number
  readonly failed: number
  /** What the verdict on the held deletions was based on; `null` where they are still to be judged. */
  readonly judged: JudgedBy | null
  /** Deletions up to `through` that an earlier version has left open, without records. */
  readonly earlier: readonly number[]
  /** The mark as it stands. */
  readonly text: string | null
}

/** They stay held as long as the key is the same and no hold has ended. */
export interface JudgedBy {
  /** The policy, the hold that was removed last, and how far those are who find their rows through these. */
  readonly key: string
  /** When the first of the holds ends (ISO 8601, UTC); `null` for never. */
  readonly nextEnd: string | null
}

export async function readProgress({ store }: ExecutionContext, expiry: Expiry): Promise<Progress> {
  const text = await readMark(store, markName(expiry))
  // Of an earlier layout, whose marks did not name the table of the users.
  const known = text ?? (await readMark(store, `retention:${expiry.stepId}`))
  if (known === null) return { ...START, text }
  if (!known.startsWith('{')) return { ...earlierProgress(known, expiry), text }
  const { fingerprint, ...told } = JSON.parse(known) as Told
  // A rule that was changed in what it does starts again: what it has done already is not there to be done twice.
  if (fingerprint !== expiry.fingerprint) return { ...START, upTo: null, turn: told.turn, text }
  return { ...told, earlier: [], text }
}

type Told = Omit<Progress, 'earlier' | 'text'> & Pick<Expiry, 'fingerprint'>

const START: Omit<Progress, 'text'> = {
  ...{ through: 0, upTo: 0, turn: 0, held: 0, failed: 0 },
  ...{ judged: null, earlier: [] },
}

/** An earlier version worked through the ledger itself, and listed what it left open. */
function earlierProgress(known: string, expiry: Expiry): Omit<Progress, 'text'> {
  const [seq, fingerprint, ...lists] = known.split(' ')
  if (fingerprint !== expiry.fingerprint) return { ...START, upTo: null }
  const earlier = lists.slice(0, 2).flatMap((list) => list.split(',').filter(Boolean).map(Number))
  return { ...START, through: Number(seq), upTo: Number(seq), earlier }
}

/** The next progress, and the move of the mark that leads there. */
export function step(
  expiry: Expiry,
  before: Progress,
  change: Partial<Pick<Progress, 'through' | 'upTo' | 'held' | 'failed' | 'judged'>>,
): { readonly mark: Sweep['mark']; readonly progress: Progress } {
  const { text, earlier: _, ...known } = before
  const told = { ...known, turn: known.turn + 1, judged: null, ...change }
  const to = JSON.stringify({ fingerprint: expiry.fingerprint, ...told })
  return {
    mark: { name: markName(expiry), from: text, to },
    progress: { ...told, earlier: [], text: to },
  }
}

/** Changes records of the step, and nothing else. `null` where the mark has moved meanwhile. */
export async function moveOn(
  { store }: ExecutionContext,
  expiry: Expiry,
  before: Progress,
  change: Parameters<typeof step>[2],
  writes: readonly RecordWrite[],
): Promise<Progress | null> {
  const { mark, progress } = step(expiry, before, change)
  const isMoved = await moveMark(store, mark.name, mark.from, mark.to, writes)
  return isMoved ? progress : null
}

export function nameOf({ program, stepId }: Expiry): string {
  return retainedStep(program.user.table, stepId)
}

function markName(expiry: Expiry): string {
  return `retention:${nameOf(expiry)}`
}
