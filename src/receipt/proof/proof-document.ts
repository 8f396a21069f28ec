/**
 * The proof of one deletion as a document: the receipt, what the ledger learned later, and what a look at
 * the database finds now. Holds no personal data beyond what the receipt holds.
 *
 * @module
 */
import type { PlannedStep, PolicyStamp } from '../../plan/plan.ts'
import { sha256 } from '../../ports.ts'
import type { IdentityMode } from '../../program/program.ts'
import type { LedgerEntry } from '../../store/records.ts'
import { canonicalJson } from '../canonical-json.ts'
import { receiptDigest, receiptOf } from '../issue-receipt.ts'
import { isAbout } from '../ledger/about.ts'
import type { LedgerLook } from '../ledger/verify-entries.ts'
import type { DeletionReceipt } from '../receipt.ts'
import { coversDeletion, retentionFactOf } from '../retention-fact.ts'
import { type NotClaimed, notClaimed } from './not-claimed.ts'

/** Plain JSON. {@link ProofDocument.digest} ties it to the page made of it. */
export interface ProofDocument {
  readonly format: 2
  readonly issuedAt: string
  readonly request: {
    /** As in the receipt: `null` where a subject key hides the id. */
    readonly userId: string | number | null
    readonly subject: string | number
    readonly tenantId: string | null
    readonly reason: string | null
    readonly requestedBy: string | null
    readonly requestedAt: string
    readonly completedAt: string
    /** The receipt of the first deletion, where a restored backup had undone it. */
    readonly replayOf: string | null
  }
  readonly policy: PolicyStamp & { readonly changed: boolean }
  /** What was done, by table and action; rows that two rules match count twice. */
  readonly done: readonly DoneInTable[]
  readonly retained: readonly RetainedInTable[]
  /** Tables that something else cleans; `rows` is `null` where they cannot be counted here. */
  readonly external: readonly {
    readonly table: string
    readonly rows: number | null
    readonly reasons: readonly string[]
  }[]
  /** What external erasers said they have done. */
  readonly erasers: DeletionReceipt['external']
  /** Tables that were searched without a find. */
  readonly nothingFound: readonly string[]
  readonly erasure: {
    readonly atCommit: string
    /** The first time each further level was reached. */
    readonly later: readonly { readonly level: string; readonly at: string; readonly seq: number }[]
  }
  readonly verification: {
    /** Of the entries that this rests on, and of the end; not of the others. */
    readonly ledger: LedgerLook
    readonly receipt: { readonly seq: number; readonly digest: string; readonly isWhole: boolean }
    readonly user: VerifiedUser
  }
  readonly notClaimed: readonly NotClaimed[]
  readonly receipt: DeletionReceipt
  /** SHA-256 of the document without this field, as canonical JSON (RFC 8785). */
  readonly digest: string
}

export interface DoneInTable {
  readonly table: string
  readonly action: 'delete' | 'anonymize' | 'detach'
  readonly rows: number
  readonly reasons: readonly string[]
  /** How the rows that stay name the user; empty where none stay. */
  readonly identity: readonly IdentityMode[]
}

export interface RetainedInTable {
  readonly stepId: string
  readonly table: string
  readonly rows: number
  readonly reason: string | null
  readonly until: string | null
  readonly then: 'delete' | 'anonymize' | null
  readonly identity: IdentityMode
  /** The ledger entry that says so, once the retention has ended. */
  readonly ended: {
    readonly action: 'delete' | 'anonymize'
    readonly at: string
    readonly seq: number
  } | null
}

/** What a look at the database finds. */
export interface VerifiedUser {
  readonly at: string
  readonly status: 'clean' | 'residue' | 'unverifiable'
  /** `blanked`: it is kept without the person, for the reason that stands beside it. */
  readonly userRow: 'absent' | 'blanked' | 'present'
  readonly userRowReason: string | null
  /** Rows of all steps that stay as they hold a value that others hold too; left out where there are none. */
  readonly shared?: number
  readonly steps: readonly {
    readonly table: string
    readonly action: string
    readonly status: 'clean' | 'kept' | 'residue' | 'unverifiable'
    readonly rows: number | null
    readonly shared?: number
  }[]
}

export interface ProofInput {
  readonly issuedAt: string
  /** The deletion's own entry. */
  readonly entry: LedgerEntry
  /** Later entries that say something about it: the first of each name that {@link factAbout} gives. */
  readonly later: readonly LedgerEntry[]
  readonly ledger: LedgerLook
  readonly user: VerifiedUser
}

/** Puts a proof together. Pure. */
export function proofDocument({ issuedAt, entry, later, ledger, user }: ProofInput): ProofDocument {
  const receipt = receiptOf(entry)
  const { digest, ...rest } = receipt
  const ended = endedRetentions(later)
  const content = {
    format: 2,
    issuedAt,
    request: requestOf(receipt),
    policy: { ...receipt.policy, changed: receipt.policyChanged },
    done: doneByTable(receipt),
    retained: receipt.steps.flatMap((step) => retainedIn(step, ended)),
    external: externalTables(receipt),
    erasers: receipt.external,
    nothingFound: tablesWithoutFind(receipt),
    erasure: { atCommit: receipt.erasure, later: laterLevels(later) },
    verification: {
      ledger,
      receipt: { seq: entry.seq, digest, isWhole: receiptDigest(rest) === digest },
      user: {
        ...{ at: user.at, status: user.status, steps: user.steps },
        ...{ userRow: user.userRow, userRowReason: user.userRowReason },
        ...(user.shared === undefined ? {} : { shared: user.shared }),
      },
    },
    notClaimed: notClaimed(receipt, ledger),
    receipt,
  } as const
  return { ...content, digest: sha256(canonicalJson(content)) }
}

