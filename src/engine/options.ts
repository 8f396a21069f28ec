/**
 * What an engine is made of, checked.
 *
 * @module
 */

import { UserDeletionError } from '../errors.ts'
import {
  assertFunction,
  assertOptions,
  invalidArgument,
  ownOptions,
} from '../execution/context/arguments.ts'
import type { ExternalEraser } from '../execution/context/external-eraser.ts'
import type { BlockerFunction, Hooks, WriteAuditEntry } from '../execution/context/hooks.ts'
import type { SelfService } from '../execution/life-cycle/own-account.ts'
import { isAcceptable, type SchemaCheckOptions } from '../plan/schema-finding.ts'
import { checkedPolicyOf } from '../policy/define-policy.ts'
import type { Policy, PolicyInput } from '../policy/policy.ts'
import {
  type Clock,
  checkedClock,
  consoleLogger,
  type Logger,
  quietly,
  systemClock,
} from '../ports.ts'
import { isDuration } from '../program/duration.ts'
import { createIssuer } from '../receipt/issue-receipt.ts'
import type { Store } from '../store/store.ts'
import type { ContextSourceInput, DeclaredBlocker, Keys } from './context-source.ts'

/** What an engine is made of. */
export interface EngineOptions<P extends PolicyInput = PolicyInput> {
  readonly store: Store
  readonly policy: Policy<P>
  readonly hooks?: Hooks
  /** Declared checks and functions that may refuse a deletion. A check replaces the policy's of the same name. */
  readonly blockers?: readonly (DeclaredBlocker | BlockerFunction)[]
  /** What `erase` cleans up outside the database. */
  readonly externalErasers?: readonly ExternalEraser[]
  /** Writes the audit entry of an erasure instead of the policy's `audit` mapping. */
  readonly writeAuditEntry?: WriteAuditEntry
  /** Lets users delete their own account. */
  readonly selfService?: SelfService
  readonly keys?: Keys
  readonly clock?: Clock
  readonly logger?: Logger
  /** How long a hook or a blocker may take, in milliseconds. Default 10,000. */
  readonly hookTimeoutMs?: number
  /** Rows of one user above which the deletion is journalled and done in chunks of this size. Default 2,000. */
  readonly maxRowsPerTransaction?: number
  /** How long a job stays with a worker that shows no sign of life, in milliseconds. Default 30,000. */
  readonly leaseMs?: number
  /**
   * How far the clock may move between two calls of `purgeDue` or `expireRetained`, in milliseconds; further stops
   * them and asks. Default 7 days: call one of them at least that often.
   */
  readonly maxClockJumpMs?: number
  /**
   * How long a journal that can be cleared (the WAL of SQLite) may hold rows that are deleted, in milliseconds. It is
   * cleared in a pause of the deletions, at the latest after so long; after a bulk run at its end. Default 1,000. With
   * 0 every deletion waits until it is done. `engine.settle()` has it done at any time.
   */
  readonly journalDelayMs?: number
  /**
   * How long an event may wait to be acknowledged (an ISO 8601 duration, `'P30D'`): `engine.maintain()` removes older
   * ones, and says how many. Default: for ever.
   */
  readonly outboxMaxAge?: string
  /** Which differences between policy and database are known and accepted. */
  readonly schemaCheck?: SchemaCheckOptions
}

const WEEK_MS = 7 * 86_400_000
const JOURNAL_DELAY_MS = 1_000

/** @throws {@link UserDeletionError} `invalid_argument` naming the option. */
export function contextInputOf<P extends PolicyInput>(
  options: EngineOptions<P>,
): ContextSourceInput {
  assertOptions(options, [
    'store',
    'policy',
    'hooks',
    'blockers',
    'externalErasers',
    'writeAuditEntry',
    'selfService',
    'keys',
    'clock',
    'logger',
    'hookTimeoutMs',
    'maxRowsPerTransaction',
    'leaseMs',
    'maxClockJumpMs',
    'journalDelayMs',
    'outboxMaxAge',
    'schemaCheck',
  ])
  assertStore(options.store)
  const { store, clock, logger } = options
  const hooks = hooksOf(options.hooks)
  const blockers = listOf('blockers', options.blockers)
  const erasers = erasersOf(options.externalErasers)
  const keys = { ...options.keys }
  assertFunction('writeAuditEntry', options.writeAuditEntry)
  const selfService = options.selfService
  if (selfService !== undefined) assertSelfService(selfService)
  const ticking = clockOf(clock)
  return {
    store,
    policy: checkedPolicyOf(options.policy),
    hooks,
    clock: ticking,
    keys,
    blockers,
    erasers,
    writeAuditEntry: options.writeAuditEntry ?? null,
    logger: loggerOf(logger),
    hookTimeoutMs: positive('hookTimeoutMs', options.hookTimeoutMs, 10_000),
    maxRowsPerTransaction: positive('maxRowsPerTransaction', options.maxRowsPerTransaction, 2_000),
    leaseMs: positive('leaseMs', options.leaseMs, 30_000),
    schemaCheck: schemaCheckOf(options.schemaCheck ?? {}),
    issuer: createIssuer({ key: keys.ledger ?? null, oldKeys: keys.oldLedger ?? [] }, ticking),
  }
}

/** The bound on the clock of calls that destroy by date. */
export function clockJumpOf<P extends PolicyInput>({ maxClockJumpMs }: EngineOptions<P>): number {
  return positive('maxClockJumpMs', maxClockJumpMs, WEEK_MS)
}

