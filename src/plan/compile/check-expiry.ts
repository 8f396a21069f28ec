/**
 * Does some step overwrite what a retained rule with an end will have to find its rows by?
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { dotted } from '../../program/columns/references.ts'
import {
  neverMeet,
  overlaps,
  ownReadsOf,
  type Place,
  placesOf,
  readsOfSelector,
  writesOf,
} from '../../program/columns/touches.ts'
import type { IdForm, Selector, Step } from '../../program/program.ts'
import { neverEndsBefore } from '../../program/retention-term.ts'
import { isSamePath, wayInto } from '../../program/selectors.ts'
import { hasEnd, keepingOn, type RetainedStep } from './expiry.ts'

/** @throws {@link UserDeletionError} `invalid_policy` with the path to the rule that would lose its rows. */
export function refuseLostExpiries(steps: readonly Step[]): void {
  for (const step of steps.filter(hasEnd)) {
    const culprit = findOverwriter(step, steps)
    if (culprit !== null) throw lost(step, steps, culprit)
  }
}

interface Overwriter {
  readonly step: Step
  readonly place: Place
}

function findOverwriter(step: RetainedStep, steps: readonly Step[]): Overwriter | null {
  const reads = readsAtTheEnd(step, steps)
  for (const other of steps) {
    for (const { place, isLater } of writesBefore(other, step)) {
      const isRead = reads.own.some((read) => overlaps(read, place))
      if (reads.exceptions.some((read) => overlaps(read, place))) return { step: other, place }
      if (isRead && (isLater || !keepApart(step, other, place))) return { step: other, place }
    }
  }
  return null
}

interface Reads {
  readonly own: readonly Place[]
  /** What tells rows of stronger rules, and of rules that retain for longer, from the step's. */
  readonly exceptions: readonly Place[]
}

function readsAtTheEnd(step: RetainedStep, steps: readonly Step[]): Reads {
  const longer = keepingOn(step, steps).flatMap(({ ways }) => ways)
  return {
    own: ownReadsOf(step),
    exceptions: [...step.except, ...longer].flatMap(readsOfSelector),
  }
}

/** What `other` has written by the time `step` looks for its rows: at the deletion, or at an earlier end. */
function writesBefore(
  other: Step,
  step: RetainedStep,
): readonly { readonly place: Place; readonly isLater: boolean }[] {
  const atDeletion = writesOf(other).map((place) => ({ place, isLater: false }))
  if (other === step || !hasEnd(other)) return atDeletion
  // In its own table a shorter retention leaves out the rows of a longer one.
  if (other.table === step.table) return atDeletion
  if (neverEndsBefore(other.retention.term, step.retention.term)) return atDeletion
  const atItsEnd = other.retention.thenSet.flatMap((assignment) =>
    placesOf(other.table, assignment),
  )
  return [...atDeletion, ...atItsEnd.map((place) => ({ place, isLater: true }))]
}

/**
 * Whether rows that `other` writes are never rows of `step`: both hold the user in the same one place, which has
 * one value and so one user, and side conditions keep them apart. An array has many users; of those a detach takes
 * out its own alone.
 */
function keepApart(step: RetainedStep, other: Step, place: Place): boolean {
  if (other.action === 'retain' || !neverMeet(step, other)) return false
  const [[own, ...more], [its, ...others]] = [step.ways, other.ways]
  if (more.length > 0 || others.length > 0) return false
  if (own === undefined || its === undefined || !isSamePlace(own, its)) return false
  return !own.locator.each || (other.action === 'detach' && place.column === own.locator.column)
}

function isSamePlace(a: Selector, b: Selector): boolean {
  return (
    a.table === b.table &&
    a.target.kind === 'user' &&
    b.target.kind === 'user' &&
    a.target.field === b.target.field &&
    a.locator.column === b.locator.column &&
    isSamePath(wayInto(a.locator), wayInto(b.locator)) &&
    tellUsersApart(a.target.form, b.target.form)
  )
}

/** Whether no value names two users: 'user-1' may be the id of one, and stand for the id of another. */
function tellUsersApart(a: IdForm | null, b: IdForm | null): boolean {
  const [own, its] = [a?.prefix ?? '', b?.prefix ?? '']
  if (own !== its) return !own.startsWith(its) && !its.startsWith(own)
  return a?.type === b?.type && a?.suffix === b?.suffix
}

function lost(step: Step, steps: readonly Step[], { step: other, place }: Overwriter): Error {
  const path = `${pathOf(step, steps)}.for`
  const what = dotted(place.column, place.path)
  return new UserDeletionError(
    'invalid_policy',
    `Policy: ${path} has an end at which the rows cannot be found again: "${what}" of "${place.table}" is overwritten by ${pathOf(other, steps)}. Leave that place as it is, tell the rules apart by "where", or leave out "for" and "then".`,
    { details: { path } },
  )
}

function pathOf(step: Step, steps: readonly Step[]): string {
  const ofTable = steps.filter(({ table }) => table === step.table)
  return ofTable.length === 1 ? `tables.${step.table}` : `tables.${step.table}[${step.rule}]`
}
