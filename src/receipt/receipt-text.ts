/**
 * Receipts as canonical JSON, fast: what all receipts of a seal share is spelled once.
 *
 * @module
 */
import type { PlannedStep } from '../plan/plan.ts'
import { sha256 } from '../ports.ts'
import { canonicalJson } from './canonical-json.ts'
import type { DeletionReceipt } from './receipt.ts'

/** What differs from receipt to receipt. */
export interface ReceiptSubject {
  readonly id: string
  readonly userId: string | number | null
  readonly subject: string | number
  readonly steps: readonly PlannedStep[]
}

type Shared = Omit<DeletionReceipt, keyof ReceiptSubject | 'digest'>

/** Answers the canonical text of a receipt, its digest included; the same bytes that `canonicalJson` gives. */
export function receiptWriter(shared: Shared): (subject: ReceiptSubject) => string {
  const names = ['digest', 'id', 'steps', 'subject', 'userId'] as const
  const marks = Object.fromEntries(names.map((name) => [name, mark(name)]))
  const pieces = canonicalJson({ ...shared, ...marks }).split(MARKED)
  const [beforeDigest = '', , afterDigest = '', ...rest] = pieces
  // Without the digest its key goes too: the text before it ends with `"digest":`.
  const withoutDigest = beforeDigest.slice(0, -'"digest":'.length)
  const writeStep = stepWriter()
  return ({ id, userId, subject, steps }) => {
    const values: Readonly<Record<string, string>> = {
      id: JSON.stringify(id),
      userId: JSON.stringify(userId),
      subject: JSON.stringify(subject),
      steps: `[${steps.map(writeStep).join(',')}]`,
    }
    const tail = rest.map((piece, index) => (index % 2 === 0 ? values[piece] : piece)).join('')
    // Where the digest was, the comma behind it goes with it.
    const digest = sha256(`${withoutDigest}${afterDigest.slice(1)}${tail}`)
    return `${beforeDigest}"${digest}"${afterDigest}${tail}`
  }
}

/** A step's text but for its rows is the same for all users with the same status. */
function stepWriter(): (step: PlannedStep) => string {
  const known = new Map<string, readonly string[]>()
  return (step) => {
    const key = `${step.status} ${step.id}`
    let pieces = known.get(key)
    if (pieces === undefined) {
      pieces = canonicalJson({ ...step, rows: mark('rows') }).split(MARKED)
      known.set(key, pieces)
    }
    return `${pieces[0]}${step.rows}${pieces[2]}`
  }
}

/** Private-use characters around the name tell a mark from a reason or a name that a host has written. */
const MARKED = /"\u{f8ff}(\w+)\u{f8ff}"/u

function mark(name: string): string {
  return `\u{f8ff}${name}\u{f8ff}`
}
