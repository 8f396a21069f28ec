/**
 * Writes of records as writes of documents.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { RecordWrite, Write } from '../../../src/store/change.ts'
import type { RecordCondition } from '../../../src/store/inquiry.ts'
import { leaseLost } from '../../../src/store/own-records.ts'
import { RECORD_TABLES } from '../../../src/store/record-tables.ts'
import type { LedgerEntry } from '../../../src/store/records.ts'
import type { Doc } from '../server/driver.ts'
import { LEDGER } from '../server/engine-collections.ts'
import type { Reader, Writer } from '../server/scope.ts'
import { answerRecords } from './answer-records.ts'
import type { DocumentWrite } from './change.ts'
import { collectionOf, filterOf, keyOf, nameIn, toDocument } from './record-documents.ts'

/**
 * Looks before the first write at what may refuse it: without transactions a refusal would come too late.
 *
 * @throws {@link leaseLost} where a write has to find exactly one record, and does not.
 */
export async function documentWrites(
  reader: Reader,
  writes: Iterable<RecordWrite>,
): Promise<readonly DocumentWrite[]> {
  const made: DocumentWrite[] = []
  for (const write of writes) made.push(...(await documentWritesOf(reader, write)))
  return made
}

async function documentWritesOf(
  reader: Reader,
  write: RecordWrite,
): Promise<readonly DocumentWrite[]> {
  switch (write.kind) {
    case 'insert': {
      if (write.records.length === 0) return []
      if (write.table === 'ledger') await assertKeysAreFree(reader, write.records)
      return [insertOf(write)]
    }
    case 'put':
      return [putOf(write)]
    case 'patch': {
      const collection = collectionOf(write.table)
      const filter = filterOf(write.table, write.where)
      if (write.orElse !== undefined) await assertOne(reader, collection, filter)
      return [{ kind: 'set', collection, filter, fields: fieldsSet(write) }]
    }
    case 'remove': {
      const collection = collectionOf(write.table)
      const filter = filterOf(write.table, write.where)
      if (write.orElse !== undefined) await assertOne(reader, collection, filter)
      return [{ kind: 'remove', collection, filter }]
    }
    case 'move': {
      const { from: table, to, where } = write
      const records = await answerRecords(reader, { kind: 'records', table, where })
      if (records.length === 0) return []
      await assertKeysAreFree(reader, records)
      return [
        insertOf({ table: to, records }),
        { kind: 'remove', collection: collectionOf(table), filter: filterOf(table, where) },
      ]
    }
  }
}

/**
 * Whether a write may be repeated and needs no turn: one of a single document, a removal that nobody counts, and
 * entries set aside, which nobody sees before the last of them is there.
 */
export function isSingle(write: Write): write is RecordWrite {
  switch (write.kind) {
    case 'insert':
      return write.table === 'ledger_import'
    case 'put':
      return true
    case 'patch':
      return namesKey(write)
    case 'remove':
      return write.orElse === undefined
    case 'move':
    case 'work':
    case 'insert_row':
      return false
  }
}

/** Whether the conditions name the key of one record. */
function namesKey({ table, where }: Extract<RecordWrite, { kind: 'patch' }>): boolean {
  const { key }: { readonly key: readonly string[] } = RECORD_TABLES[table]
  const conditions: readonly RecordCondition<Readonly<Record<string, unknown>>>[] = where
  return key.every((field) =>
    conditions.some((one) => one.field === field && 'in' in one && one.in.length === 1),
  )
}

/** Carries out a write that {@link isSingle}; `tries` counts from 1. */
export async function writeSingle(
  writer: Writer,
  write: RecordWrite,
  tries: number,
): Promise<void> {
  if (write.kind === 'put') {
    await writer.put(collectionOf(write.table), toDocument(write.table, write.record))
  } else if (write.kind === 'insert') {
    const collection = collectionOf(write.table)
    const ids = write.records.map((record) => keyOf(write.table, record))
    // The answer to an earlier try may have been lost.
    await writer.deleteMany(collection, { _id: { $in: ids } })
    await writer.insertMany(
      collection,
      write.records.map((record) => toDocument(write.table, record)),
    )
  } else if (write.kind === 'patch') {
    const filter = filterOf(write.table, write.where)
    const update = { $set: fieldsSet(write) }
    const matched = await writer.updateMany(collectionOf(write.table), { filter, update })
    if (matched === 1 || write.orElse === undefined) return
    // The answer to an earlier try may have been lost: then the record is just as it was asked for.
    if (tries === 1 || !(await isWritten(writer, write))) throw leaseLost()
  } else if (write.kind === 'remove') {
    await writer.deleteMany(collectionOf(write.table), filterOf(write.table, write.where))
  }
}

async function isWritten(
  reader: Reader,
  write: Extract<RecordWrite, { kind: 'patch' }>,
): Promise<boolean> {
  const { key }: { readonly key: readonly string[] } = RECORD_TABLES[write.table]
  const where: readonly RecordCondition<Readonly<Record<string, unknown>>>[] = write.where
  const ofKey = where.filter(({ field }) => key.includes(field))
  const filter = { $and: [filterOf(write.table, ofKey), fieldsSet(write)] }
  const found = await reader.find(collectionOf(write.table), filter, { projection: { _id: 1 } })
  return found.length === 1
}

type Inserted = Pick<Extract<RecordWrite, { kind: 'insert' }>, 'table' | 'records'>

function insertOf({ table, records }: Inserted): DocumentWrite {
  const documents = records.map((record) => toDocument(table, record))
  return { kind: 'insert', collection: collectionOf(table), documents }
}

function putOf({ table, record }: Extract<RecordWrite, { kind: 'put' }>): DocumentWrite {
  return { kind: 'put', collection: collectionOf(table), document: toDocument(table, record) }
}

function fieldsSet({ table, set }: Extract<RecordWrite, { kind: 'patch' }>): Doc {
  return Object.fromEntries(
    Object.entries(set).map(([field, value]) => [nameIn(table, field), value]),
  )
}

async function assertOne(reader: Reader, collection: string, filter: Doc): Promise<void> {
  const found = await reader.find(collection, filter, { projection: { _id: 1 }, limit: 2 })
  if (found.length !== 1) throw leaseLost()
}

async function assertKeysAreFree(reader: Reader, entries: readonly LedgerEntry[]): Promise<void> {
  const keyed = entries.filter(({ idempotencyKey }) => idempotencyKey !== null)
  if (keyed.length === 0) return
  const names = keyed.map(({ idempotencyKey, userTable, tenantId }) =>
    JSON.stringify([idempotencyKey, userTable, tenantId]),
  )
  const taken = await reader.find(
    LEDGER,
    {
      $or: keyed.map(({ idempotencyKey, userTable, tenantId }) => ({
        ...{ idempotencyKey, userTable, tenantId },
      })),
    },
    { limit: 1, projection: { _id: 1 } },
  )
  if (taken.length === 0 && new Set(names).size === names.length) return
  const table = reader.nameOf(LEDGER)
  throw new UserDeletionError(
    'constraint_violation',
    `A unique constraint refused the deletion at ${table}.idempotencyKey.`,
    { details: { constraint: 'unique', table, column: 'idempotencyKey' } },
  )
}
