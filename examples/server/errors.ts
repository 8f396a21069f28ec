/**
 * Every error becomes `{"error": CODE, "message": TEXT}` here, and nowhere else.
 *
 * @module
 */
import { type Blocker, UserDeletionError } from 'user-deletion-engine'

/** What this server itself refuses. The texts are fixed: nothing of the request stands in them. */
export class HttpError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>
  /** Fields of the body beside the two that every error has. */
  readonly extra: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    extra: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
    this.extra = extra
  }
}

/** The answer to a request that failed. */
export function answerTo(error: unknown): Response {
  if (error instanceof HttpError) {
    const { status, code, message, headers, extra } = error
    return Response.json({ error: code, message, ...extra }, { status, headers })
  }
  if (error instanceof UserDeletionError && error.status < 500 && !isOurs(error)) {
    return Response.json({ ...error.toJSON(), ...whatHelps(error) }, { status: error.status })
  }
  // What went wrong inside is for the log. Only whether to try again is the caller's business.
  const isBusy = error instanceof UserDeletionError && error.retryable
  return isBusy
    ? Response.json(
        { error: error.code, message: 'The server is busy. Try again.', retry_after: 1 },
        { status: 503, headers: { 'Retry-After': '1' } },
      )
    : Response.json({ error: 'internal_error', message: 'Something failed.' }, { status: 500 })
}

/** A row that no rule covers is a mistake in the policy or the database, whatever the request was. */
function isOurs({ code }: UserDeletionError): boolean {
  return code === 'constraint_violation'
}

/** A conflict can be settled, so its answer says how. */
function whatHelps({ status, remedy, details }: UserDeletionError): object {
  if (status !== 409) return {}
  const blockers = details['blockers'] as readonly Blocker[] | undefined
  if (blockers === undefined) return { remedy }
  return {
    remedy: blockers.map((blocker) => blocker.remedy).join(' '),
    blockers: blockers.map(({ name, rows }) => ({ name, rows })),
  }
}
