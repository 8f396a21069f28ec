/**
 * Ledger entries, read and written through any store.
 *
 * @module
 */
import type { UserId } from '../program/program.ts'
import { changed, type RecordWrite, unchanged } from '../store/change.ts'
import { answerOf, ask, type Inquiry } from '../store/inquiry.ts'
import { RETAINED_SINCE } from '../store/open-retentions.ts'
import { HEAD, headOf, headWrite, sealWrites } from '../store/own-records.ts'
import type { LedgerEntry, LedgerHead, Seal } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { firstOf, writeRecords } from './record-flows.ts'

export interface LedgerQuery {
  readonly afterSeq: number
  readonly limit: number
  /** Only entries written at or after this instant (ISO 8601, UTC). */
  readonly since?: string
}

/** Entries at these places, in commit order. */
export function findBySeq(
  store: Pick<Store, 'read'>,
  seqs: readonly number[],
): Promise<readonly LedgerEntry[]> {
  return answerOf(store, { kind: 'records', table: 'ledger', where: [{ field: 'seq', in: seqs }] })
}

/** Entries after `afterSeq` in commit order. */
export function readLedger(
  store: Pick<Store, 'read'>,
  { afterSeq, limit, since }: LedgerQuery,
): Promise<readonly LedgerEntry[]> {
  return store.read(function* () {
    const [entries] = yield* ask({
      kind: 'records',
      table: 'ledger',
      where: [
        { field: 'seq', above: afterSeq },
        ...(since === undefined ? [] : [{ field: 'at', from: since } as const]),
      ],
      limit,
    })
    return entries
  })
}

export interface SubjectQuery {
  readonly userTable: string
  readonly tenantId: string | null
  readonly subjects: readonly UserId[]
  /** Default `user.deleted`. */
  readonly kind?: 'user.deleted' | 'tenant.deleted'
}

/** The newest entry of each subject that has one. */
export function findEntries(
  store: Pick<Store, 'read'>,
  { userTable, tenantId, subjects, kind = 'user.deleted' }: SubjectQuery,
): Promise<readonly LedgerEntry[]> {
  // Entries of an earlier layout do not say whose tenant they are about, so they are everybody's.
  const tables = kind === 'tenant.deleted' ? [userTable, null] : [userTable]
  return store.read(function* () {
    const [entries] = yield* ask({
      kind: 'records',
      table: 'ledger',
      where: [
        { field: 'userTable', in: tables },
        { field: 'subject', in: subjects },
        { field: 'tenantId', in: [tenantId] },
        { field: 'kind', in: [kind] },
      ],
      newestOf: 'subject',
    })
    return entries
  })
}

/** Entries of one kind about one user, or facts of one name about all users of a table. */
export interface AboutQuery {
  readonly kind: LedgerEntry['kind']
  readonly userTable: string
  readonly tenantId: string | null
  /**
   * `fact`: what the body of an entry without a subject says under `stepId`, or where it has none under `level`. Such
   * an entry may be about the ledger as a whole, and name no table of users.
   */
  readonly about: { readonly subject: UserId } | { readonly fact: string }
  readonly afterSeq: number
  readonly limit: number
}

/** Entries behind `afterSeq` in commit order that are about one user, or of one fact. */
export function readAbout(
  store: Pick<Store, 'read'>,
  { kind, userTable, tenantId, about, afterSeq, limit }: AboutQuery,
): Promise<readonly LedgerEntry[]> {
  const isFact = 'fact' in about
  return store.read(function* () {
    const [entries] = yield* ask({
      kind: 'records',
      table: 'ledger',
      where: [
        { field: 'subject', in: [isFact ? null : about.subject] },
        { field: 'userTable', in: isFact ? [userTable, null] : [userTable] },
        { field: 'tenantId', in: [tenantId] },
        { field: 'kind', in: [kind] },
        ...(isFact ? [{ field: 'body', fact: about.fact } as const] : []),
        { field: 'seq', above: afterSeq },
      ],
      limit,
    })
    return entries
  })
}

export interface DeletedQuery {
  readonly userTable: string
  readonly tenantId: string | null
  readonly subject: UserId
}

/** The latest instant at which a subject was deleted in this tenant (ISO 8601, UTC), `null` if never. One look-up. */
export function deletedAt(
  store: Pick<Store, 'read'>,
  { userTable, tenantId, subject }: DeletedQuery,
): Promise<string | null> {
  return store.read(function* () {
    const entry = yield* firstOf({
      kind: 'records',
      table: 'ledger',
      where: [
        { field: 'userTable', in: [userTable] },
        { field: 'subject', in: [subject] },
        { field: 'tenantId', in: [tenantId] },
        { field: 'kind', in: ['user.deleted'] },
      ],
      order: ['at'],
      descending: true,
      limit: 1,
    })
    return entry?.at ?? null
  })
}

export interface KeyQuery {
  readonly userTable: string
  readonly tenantId: string | null
  readonly idempotencyKey: string
}

/** The entry written under an idempotency key. */
export function findEntryByKey(
  store: Pick<Store, 'read'>,
  { userTable, tenantId, idempotencyKey }: KeyQuery,
): Promise<LedgerEntry | null> {
  return store.read(function* () {
    const entry = yield* firstOf({
      kind: 'records',
      table: 'ledger',
      where: [
        { field: 'idempotencyKey', in: [idempotencyKey] },
        { field: 'userTable', in: [userTable] },
        { field: 'tenantId', in: [tenantId] },
      ],
      limit: 1,
    })
    return entry ?? null
  })
}

