/**
 * Receipts, ledger entries and outbox events for users whose deletion is about to commit.
 *
 * @module
 */
import { monotonicFactory } from 'ulid'
import { retentionEnds, userRowPlan } from '../plan/build-plan.ts'
import { hasEnd } from '../plan/compile/expiry.ts'
import type { PolicyStamp } from '../plan/plan.ts'
import { type Clock, randomFractions, sha256 } from '../ports.ts'
import type { Program, UserId } from '../program/program.ts'
import { type RetainedDeletion, recordsOf, retainedStep } from '../store/open-retentions.ts'
import type {
  LedgerEntry,
  LedgerHead,
  OutboxEvent,
  Reservation,
  Seal,
  SealedRetentions,
} from '../store/records.ts'
import type { FoundUser } from '../store/slice.ts'
import type { StoreCapabilities } from '../store/store.ts'
import { archivedReceiptOf, receiptArchived } from './archived-entry.ts'
import { canonicalJson } from './canonical-json.ts'
import { assertOwnHead, entryHash, GENESIS, headFor, type KeyRing } from './chain.ts'
import type { DeletionReceipt, ExternalOutcome } from './receipt.ts'
import { receiptWriter } from './receipt-text.ts'

/** Issues what commits with a change. Holds the ledger key and the source of ids. */
export interface Issuer extends KeyRing {
  readonly clock: Clock
  /** Sortable and unique; later calls give larger ids, within one millisecond too. `at`: the present, if known. */
  newId(at?: Date): string
}

export function createIssuer({ key, oldKeys }: KeyRing, clock: Clock): Issuer {
  // By itself it asks the system for each of its characters.
  const ulid = monotonicFactory(randomFractions())
  return { key, oldKeys, clock, newId: (at = clock.now()) => ulid(at.getTime()) }
}

/** What is the same for all receipts of a seal. */
export interface SealFrame {
  /** Who goes. The kind of the entries, and the type of the last event of each. */
  readonly kind: 'user.deleted' | 'tenant.deleted'
  readonly program: Program
  /** The table of the engine's users, also where tenants go. */
  readonly userTable: string
  readonly policy: PolicyStamp
  readonly tenantId: string | null
  readonly reason: string | null
  readonly requestedBy: string | null
  readonly idempotencyKey: string | null
  readonly replayOf: string | null
  readonly store: string
  readonly erasure: StoreCapabilities['erasure']
  readonly way: DeletionReceipt['way']
  /** Rows that the store has counted on which the work has not had its effect. */
  readonly residue: number
  readonly policyChanged: boolean
  /** `null` for a deletion that is asked for and done in one call. */
  readonly requestedAt: string | null
  readonly external: readonly ExternalOutcome[]
  /** What users who go leave reserved; left out where the policy reserves nothing. */
  reserve?(fields: FoundUser['fields'], at: Date): readonly Reservation[]
}

/** One deleted user. */
export interface DeletedUser {
  readonly id: UserId
  readonly subject: UserId
  readonly found: FoundUser
  readonly counts: readonly number[]
  /** Of these, rows whose event went out before. */
  readonly told?: readonly number[]
}

/** Seals users in the order given, after the present head of the ledger. */
export function sealDeletions(
  issuer: Issuer,
  frame: SealFrame,
  users: readonly DeletedUser[],
  head: LedgerHead | null,
): Seal {
  assertOwnHead(issuer.key, head)
  const now = issuer.clock.now()
  const at = now.toISOString()
  const writeBody = bodyWriter(frame, now)
  const entries: LedgerEntry[] = []
  const events: OutboxEvent[] = []
  let { seq, hash } = head ?? { seq: 0, hash: GENESIS }
  for (const user of users) {
    const ulid = issuer.newId(now)
    seq += 1
    const body = writeBody(user, `rcp_${ulid}`)
    const entry = {
      seq,
      kind: frame.kind,
      at,
      userTable: frame.userTable,
      tenantId: frame.tenantId,
      subject: user.subject,
      idempotencyKey: frame.idempotencyKey,
      body,
    }
    hash = entryHash(issuer.key, hash, entry)
    entries.push({ ...entry, hash })
    addEvents(events, frame, user, ulid, at)
  }
  const sealed = { entries, events, head: headFor(issuer.key, seq, hash) }
  if (frame.kind !== 'user.deleted') return sealed
  const { reserve } = frame
  return {
    ...sealed,
    retentions: retentionsOf(frame, users, entries),
    ...(reserve === undefined
      ? {}
      : { reservations: users.flatMap(({ found }) => reserve(found.fields, now)) }),
  }
}

