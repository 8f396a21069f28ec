/**
 * The closed list of what can go wrong. Codes are part of the API; messages hold no personal data.
 *
 * @module
 */

/** One of the closed list of codes. */
export type ErrorCode =
  | 'invalid_id'
  | 'invalid_argument'
  | 'invalid_policy'
  | 'schema_mismatch'
  | 'not_migrated'
  | 'resource_not_found'
  | 'deletion_blocked'
  | 'deletion_vetoed'
  | 'hook_failed'
  | 'hook_timeout'
  | 'in_progress'
  | 'idempotency_conflict'
  | 'expectation_failed'
  | 'ledger_conflict'
  | 'ledger_altered'
  | 'receipt_archived'
  | 'constraint_violation'
  | 'residue_left'
  | 'store_busy'
  | 'connection_busy'
  | 'store_full'
  | 'store_closed'
  | 'store_unavailable'
  | 'store_readonly'
  | 'store_corrupt'
  | 'store_failed'
  | 'transactions_unsupported'
  | 'lease_lost'
  | 'invalid_transition'
  | 'clock_jumped'
  | 'confirmation_required'
  | 'confirmation_invalid'
  | 'recent_authentication_required'
  | 'impersonation_refused'
  | 'wrong_key'
  | 'eraser_failed'
  | 'eraser_timeout'

/** What is fixed about a code. */
export interface ErrorKind {
  readonly status: number
  readonly retryable: boolean
  /** What the caller does next. */
  readonly remedy: string
  /** The store or the policy is at fault, so the other users of a run would fail too. */
  readonly endsRuns?: true
}

/** Every error code with its HTTP status, whether trying again can help, and what to do next. */
export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorKind>> = {
  invalid_id: {
    status: 400,
    retryable: false,
    remedy:
      'Pass the id as the host stores it: a non-empty string of at most 1,024 bytes, an integer, or what `user.idType` of the policy says. `details.storedType` and the message name what the user table holds.',
  },
  invalid_argument: {
    status: 422,
    retryable: false,
    remedy: 'Correct the option named in `details.path`.',
  },
  invalid_policy: {
    status: 500,
    retryable: false,
    remedy: 'Correct the policy at `details.path`.',
  },
  schema_mismatch: {
    status: 500,
    retryable: false,
    remedy: 'Bring policy and database together: `details.findings` lists what differs.',
    endsRuns: true,
  },
  not_migrated: {
    status: 500,
    retryable: false,
    remedy: 'Call `engine.migrate()` once, or run the exported SQL.',
    endsRuns: true,
  },
  resource_not_found: {
    status: 404,
    retryable: false,
    remedy: 'Nothing to do. `details.receiptId` is there when the user was deleted earlier.',
  },
  deletion_blocked: {
    status: 409,
    retryable: false,
    remedy: 'Do what each entry of `details.blockers` names as its remedy, then try again.',
  },
  deletion_vetoed: {
    status: 409,
    retryable: false,
    remedy: 'The beforeDelete hook refused; `details.reason` is its code.',
  },
  hook_failed: {
    status: 500,
    retryable: true,
    remedy:
      'A function of the host threw (`cause`), or answered what means neither yes nor no. What it was called for was not done.',
  },
  hook_timeout: {
    status: 504,
    retryable: true,
    remedy: 'Make the hook or blocker faster, or raise `hookTimeoutMs`. Nothing was changed.',
  },
  in_progress: {
    status: 409,
    retryable: true,
    remedy:
      'Another call is deleting this user, or archiving the ledger. Try again when it has ended.',
  },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    remedy: 'Use a new key: this one was used with other arguments, or with another list.',
  },
  expectation_failed: {
    status: 409,
    retryable: false,
    remedy: 'Plan again and look at what changed. Nothing was changed.',
  },
  ledger_conflict: {
    status: 409,
    retryable: false,
    remedy:
      'Export and ledger differ from `details.seq` on. Import the export that fits, and before anything is deleted. Nothing was changed.',
  },
  ledger_altered: {
    status: 500,
    retryable: false,
    remedy:
      'Entry `details.seq` of the ledger does not hold; `details.problem` says why, and `ledger.verify()` looks at all of it. Nothing was removed that is in no archive.',
  },
  receipt_archived: {
    status: 410,
    retryable: false,
    remedy:
      'The user was deleted. Take the receipt `details.receiptId` from the archive that holds entry `details.seq`.',
  },
  constraint_violation: {
    status: 409,
    retryable: false,
    remedy: 'Add a rule for the table and column in `details`, or correct the one that is there.',
  },
  residue_left: {
    status: 500,
    retryable: false,
    remedy:
      'Something wrote the rows back or copied them (a trigger, perhaps) in the table named in `details`. The transaction was rolled back.',
  },
  store_busy: {
    status: 503,
    retryable: true,
    remedy: 'Another writer held the database for too long. Try again.',
    endsRuns: true,
  },
  connection_busy: {
    status: 503,
    retryable: true,
    remedy: 'Finish the open iterator or transaction on the shared handle, then try again.',
    endsRuns: true,
  },
  store_full: {
    status: 507,
    retryable: true,
    remedy: 'Free disk space, then try again. Nothing was changed.',
    endsRuns: true,
  },
  store_closed: {
    status: 503,
    retryable: false,
    remedy: 'Open the database and build a new store with it.',
    endsRuns: true,
  },
  store_unavailable: {
    status: 503,
    retryable: true,
    remedy:
      'The database server could not be reached for too long. Try again: what was begun is finished or undone then.',
    endsRuns: true,
  },
  store_readonly: {
    status: 500,
    retryable: false,
    remedy: 'Open the database for writing.',
    endsRuns: true,
  },
  store_corrupt: {
    status: 500,
    retryable: false,
    remedy: 'Stop, and check the database file before anything else.',
    endsRuns: true,
  },
  store_failed: {
    status: 500,
    retryable: false,
    remedy: 'Look at `cause`. The transaction was rolled back.',
  },
  transactions_unsupported: {
    status: 500,
    retryable: false,
    remedy: 'Use a replica set, or let the store go by its journal.',
    endsRuns: true,
  },
  lease_lost: {
    status: 409,
    retryable: true,
    remedy: 'Another worker took this job over. Nothing to do unless `resume()` lists it again.',
  },
  invalid_transition: {
    status: 409,
    retryable: false,
    remedy: '`details.state` is the state the user is in. The table of states says what it allows.',
  },
  clock_jumped: {
    status: 503,
    retryable: false,
    remedy: 'Check the clock. If it is right, call the same once with `confirmClock: true`.',
  },
  confirmation_required: {
    status: 422,
    retryable: false,
    remedy: 'Ask the user, then pass `confirm: true`, and the token where one is required.',
  },
  confirmation_invalid: {
    status: 403,
    retryable: false,
    remedy: 'The token is unknown, used, expired, or of another session. Send a new one.',
  },
  recent_authentication_required: {
    status: 403,
    retryable: false,
    remedy: 'Have the user sign in again, then call once more.',
  },
  impersonation_refused: {
    status: 403,
    retryable: false,
    remedy: 'Only the user can delete the own account, not somebody signed in as them.',
  },
  wrong_key: {
    status: 500,
    retryable: false,
    remedy:
      'Give the engine the key that `details.path` names, as it was when the ledger was begun; a ledger key that was changed stands in `keys.oldLedger`, a reserve key in `keys.oldReserve`. Nothing was changed.',
    endsRuns: true,
  },
  eraser_failed: {
    status: 502,
    retryable: true,
    remedy: 'Look at `cause`: the external eraser failed. `resume()` tries it again.',
  },
  eraser_timeout: {
    status: 504,
    retryable: true,
    remedy: 'The external eraser ran over its time limit. `resume()` tries it again.',
  },
}