/** The newest entry of a kind that is about the ledger as a whole. */
export function findNewest(
  store: Pick<Store, 'read'>,
  kind: LedgerEntry['kind'],
): Promise<LedgerEntry | null> {
  return store.read(() => askNewest(kind))
}

/** The same, as a part of an inquiry. */
export function* askNewest(kind: LedgerEntry['kind']): Inquiry<LedgerEntry | null> {
  const entry = yield* firstOf({
    kind: 'records',
    table: 'ledger',
    where: ofLedger(kind),
    order: ['seq'],
    descending: true,
    limit: 1,
  })
  return entry ?? null
}

/** All entries of a kind that is about the ledger as a whole and of which there are few, in commit order. */
export function listKind(
  store: Pick<Store, 'read'>,
  kind: LedgerEntry['kind'],
): Promise<readonly LedgerEntry[]> {
  return answerOf(store, { kind: 'records', table: 'ledger', where: ofLedger(kind) })
}

function ofLedger(kind: LedgerEntry['kind']) {
  return [
    { field: 'subject', in: [null] },
    { field: 'userTable', in: [null] },
    { field: 'tenantId', in: [null] },
    { field: 'kind', in: [kind] },
  ] as const
}

/** A part of the ledger: behind one entry, and up to another. */
export interface LedgerPart {
  readonly afterSeq: number
  readonly throughSeq: number
}

/** Whether one of these kinds is in a part. */
export function hasKind(
  store: Pick<Store, 'read'>,
  { afterSeq, throughSeq }: LedgerPart,
  kinds: readonly LedgerEntry['kind'][],
): Promise<boolean> {
  return store.read(function* () {
    const entry = yield* firstOf({
      kind: 'records',
      table: 'ledger',
      where: [
        { field: 'seq', above: afterSeq },
        { field: 'seq', upTo: throughSeq },
        { field: 'kind', in: kinds },
      ],
      limit: 1,
    })
    return entry !== undefined
  })
}

/** The entry before a part, if there is one, and the entries in it, in commit order. */
export function* askPart({
  afterSeq,
  throughSeq,
}: LedgerPart): Inquiry<readonly [LedgerEntry | undefined, readonly LedgerEntry[]]> {
  const [entries] = yield* ask({
    kind: 'records',
    table: 'ledger',
    where: [
      { field: 'seq', from: afterSeq },
      { field: 'seq', upTo: throughSeq },
    ],
  })
  const previous = entries[0]?.seq === afterSeq ? entries[0] : undefined
  return [previous, previous === undefined ? entries : entries.slice(1)]
}

/** Writes entries in the form in which they stay, in their order. */
export function archiveWrites(entries: readonly LedgerEntry[]): readonly RecordWrite[] {
  return entries.map(({ seq, userTable, body }) => ({
    kind: 'patch',
    table: 'ledger',
    where: [{ field: 'seq', in: [seq] }],
    set: { userTable, body },
  }))
}

/** The recorded end of the ledger, `null` while it is empty. */
export function ledgerHead(store: Pick<Store, 'read'>): Promise<LedgerHead | null> {
  return store.read(askHead)
}

/** The same, as a part of an inquiry. */
export function* askHead(): Inquiry<LedgerHead | null> {
  const [ends] = yield* ask(HEAD)
  return headOf(ends)
}

/** Appends what `seal` returns for the present head, atomically. */
export function appendLedger(store: Store, seal: (head: LedgerHead | null) => Seal): Promise<void> {
  return store.commit(function* () {
    return changed(undefined, ...sealWrites(seal(yield* askHead())))
  })
}

/** Sets entries of an import aside, atomically, where no reader of the ledger sees them. */
export async function stageLedger(
  store: Store,
  run: string,
  entries: readonly LedgerEntry[],
): Promise<void> {
  if (entries.length === 0) return
  const records = entries.map((entry) => ({ ...entry, run }))
  await writeRecords(store, { kind: 'insert', table: 'ledger_import', records })
}

/** Where an import continues the ledger, and where it ends. */
export interface LedgerAdoption {
  readonly after: LedgerHead | null
  readonly head: LedgerHead
}

/**
 * Moves all entries of a run into the ledger and records `head`, in one transaction, if the ledger still
 * ends at `after`; answers whether it did. What other runs have set aside is forgotten then: it can fit no more.
 */
export function adoptLedger(
  store: Store,
  run: string,
  { after, head }: LedgerAdoption,
): Promise<boolean> {
  return store.commit(function* () {
    const present = yield* askHead()
    if (present?.seq !== after?.seq || present?.hash !== after?.hash) return unchanged(false)
    return changed(
      true,
      { kind: 'move', from: 'ledger_import', to: 'ledger', where: [{ field: 'run', in: [run] }] },
      { kind: 'remove', table: 'ledger_import', where: [] },
      // They have left no records here: retentions are to be looked for in the ledger.
      { kind: 'remove', table: 'marks', where: [{ field: 'name', startsWith: RETAINED_SINCE }] },
      headWrite(head),
    )
  })
}

/** Forgets what a run has set aside. Safe to repeat. */
export function clearStaged(store: Store, run: string): Promise<void> {
  return writeRecords(store, {
    kind: 'remove',
    table: 'ledger_import',
    where: [{ field: 'run', in: [run] }],
  })
}
