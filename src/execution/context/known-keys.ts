/**
 * Whether the keys of this engine are those of the ledger.
 *
 * A process with another subject key, or without one, finds none of the users in the ledger: it would say that
 * deleted users were not deleted, and leave rows that should go. So the database keeps a fingerprint of the key for
 * each table of users. A process with another ledger key would write entries that the others cannot verify.
 *
 * @module
 */

import type { UserDeletionError } from '../../errors.ts'
import { equalSecrets, hmacSha256, type Secret } from '../../ports.ts'
import { isWrittenWith, wrongKey } from '../../receipt/chain.ts'
import { hidesId, type Issuer } from '../../receipt/issue-receipt.ts'
import { isAbout } from '../../receipt/ledger/about.ts'
import { sealRotation } from '../../receipt/seal-facts.ts'
import { type KnownKeys, recordedKeys, subjectKeyMark } from '../../receipt/subject-keys.ts'
import { appendLedger, ledgerHead, readLedger } from '../../records/ledger-records.ts'
import { readMark, writeMark } from '../../records/mark-records.ts'
import type { Store } from '../../store/store.ts'
import { invalidArgument } from './arguments.ts'

export interface KeyGuard extends KnownKeys {
  /** @throws {@link UserDeletionError} `wrong_key` under another subject key than the recorded one, `invalid_argument` without it. */
  assertSubject(): Promise<void>
  /**
   * Before something is written: records the subject key where none is, and goes on under a new ledger key where the
   * old one is known.
   *
   * @throws {@link UserDeletionError} `wrong_key`.
   */
  settle(missing?: MissingKey): Promise<void>
  /** A user was found under the subject key, so it is the right one. */
  vouch(): Promise<void>
}

/** `told_later`: the call says by itself where it misses the subject key, as part of its answer. */
export type MissingKey = 'refused' | 'told_later'

/** Whose names the key makes. */
export interface SubjectKey {
  readonly key: Secret | null
  /** The policy's table of users. */
  readonly table: string
}

export function guardKeys(store: Store, issuer: Issuer, { key, table }: SubjectKey): KeyGuard {
  const mark = subjectKeyMark(table)
  const own = key === null ? null : hmacSha256(key, 'user-deletion-engine: subject key')
  let isBound = false
  let isSettled = false
  /** Whether the ledger hides ids and nobody has recorded under which key, as earlier versions leave it. */
  let isUnrecorded: boolean | undefined

  async function assertSubject(): Promise<void> {
    if (isBound) return
    const recorded = await readMark(store, mark)
    if (recorded !== null) {
      if (own === null) throw missingKey()
      if (!equalSecrets(recorded, own)) throw wrongKey('keys.subject')
      isBound = true
      return
    }
    isUnrecorded ??= await hidesIds(store, table)
    if (own === null && isUnrecorded) throw missingKey()
  }

  async function bind(): Promise<void> {
    if (own === null || isBound) return
    await writeMark(store, mark, own)
    isBound = true
  }

  return {
    assertSubject,
    vouch: bind,
    async adopt(told) {
      const ours = told.get(table)
      if (own !== null && ours !== undefined && !equalSecrets(ours, own)) {
        throw wrongKey('keys.subject')
      }
      const recorded = await recordedKeys(store)
      const news = [...told].filter(([name, key]) => recorded.get(name) !== key)
      for (const [name] of news) {
        // A key that has hidden nobody yet may have been recorded by a process that was started with a wrong one.
        if (recorded.has(name) && (await hidesIds(store, name))) throw wrongKey('keys.subject')
      }
      for (const [name, key] of news) await writeMark(store, subjectKeyMark(name), key)
    },
    reset() {
      isBound = false
      isSettled = false
      isUnrecorded = undefined
    },
    async settle(missing = 'refused') {
      if (own !== null || missing === 'refused') await assertSubject()
      // Which key an earlier version has used only shows when somebody is found under it.
      if (isUnrecorded === false) await bind()
      if (isSettled) return
      await settleLedger(store, issuer)
      isSettled = true
    },
  }
}

function missingKey(): UserDeletionError {
  return invalidArgument(
    'keys.subject',
    'The ledger names users by a keyed hash, so the engine needs this key to find them.',
  )
}

/** Entries that are looked at, at either end of the ledger. */
const LOOKED_AT = 100

async function hidesIds(store: Store, table: string): Promise<boolean> {
  const head = await ledgerHead(store)
  if (head === null) return false
  for (const afterSeq of new Set([0, Math.max(0, head.seq - LOOKED_AT)])) {
    const entries = await readLedger(store, { afterSeq, limit: LOOKED_AT })
    if (entries.some((entry) => isAbout(entry, table) && hidesId(entry))) return true
  }
  return false
}

async function settleLedger(store: Store, issuer: Issuer): Promise<void> {
  const head = await ledgerHead(store)
  if (isWrittenWith(issuer.key, head)) return
  let isDone = false
  try {
    await appendLedger(store, (present) => {
      isDone = isWrittenWith(issuer.key, present)
      if (isDone || present === null) throw wrongKey('keys.ledger')
      return sealRotation(issuer, present)
    })
  } catch (cause) {
    // Another process has been quicker, so nothing is to be written.
    if (!isDone) throw cause
  }
}
