/**
 * Programs as the engine hands them to a store, and slices of a clause's own.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Policy } from '../../policy/policy.ts'
import type { Program, UserId } from '../../program/program.ts'
import type { LedgerEntry, LedgerHead, Seal } from '../../store/records.ts'
import type { Slice, Work } from '../../store/slice.ts'
import { type Unit, withAnswers } from './altered-store.ts'
import { BOB } from './data.ts'
import { contractPolicy, type TenantPolicy } from './fixture.ts'
import { IN_A, type World } from './world.ts'

/** The program of a policy. `id`: one of its users. */
export async function programOf(
  world: World,
  policy: Policy<TenantPolicy> = contractPolicy,
  id: UserId = BOB,
): Promise<Program> {
  return askedOf(world, policy, (engine) => engine.getStatus(id, IN_A))
}

/** What the end of a retention would run for rows of a table. Nothing is swept. */
export async function endingOf(
  world: World,
  table: string,
  policy: Policy<TenantPolicy> = contractPolicy,
): Promise<Program> {
  return askedOf(
    world,
    policy,
    (engine) => engine.expireRetained(),
    (program, unit) => unit === 'sweep' && program.steps.some((step) => step.table === table),
  )
}

/** The first program that is meant, of which `run` asks about the host's rows; it gets no further than that. */
async function askedOf(
  world: World,
  policy: Policy<TenantPolicy>,
  run: (engine: World['engine']) => Promise<unknown>,
  isMeant: (program: Program, unit: Unit) => boolean = () => true,
): Promise<Program> {
  let found: Program | undefined
  const stopped = new Error('not now')
  const store = withAnswers(world.store, (question, own, unit) => {
    // The others know no more of a program than its user table.
    if (question.kind !== 'user_rows' || !isMeant(question.program, unit)) return own
    found ??= question.program
    throw stopped
  })
  await run(world.engineWith({ store }, policy)).catch((cause: unknown) => {
    if (found === undefined) throw cause
  })
  return found ?? assert.fail('no program was asked about')
}

/** Users of tenant A who all go, with receipts that say nothing else. */
export function sliceOf(
  program: Program,
  ids: readonly UserId[],
  more: Partial<Slice> = {},
): Slice {
  const derived = program.derived.map((_, index) => `derived_${index}`)
  return {
    ...IN_A,
    users: ids.map((id) => ({ id, subject: id })),
    keepsEntries: true,
    decide: ({ users }) => users.map(() => ({ kind: 'proceed', derived })),
    seal: (works, head) => sealed(program, works, head ?? START),
    ...more,
  }
}

const START: LedgerHead = { seq: 0, hash: '', signature: null }

function sealed(program: Program, works: readonly Work[], head: LedgerHead): Seal {
  const entries: LedgerEntry[] = []
  for (const { found } of works) {
    const subject = found.fields['id'] as UserId
    entries.push(entryBehind(entries.at(-1) ?? head, program, subject))
  }
  const { seq, hash } = entries.at(-1) ?? head
  return { entries, events: [], head: { seq, hash, signature: null } }
}

function entryBehind(
  { seq, hash }: Pick<LedgerHead, 'seq' | 'hash'>,
  { user }: Program,
  subject: UserId,
): LedgerEntry {
  return {
    ...{ seq: seq + 1, kind: 'user.deleted', at: '2026-03-01T12:00:00.000Z' },
    ...{ userTable: user.table, ...IN_A, subject, idempotencyKey: null },
    ...{ body: '{}', hash: `${hash}.` },
  }
}