/** Whether the other users of a run would fail too after this error. */
export function endsRuns({ code }: UserDeletionError): boolean {
  return ERROR_CODES[code].endsRuns === true
}

/** Facts about an error, safe to log: names of tables, columns, options and codes, never a person's data. */
export type ErrorDetails = Readonly<Record<string, unknown>>

const BRAND = Symbol.for('user-deletion-engine.error')

/**
 * The one error class of the library. Tell errors apart by {@link UserDeletionError.code}.
 *
 * `instanceof` holds across two installed copies of the package.
 *
 * @example
 * try {
 *   await engine.delete(id, { tenantId })
 * } catch (error) {
 *   if (error instanceof UserDeletionError && error.retryable) queue.retryLater(id)
 *   else throw error
 * }
 */
export class UserDeletionError extends Error {
  override readonly name: string = 'UserDeletionError'
  readonly code: ErrorCode
  /** HTTP status that fits. */
  readonly status: number
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** What to do next. */
  readonly remedy: string
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const kind: ErrorKind = ERROR_CODES[code]
    this.code = code
    this.status = kind.status
    this.retryable = kind.retryable
    this.remedy = kind.remedy
    this.details = Object.freeze({ ...options.details })
  }

  /** The body an HTTP server answers with. */
  toJSON(): { readonly error: ErrorCode; readonly message: string } {
    return { error: this.code, message: this.message }
  }
}

Object.defineProperty(UserDeletionError.prototype, BRAND, { value: true })

// A subclass keeps the ordinary meaning; only the base class answers for its twins in other copies.
Object.defineProperty(UserDeletionError, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    if (this !== UserDeletionError) {
      return Function.prototype[Symbol.hasInstance].call(this as typeof UserDeletionError, value)
    }
    return typeof value === 'object' && value !== null && BRAND in value
  },
})

/** What the constructor of {@link UserDeletionError} takes beside code and message. */
export interface ErrorOptions {
  readonly cause?: unknown
  readonly details?: ErrorDetails
}

/** The user does not exist in this tenant, or not any more. Answers `{"error":"resource_not_found","message":"User not found."}`. */
export class UserNotFoundError extends UserDeletionError {
  override readonly name: string = 'UserNotFoundError'

  constructor(details: ErrorDetails = {}) {
    super('resource_not_found', 'User not found.', { details })
  }
}