/** A receipt's digest: over everything else in it. */
export function receiptDigest(receipt: Omit<DeletionReceipt, 'digest'>): string {
  return sha256(canonicalJson(receipt))
}

/**
 * Reads back the receipt in a ledger entry.
 *
 * @throws {@link UserDeletionError} `receipt_archived` where the entry has lost it to an archive.
 */
export function receiptOf(entry: LedgerEntry): DeletionReceipt {
  const archived = archivedReceiptOf(entry)
  if (archived !== null) throw receiptArchived(archived)
  return JSON.parse(entry.body) as DeletionReceipt
}

/** Whether an entry about a user hides the id behind its subject. A host's own id may look like a hash; only the body tells. */
export function hidesId({ subject, body }: LedgerEntry): boolean {
  if (typeof subject !== 'string' || !subject.startsWith('hmac:')) return false
  return (JSON.parse(body) as { readonly userId?: unknown }).userId === null
}

/** The receipt of a user whose slice kept its entries: a caller that reads receipts has the slice keep them. */
export function keptReceipt(entry: LedgerEntry | null): DeletionReceipt {
  if (entry === null) throw new Error('the slice of this receipt has kept no entries')
  return receiptOf(entry)
}

/** What the steps that have an end are to do for the deletions of one seal. */
function retentionsOf(
  { program, userTable, tenantId }: SealFrame,
  users: readonly DeletedUser[],
  entries: readonly LedgerEntry[],
): SealedRetentions {
  const stepIds = program.steps.filter(hasEnd).map(({ id }) => id)
  if (stepIds.length === 0) return { stepIds, open: [] }
  const deletions = users.flatMap(({ id, subject }, place): RetainedDeletion[] => {
    const entry = entries[place]
    if (entry === undefined) return []
    return [{ seq: entry.seq, at: entry.at, tenantId, subject, isHidden: subject !== id }]
  })
  // Made once: they differ in the step alone.
  const records = recordsOf('', 'waiting', deletions)
  const open = stepIds.flatMap((id) => {
    const step = retainedStep(userTable, id)
    return records.map((record) => ({ ...record, step }))
  })
  return { stepIds, open }
}

/** Writes the receipts of one seal. */
function bodyWriter(frame: SealFrame, at: Date): (user: DeletedUser, id: string) => string {
  const { program } = frame
  const write = receiptWriter(program, retentionEnds(program, at), {
    format: 1,
    tenantId: frame.tenantId,
    policy: frame.policy,
    policyChanged: frame.policyChanged,
    reason: frame.reason,
    requestedBy: frame.requestedBy,
    replayOf: frame.replayOf,
    requestedAt: frame.requestedAt ?? at.toISOString(),
    deletedAt: at.toISOString(),
    store: frame.store,
    way: frame.way,
    external: frame.external,
    userRow: userRowPlan(program),
    residue: frame.residue,
    erasure: frame.erasure,
  })
  return (user, id) =>
    write({
      id,
      userId: user.subject === user.id ? plainId(user.id) : null,
      subject: plainId(user.subject),
      found: user.found,
      counts: user.counts,
    })
}

/** A bigint has no JSON form. */
export function plainId(id: UserId): string | number {
  return typeof id === 'bigint' ? id.toString() : id
}

function addEvents(
  events: OutboxEvent[],
  { kind, program, userTable, tenantId }: SealFrame,
  { subject, counts, told }: DeletedUser,
  ulid: string,
  at: string,
): void {
  const receiptId = `rcp_${ulid}`
  let number = 0
  const add = (type: string, rows: number): void => {
    const id = `evt_${ulid}_${String(number).padStart(2, '0')}`
    events.push({ id, type, at, userTable, tenantId, subject, receiptId, rows })
    number += 1
  }
  for (const [index, { event }] of program.steps.entries()) {
    const rows = (counts[index] ?? 0) - (told?.[index] ?? 0)
    if (event !== null && rows > 0) add(event, rows)
  }
  add(kind, 1)
}
