/**
 * Reads bodies: JSON only, of a limited size, with exactly the fields that a route knows.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import { HttpError } from './errors.ts'

/** Refuses longer bodies before they are read. */
export function limitBody(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      // What is still on its way must not be taken for the next request.
      const headers = { Connection: 'close' }
      throw new HttpError(413, 'payload_too_large', 'The body is too long.', headers)
    },
  })
}

/** The body, checked. No body at all is an empty object. */
export async function readBody<const Entries extends v.ObjectEntries>(
  c: Context,
  entries: Entries,
): Promise<v.InferOutput<v.StrictObjectSchema<Entries, undefined>>> {
  const text = await c.req.text()
  if (text !== '' && !/^application\/json\s*(;|$)/i.test(c.req.header('Content-Type') ?? '')) {
    throw new HttpError(415, 'unsupported_media_type', 'The body is not application/json.')
  }
  const body = text === '' ? {} : parse(text)
  const result = v.safeParse(v.strictObject(entries), body)
  if (result.success && !Array.isArray(body)) return result.output
  throw new HttpError(
    422,
    'invalid_argument',
    'A field of the body is missing, unknown, or of the wrong kind.',
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new HttpError(400, 'bad_request', 'The body is not JSON.')
  }
}
