/** A ledger whose old part is archived, on a store of any kind. */
import assert from 'node:assert/strict'
import type { ArchiveSink, UserDeletionError } from '../../src/index.ts'
import type { LedgerEntry } from '../../src/store/records.ts'
import { type AcmeOptions, openAcmeOn } from './acme.ts'
import { fixedClock } from './fixed-clock.ts'
import type { TablesGroup } from './hosts/each-tables.ts'

export const IN_A = { tenantId: 'tnt_a' }
export const IN_B = { tenantId: 'tnt_b' }
export const KEYED = { ...IN_A, idempotencyKey: 'key_1', reason: 'user_request' }
/** Everything of the old part was committed before. */
export const BEFORE = new Date('2026-04-01T00:00:00.000Z')

/** The old part: two users deleted in March, and a hold. Then May comes. */
export async function openOld(
  open: TablesGroup['open'],
  options: AcmeOptions & { users?: number } = {},
) {
  const clock = fixedClock('2026-03-01T12:00:00.000Z')
  const world = await openAcmeOn(open, { clock, ...options })
  const { engine } = world
  const first = await engine.delete('usr_a1', KEYED)
  const second = await engine.delete('usr_a2', IN_A)
  await engine.placeHold('usr_a3', { ...IN_A, reason: 'court_order' })
  await engine.settle()
  const old = await entriesOf(engine)
  clock.set('2026-05-01T12:00:00.000Z')
  return { ...world, clock, first, second, old }
}

type Engine = Awaited<ReturnType<typeof openAcmeOn>>['engine']

export async function exportOf({ ledger }: Pick<Engine, 'ledger'>): Promise<string[]> {
  const lines: string[] = []
  for await (const line of ledger.export()) lines.push(line)
  return lines
}

export async function entriesOf(engine: Pick<Engine, 'ledger'>): Promise<LedgerEntry[]> {
  const lines = await exportOf(engine)
  return lines.slice(0, -1).map((line) => JSON.parse(line) as LedgerEntry)
}

/** A sink that keeps the lines. */
export function keepIn(lines: string[]): ArchiveSink {
  return async (all) => {
    for await (const line of all) lines.push(line)
  }
}

/** Archives what is old, and answers its lines. */
export async function archiveOld({ ledger }: Pick<Engine, 'ledger'>, before = BEFORE) {
  const lines: string[] = []
  const done = await ledger.archive({ before }, keepIn(lines))
  return { lines, done }
}

/** Whether the text of the receipt is in the database no more. */
export function hasLostBody({ kind, body }: LedgerEntry): boolean {
  return kind === 'user.deleted' && body.includes('"archived":{') && !body.includes('"steps"')
}

export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'done',
    (error: UserDeletionError) => error.code,
  )
}

/** That the whole ledger holds, and how many of its entries are archived. */
export async function assertHolds(
  { ledger }: Pick<Engine, 'ledger'>,
  archived: number,
): Promise<void> {
  const found = await ledger.verify({ record: false })
  assert.ok(found.valid, JSON.stringify(found))
  assert.equal(found.archived ?? 0, archived)
}
