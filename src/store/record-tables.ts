/**
 * The engine's own tables as data: from it every store makes its tables, its statements and its documents, so that
 * a new kind of record is one entry here.
 *
 * @module
 */
import type {
  ConfirmationToken,
  DisabledRecord,
  Hold,
  Job,
  LedgerEnd,
  LedgerEntry,
  Mark,
  OpenRetention,
  OutboxEvent,
  Reservation,
  SpooledIds,
  StagedEntry,
} from './records.ts'

/** The records of each table. */
export interface RecordTypes {
  readonly ledger: LedgerEntry
  readonly ledger_head: LedgerEnd
  readonly ledger_import: StagedEntry
  readonly outbox: OutboxEvent
  readonly jobs: Job
  readonly disabled: DisabledRecord
  readonly holds: Hold
  readonly tokens: ConfirmationToken
  readonly spool: SpooledIds
  readonly marks: Mark
  readonly retentions: OpenRetention
  readonly reservations: Reservation
}

export type RecordTable = keyof RecordTypes

/**
 * What a field holds. `id`: the id of a user, of which 1 and "1" are two. `json`: plain data that survives JSON.
 * A type that ends with `?` may be `null` too.
 */
export type RecordFieldType = 'text' | 'text?' | 'integer' | 'id' | 'id?' | 'json' | 'json?'

export interface RecordTableShape<R> {
  /** Fields by which a record is one. */
  readonly key: readonly (keyof R & string)[]
  readonly fields: { readonly [F in keyof R & string]: RecordFieldType }
  /**
   * No two records have the same values in these fields, nulls being equal. Where the first of them is `null`, it is
   * no key.
   */
  readonly unique?: readonly (readonly (keyof R & string)[])[]
  readonly indexes?: readonly (readonly (keyof R & string)[])[]
}

const ENTRY = {
  seq: 'integer',
  kind: 'text',
  at: 'text',
  userTable: 'text?',
  tenantId: 'text?',
  subject: 'id?',
  idempotencyKey: 'text?',
  body: 'text',
  hash: 'text',
} as const

export const RECORD_TABLES: { readonly [T in RecordTable]: RecordTableShape<RecordTypes[T]> } = {
  ledger: {
    key: ['seq'],
    fields: ENTRY,
    unique: [['idempotencyKey', 'userTable', 'tenantId']],
    indexes: [['userTable', 'subject', 'tenantId', 'kind', 'at']],
  },
  ledger_head: {
    key: ['id'],
    fields: { id: 'integer', seq: 'integer', hash: 'text', signature: 'text?' },
  },
  ledger_import: { key: ['run', 'seq'], fields: { run: 'text', ...ENTRY } },
  outbox: {
    key: ['id'],
    fields: {
      id: 'text',
      type: 'text',
      at: 'text',
      userTable: 'text?',
      tenantId: 'text?',
      subject: 'id?',
      receiptId: 'text?',
      rows: 'integer',
    },
  },
  jobs: {
    key: ['id'],
    fields: {
      id: 'text',
      kind: 'text',
      userTable: 'text?',
      tenantId: 'text?',
      userId: 'id',
      requestedAt: 'text',
      dueAt: 'text?',
      idempotencyKey: 'text?',
      owner: 'text',
      leaseUntil: 'text',
      fence: 'integer',
      createdAt: 'text',
      policyDigest: 'text',
      state: 'text',
    },
    unique: [['userId', 'userTable', 'tenantId']],
  },
  disabled: {
    key: ['userTable', 'tenantId', 'userId'],
    fields: { userTable: 'text?', tenantId: 'text?', userId: 'id', since: 'text', before: 'json' },
  },
  holds: {
    key: ['id'],
    fields: {
      id: 'text',
      userTable: 'text?',
      tenantId: 'text?',
      userId: 'id',
      reason: 'text',
      tables: 'json?',
      placedAt: 'text',
      until: 'text?',
    },
    indexes: [['userId']],
  },
  tokens: {
    key: ['hash'],
    fields: {
      hash: 'text',
      userTable: 'text?',
      tenantId: 'text?',
      userId: 'id',
      sessionId: 'text',
      expiresAt: 'text',
    },
    indexes: [['userId']],
  },
  spool: { key: ['run', 'position'], fields: { run: 'text', position: 'integer', ids: 'json' } },
  marks: { key: ['name'], fields: { name: 'text', value: 'text' } },
  retentions: {
    key: ['step', 'seq'],
    fields: {
      step: 'text',
      seq: 'integer',
      state: 'text',
      at: 'text',
      tenantId: 'text?',
      hidden: 'integer',
      subjects: 'json',
    },
    indexes: [['step', 'state', 'at', 'seq']],
  },
  reservations: {
    key: ['id'],
    fields: { id: 'text', userTable: 'text', hash: 'text', keyName: 'text', until: 'text' },
    indexes: [['hash'], ['userTable', 'until', 'id']],
  },
}

export const RECORD_TABLE_NAMES: readonly RecordTable[] = Object.keys(
  RECORD_TABLES,
) as RecordTable[]
