/**
 * Receipts as canonical JSON, fast: the parts that receipts of one seal share are spelled once.
 *
 * @module
 */
import { describeSteps, fieldsMatched, planStep, statusOf } from '../plan/build-plan.ts'
import { sha256 } from '../ports.ts'
import { isNobodys } from '../program/matching.ts'
import type { Program } from '../program/program.ts'
import type { FoundUser } from '../store/slice.ts'
import { canonicalJson } from './canonical-json.ts'
import type { DeletionReceipt } from './receipt.ts'

/** What differs from receipt to receipt. */
export interface ReceiptSubject {
  readonly id: string
  readonly userId: string | number | null
  readonly subject: string | number
  readonly found: FoundUser
  /** Rows by step of the program. */
  readonly counts: readonly number[]
}

type Shared = Omit<DeletionReceipt, 'id' | 'userId' | 'subject' | 'steps' | 'digest'>

/**
 * Answers the canonical text of a receipt, its digest included; the same bytes that `canonicalJson` gives.
 * `ends`: when each step's retention ends.
 */
export function receiptWriter(
  program: Program,
  ends: readonly (string | null)[],
  shared: Shared,
): (subject: ReceiptSubject) => string {
  const names = ['digest', 'id', 'steps', 'subject', 'userId'] as const
  const marks = Object.fromEntries(names.map((name) => [name, mark(name)]))
  const [toDigest = '', , toId = '', , toSteps = '', , toSubject = '', , toUser = '', , end = ''] =
    canonicalJson({ ...shared, ...marks }).split(MARKED)
  // Without the digest its key goes too, and the comma behind it.
  const withoutDigest = `${toDigest.slice(0, -'"digest":'.length)}${toId.slice(1)}`
  const writeSteps = stepsWriter(program, ends)
  return ({ id, userId, subject, found, counts }) => {
    const steps = writeSteps(found, counts)
    const tail = `${JSON.stringify(id)}${toSteps}${steps}${toSubject}${JSON.stringify(subject)}${toUser}${JSON.stringify(userId)}${end}`
    return `${toDigest}"${sha256(withoutDigest + tail)}"${toId}${tail}`
  }
}

/** The steps' text but for the rows is the same for all users who have the same fields. */
function stepsWriter(
  program: Program,
  ends: readonly (string | null)[],
): (found: FoundUser, counts: readonly number[]) => string {
  const fields = fieldsMatched(program)
  const known = piecesOf(program)
  return (found, counts) => {
    // Few share anything.
    if (found.sharedRows !== undefined)
      return canonicalJson(describeSteps(program, found, counts, ends))
    let key = ''
    for (const field of fields) key += isNobodys(found.fields[field]) ? '-' : '+'
    let pieces = known.get(key)
    if (pieces === undefined) {
      pieces = aroundRows(program, found)
      known.set(key, pieces)
    }
    let text = pieces[0]?.text ?? ''
    for (let index = 1; index < pieces.length; index += 1) {
      const { step = 0, isEnd = false, text: behind = '' } = pieces[index] ?? {}
      text += isEnd ? JSON.stringify(ends[step] ?? null) : String(counts[step] ?? 0)
      text += behind
    }
    return text
  }
}

/** Text, and what stands before it: a step's rows, or the end of its retention; nothing before the first one. */
interface Piece {
  readonly step: number
  readonly isEnd: boolean
  readonly text: string
}

/** A program serves many seals, and often a seal is of one user. By the fields that a user has. */
const PIECES = new WeakMap<Program, Map<string, readonly Piece[]>>()

function piecesOf(program: Program): Map<string, readonly Piece[]> {
  const known = PIECES.get(program) ?? new Map<string, readonly Piece[]>()
  PIECES.set(program, known)
  return known
}

/** The text of all steps, cut where rows and ends of retentions stand. */
function aroundRows(program: Program, found: FoundUser): readonly Piece[] {
  const steps = program.steps.map((step, index) => ({
    ...planStep(step, statusOf(step, found), 0, null),
    ...{ rows: mark(`rows_${index}`), until: mark(`until_${index}`) },
  }))
  const parts = canonicalJson(steps).split(MARKED)
  return parts.flatMap((text, index) => {
    if (index % 2 === 1) return []
    const [name = '', step = 0] = parts[index - 1]?.split('_') ?? []
    return [{ step: Number(step), isEnd: name === 'until', text }]
  })
}

/** Private-use characters around the name tell a mark from a reason or a name that a host has written. */
const MARKED = /"\u{f8ff}(\w+)\u{f8ff}"/u

function mark(name: string): string {
  return `\u{f8ff}${name}\u{f8ff}`
}