function requestOf(receipt: DeletionReceipt): ProofDocument['request'] {
  const { userId, subject, tenantId, reason, requestedBy, requestedAt, deletedAt } = receipt
  const { replayOf } = receipt
  return {
    ...{ userId, subject, tenantId, reason, requestedBy, requestedAt },
    completedAt: deletedAt,
    replayOf,
  }
}

const DONE = { delete: true, anonymize: true, detach: true } as const

function isDone(action: PlannedStep['action']): action is DoneInTable['action'] {
  return action in DONE
}

function doneByTable({ steps, userRow }: DeletionReceipt): readonly DoneInTable[] {
  const { table, action, reason } = userRow
  const reasons = reason === undefined ? [] : [reason]
  const own: Mutable<DoneInTable> = { table, action, rows: 1, reasons, identity: [] }
  if (userRow.action === 'anonymize') own.identity = ['kept_id']
  const found = new Map<string, Mutable<DoneInTable>>()
  for (const { table, action, rows, reason, identity } of steps) {
    if (!isDone(action) || rows === 0) continue
    const key = JSON.stringify([table, action])
    const known = found.get(key) ?? { table, action, rows: 0, reasons: [], identity: [] }
    known.rows += rows
    if (reason !== null) known.reasons = distinct([...known.reasons, reason])
    if (action === 'anonymize') known.identity = distinct([...known.identity, identity])
    found.set(key, known)
  }
  return [...found.values(), own]
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}

function retainedIn(
  { id, table, action, rows, reason, until, then, identity }: PlannedStep,
  ended: ReadonlyMap<string, RetainedInTable['ended']>,
): readonly RetainedInTable[] {
  if (action !== 'retain' || rows === 0) return []
  const common = { stepId: id, table, rows, reason, until, then, identity }
  return [{ ...common, ended: ended.get(id) ?? null }]
}

function externalTables({ steps }: DeletionReceipt): ProofDocument['external'] {
  return steps
    .filter(({ action }) => action === 'external')
    .map(({ table, status, rows, reason }) => ({
      table,
      rows: status === 'external' ? null : rows,
      reasons: reason === null ? [] : [reason],
    }))
}

function tablesWithoutFind({ steps }: DeletionReceipt): readonly string[] {
  const searched = steps.filter(({ action }) => isDone(action) || action === 'retain')
  const found = new Set(searched.filter(({ rows }) => rows > 0).map(({ table }) => table))
  return distinct(searched.map(({ table }) => table).filter((table) => !found.has(table)))
}

/**
 * What a later ledger entry has to say about a deletion, as a name; `null` when it says nothing. Of entries
 * with the same name the first one counts.
 */
export function factAbout(deletion: LedgerEntry, later: LedgerEntry): string | null {
  if (later.kind === 'retention.expired') {
    const fact = retentionFactOf(later)
    const isCovered =
      later.tenantId === deletion.tenantId &&
      isOfSameUsers(deletion, later) &&
      coversDeletion(fact, deletion.seq)
    return isCovered ? nameOfFact(later.kind, fact.stepId) : null
  }
  if (later.kind !== 'storage.sanitized') return null
  const { level, complete, throughSeq } = storageFactOf(later)
  const isCovered = complete === true && Number(throughSeq) >= deletion.seq
  return isCovered && typeof level === 'string' ? nameOfFact(later.kind, level) : null
}

/** The name of a fact: which step's retention has ended, or how far storage was cleared. */
export function nameOfFact(kind: 'retention.expired' | 'storage.sanitized', fact: string): string {
  return `${kind} ${fact}`
}

/** Facts of an earlier layout do not say whose users they are about. */
function isOfSameUsers(deletion: LedgerEntry, fact: LedgerEntry): boolean {
  return fact.userTable === null || isAbout(deletion, fact.userTable)
}

function storageFactOf({ body }: LedgerEntry): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Readonly<Record<string, unknown>>
}

function endedRetentions(
  later: readonly LedgerEntry[],
): ReadonlyMap<string, RetainedInTable['ended']> {
  const ended = later.filter(({ kind }) => kind === 'retention.expired')
  return new Map(
    ended.map((entry) => {
      const { stepId, action } = retentionFactOf(entry)
      return [stepId, { action, at: entry.at, seq: entry.seq }]
    }),
  )
}

function laterLevels(later: readonly LedgerEntry[]): ProofDocument['erasure']['later'] {
  return later
    .filter(({ kind }) => kind === 'storage.sanitized')
    .map((entry) => ({
      level: String(storageFactOf(entry)['level']),
      at: entry.at,
      seq: entry.seq,
    }))
}