/** How old the debt of the journal may become. */
export function journalDelayOf<P extends PolicyInput>({
  journalDelayMs,
}: EngineOptions<P>): number {
  const path = 'journalDelayMs'
  return journalDelayMs === 0 ? 0 : positive(path, journalDelayMs, JOURNAL_DELAY_MS)
}

/** How long events may wait; `null` for ever. */
export function outboxMaxAgeOf<P extends PolicyInput>({
  outboxMaxAge,
}: EngineOptions<P>): string | null {
  if (outboxMaxAge === undefined) return null
  if (isDuration(outboxMaxAge)) return outboxMaxAge
  throw invalidArgument('outboxMaxAge', '"outboxMaxAge" is no ISO 8601 duration.')
}

/** A whole number above 0, or the fallback. */
export function positive(path: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback
  if (Number.isSafeInteger(value) && value > 0) return value
  throw invalidArgument(path, `"${path}" is not a whole number above 0.`)
}

function schemaCheckOf(options: SchemaCheckOptions): SchemaCheckOptions {
  assertOptions(options, ['minUnindexedRows', 'maxUnindexedRows', 'accept'])
  const { minUnindexedRows = 0, maxUnindexedRows, accept = [] } = options
  if (!Number.isSafeInteger(minUnindexedRows) || minUnindexedRows < 0) {
    const path = 'schemaCheck.minUnindexedRows'
    throw invalidArgument(path, `"${path}" is not a whole number from 0.`)
  }
  positive('schemaCheck.maxUnindexedRows', maxUnindexedRows, 1)
  if (!Array.isArray(accept)) {
    throw invalidArgument('schemaCheck.accept', '`schemaCheck.accept` is not a list.')
  }
  for (const [index, finding] of accept.entries()) {
    const path = `schemaCheck.accept[${index}]`
    assertOptions(finding, ['code', 'table', 'column'])
    if (!isAcceptable(finding.code)) {
      throw invalidArgument(`${path}.code`, 'A finding with this code cannot be accepted.')
    }
    if (typeof finding.table !== 'string') {
      throw invalidArgument(`${path}.table`, 'An accepted finding names its table.')
    }
  }
  return { ...options, accept: accept.map((finding) => ({ ...finding })) }
}

/** @throws {@link UserDeletionError} `invalid_argument` for a handle, or nothing, in the place of a store. */
function assertStore(store: unknown): void {
  const { read, commit, migrate, name } = Object(store) as Readonly<Record<string, unknown>>
  const methods = [read, commit, migrate]
  if (typeof name === 'string' && methods.every((one) => typeof one === 'function')) return
  throw invalidArgument(
    'store',
    '`store` is no store: build one with `sqliteStore(handle)`, `mongoStore(db)` or `memoryStore()`.',
  )
}

function clockOf(clock: Clock = systemClock): Clock {
  assertFunction('clock.now', clock.now ?? null)
  assertFunction('clock.sleep', clock.sleep)
  assertFunction('clock.later', clock.later)
  return checkedClock(
    clock,
    (cause) =>
      new UserDeletionError('invalid_argument', '`clock.now()` does not answer a valid Date.', {
        cause,
        details: { path: 'clock' },
      }),
  )
}

function loggerOf(logger: Logger = consoleLogger): Logger {
  assertFunction('logger.warn', logger.warn ?? null)
  return quietly(logger)
}

function hooksOf(given: Hooks = {}): Hooks {
  const hooks = ownOptions(given, ['beforeDelete', 'afterDelete', 'onRevoke'])
  for (const [name, hook] of Object.entries(hooks)) assertFunction(`hooks.${name}`, hook)
  return hooks
}

/** What is neither a function nor a declared check is found when the checks are compiled. */
function listOf<T>(path: string, list: readonly T[] = []): readonly T[] {
  if (Array.isArray(list)) return [...list]
  throw invalidArgument(path, `"${path}" is not a list.`)
}

function erasersOf(given: readonly ExternalEraser[] | undefined): readonly ExternalEraser[] {
  const erasers = listOf('externalErasers', given)
  const names = new Set<string>()
  for (const [index, eraser] of erasers.entries()) {
    const path = `externalErasers[${index}]`
    assertOptions(eraser, ['name', 'required', 'timeoutMs', 'attempts', 'page'])
    if (typeof eraser.name !== 'string' || eraser.name === '' || names.has(eraser.name)) {
      throw invalidArgument(`${path}.name`, 'An external eraser has a name of its own.')
    }
    names.add(eraser.name)
    if (typeof eraser.page !== 'function') {
      throw invalidArgument(`${path}.page`, 'An external eraser has a function "page".')
    }
    positive(`${path}.timeoutMs`, eraser.timeoutMs, 1)
    positive(`${path}.attempts`, eraser.attempts, 1)
  }
  return erasers.map((eraser) => ({ ...eraser }))
}

function assertSelfService(service: SelfService): void {
  assertOptions(service, ['isRecentlyAuthenticated', 'requiresToken', 'coolingOff'])
  if (typeof service.isRecentlyAuthenticated !== 'function') {
    const path = 'selfService.isRecentlyAuthenticated'
    throw invalidArgument(path, 'Deleting the own account needs a proof of recent authentication.')
  }
  const { coolingOff } = service
  if (coolingOff !== undefined && coolingOff !== null && !isDuration(coolingOff)) {
    throw invalidArgument('selfService.coolingOff', 'The cooling-off is no ISO 8601 duration.')
  }
}
