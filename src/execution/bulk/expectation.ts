/**
 * Nothing is deleted past what was expected.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { clearSpool, readSpool, spool } from '../../records/spool-records.ts'
import { assertOptions, invalidArgument, readUserId } from '../context/arguments.ts'
import type { DeletionRequest, ExecutionContext } from '../context/context.ts'
import { clearOfTheGone, runName, type SignOfLife, signOfLife } from '../job/leftovers.ts'
import { type Ids, openInput, type Taken } from './id-input.ts'
import { planMany } from './plan-many.ts'

/** At most so many ids, or exactly what a plan showed. */
export type Expectation = { readonly max: number } | { readonly digest: string }

const SPOOL_SLICE = 1_000

export function assertExpectation(expect: unknown): asserts expect is Expectation | undefined {
  if (expect === undefined) return
  assertOptions(expect, ['max', 'digest'])
  const { max, digest } = expect as { readonly max?: unknown; readonly digest?: unknown }
  const isMax = Number.isSafeInteger(max) && Number(max) >= 0 && digest === undefined
  const isDigest = typeof digest === 'string' && digest !== '' && max === undefined
  if (!isMax && !isDigest) {
    throw invalidArgument('expect', '`expect` is neither { max: n } nor { digest: text }.')
  }
}

/**
 * Checks the whole input before the first deletion. Ids are set aside in an engine table first, so that a
 * source that can be read only once is both checked and executed; `run` gets them back, counted.
 *
 * @throws {@link UserDeletionError} `expectation_failed` with nothing changed.
 */
export async function withExpected<T>(
  context: ExecutionContext,
  request: DeletionRequest,
  ids: Ids,
  expect: Expectation,
  run: (ids: AsyncIterable<unknown> & { readonly size: number }) => Promise<T>,
  digestOf: (ids: AsyncIterable<unknown>) => Promise<string> = async (spooledIds) =>
    (await planMany(context, request, spooledIds)).digest,
  signal?: AbortSignal,
): Promise<T> {
  const name = runName('run', context.issuer.newId)
  const life = signOfLife(context, name)
  await clearOfTheGone(context.store)
  try {
    const max = 'max' in expect ? expect.max : null
    const { count, failure } = await setAside(context, name, ids, max, signal)
    if (failure !== null || signal?.aborted) {
      return await run(nobody(failure))
    }
    if ('max' in expect && count > expect.max) {
      throw failed('More ids were given than expected.', { max: expect.max })
    }
    if ('digest' in expect) {
      if ((await digestOf(spooled(context, name, count, life))) !== expect.digest) {
        throw failed('Users, steps or blockers are not those of the plan.', {})
      }
    }
    return await run({
      size: count,
      [Symbol.asyncIterator]: () => spooled(context, name, count, life),
    })
  } finally {
    await clearSpool(context.store, name)
    await life.end()
  }
}

export function assertPlanned(actual: string, expect: Expectation | undefined): void {
  if (expect === undefined) return
  if ('max' in expect ? expect.max < 1 : expect.digest !== actual) {
    throw failed('User, steps or blockers are not those of the plan.', {})
  }
}

function failed(message: string, details: Readonly<Record<string, unknown>>): UserDeletionError {
  return new UserDeletionError('expectation_failed', message, { details })
}

async function setAside(
  context: ExecutionContext,
  run: string,
  ids: Ids,
  max: number | null,
  signal: AbortSignal | undefined,
): Promise<Pick<Taken, 'failure'> & { readonly count: number }> {
  const input = openInput(context, ids, signal)
  let count = 0
  for (let ended = false; !ended; ) {
    const taken = await input.read(Math.min(SPOOL_SLICE, (max ?? Infinity) - count + 1), false)
    const { failure } = taken
    if (failure?.cause instanceof UserDeletionError) throw failure.cause
    const soFar = count + taken.ids.length
    const isOver = signal?.aborted === true || (max !== null && soFar > max)
    if (isOver) await input.giveUp()
    if (isOver || failure !== null) return { count: soFar, failure }
    // What is no id cannot be stored as one; null keeps its place and fails later like any other.
    const slice = taken.ids.map((given) => readUserId(given, context.columns.id))
    await spool(context.store, run, count, slice)
    count += slice.length
    ended = taken.ended
  }
  return { count, failure: null }
}

/** Nobody, for the answer of a run that ended before it could begin. */
function nobody(failure: Taken['failure']): AsyncIterable<never> & { readonly size: number } {
  const next = async (): Promise<IteratorResult<never>> => {
    if (failure !== null) throw failure.cause
    return { value: undefined, done: true }
  }
  return { size: 0, [Symbol.asyncIterator]: () => ({ next }) }
}

async function* spooled(
  { store }: ExecutionContext,
  run: string,
  count: number,
  life: SignOfLife,
): AsyncGenerator<unknown> {
  for (let offset = 0; offset < count; ) {
    await life.tell()
    const ids = await readSpool(store, run, offset, SPOOL_SLICE)
    // An end that comes too soon must not look like the end.
    if (ids.length === 0) throw lost()
    yield* ids
    offset += ids.length
  }
}

function lost(): UserDeletionError {
  return new UserDeletionError(
    'lease_lost',
    'The ids that were set aside are gone: another worker has taken this run for dead.',
  )
}
