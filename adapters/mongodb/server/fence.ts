/**
 * The fence: a command that comes after the end of its lease does nothing.
 *
 * A worker looks at its own clock before it sends a command. The command may still wait for a connection, or
 * the process may be stopped right behind the look. So the server looks once more: past the end of the lease
 * the command fails, because somebody else may have taken over by then.
 *
 * @module
 */
import type { Doc } from './driver.ts'

/** When the lease ends, by the server's clock, as far as is known when a command is sent. */
export type Fence = () => Date

/** The filter, which fails at the first document once the lease is over. */
export function inTime(filter: Doc, fence: Fence): Doc {
  return { $and: [filter, { $expr: unlessLate(true, fence) }] }
}

/** Puts a document in the place of another, or fails. A replacement would insert even when it is late. */
export function replacement(document: Doc, fence: Fence): Doc[] {
  return [{ $replaceWith: unlessLate({ $literal: document }, fence) }]
}

/** Whether the server has refused a command because it was late. */
export function isLate(error: unknown): boolean {
  return error instanceof Error && error.message.includes(LATE)
}

const LATE = 'past the end of the lease'

/** Reading the text as a number fails. It depends on the document, or the server would read it ahead. */
function unlessLate(value: unknown, fence: Fence): Doc {
  const late = { $toInt: { $concat: [`${LATE}: `, { $type: '$_id' }] } }
  return { $cond: [{ $lt: ['$$NOW', fence()] }, value, late] }
}
