/**
 * Clears dead copies of rows from tables, and their values from the statistics.
 *
 * `VACUUM` alone makes room for other rows and leaves many a byte where it was: it raises no level. `VACUUM FULL` writes
 * a table, what is kept beside it and its indexes anew, as long as nobody may still see what was deleted. Of the
 * write-ahead log neither says anything.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { UserDeletionError } from '../../../src/errors.ts'
import type { Scrubbed } from '../../../src/store/store.ts'
import { quoteName } from '../../sql/standard.ts'
import type { Host } from '../server/host.ts'
import { toStoreError } from '../server/postgres-errors.ts'
import { type Session, sessionOf } from '../server/session.ts'
import { BOUNDARY, MAY_CHECKPOINT, OLDER, PARTS, STATE } from './scrub-catalogue.ts'

export interface ScrubOptions {
  readonly schema: string
  /** Names of the host's tables as the schema of the policy has them, and of the engine's own. */
  readonly tables: readonly { readonly schema: string; readonly table: string }[]
  readonly way: 'vacuum' | 'rewrite'
  /** How long transactions are waited for that may still see deleted rows, in milliseconds. */
  readonly busyTimeoutMs: number
}

type Obstacle = NonNullable<Scrubbed['obstacle']>

/** Each table by itself, in a transaction of its own: what has been done stays, whatever becomes of the next. */
export function scrubTables(host: Host, options: ScrubOptions): Promise<Scrubbed> {
  return host.outside(async (run) => {
    const session = sessionOf(run)
    try {
      return await scrub(session, options)
    } catch (cause) {
      throw toStoreError(cause)
    }
  })
}

async function scrub(session: Session, options: ScrubOptions): Promise<Scrubbed> {
  const { way, busyTimeoutMs } = options
  const parts = await partsOf(session, options)
  const bytesBefore = await bytesOf(session, parts)
  // A transaction that sees the database as it was before may need the dead rows.
  const [[boundary] = []] = await session.rows(BOUNDARY)
  const isSeen = !(await waitForOthers(session, boundary, busyTimeoutMs))
  const found = new Map<string, Obstacle>()
  for (const part of parts) {
    const obstacle = await clear(session, part, way)
    if (obstacle !== null) found.set(part.name, found.get(part.name) ?? obstacle)
    else if (isSeen && part.isStored)
      found.set(part.name, found.get(part.name) ?? 'older_transaction')
  }
  const [[mayCheckpoint] = []] = await session.rows(MAY_CHECKPOINT)
  if (mayCheckpoint === true) await session.change('CHECKPOINT')
  const [obstacle = null] = found.values()
  const isRewritten = way === 'rewrite' && obstacle === null
  return {
    level: isRewritten ? 'rows_overwritten' : 'rows_removed',
    ...{ complete: obstacle === null, obstacle },
    ...{ bytesBefore, bytesAfter: await bytesOf(session, parts) },
    searchTables: isRewritten ? namesOf(parts.filter(({ hasWords }) => hasWords)) : [],
    unproven: [...found.keys()],
  }
}

/** A table, one of its partitions, or the table above its partitions, which has statistics alone. */
interface Part {
  /** The table of the policy. */
  readonly name: string
  readonly oid: unknown
  /** As a statement names it. */
  readonly target: string
  readonly isStored: boolean
  readonly isOwned: boolean
  readonly hasWords: boolean
}

async function partsOf(
  session: Session,
  { schema, tables }: ScrubOptions,
): Promise<readonly Part[]> {
  const asked = JSON.stringify(tables.map((one) => [one.schema, one.table]))
  const rows = await session.rows(PARTS, { tables: asked })
  return rows.map(([oid, root, rootSchema, own, ownSchema, isStored, isOwned, hasWords]) => ({
    name: rootSchema === schema ? String(root) : `${String(rootSchema)}.${String(root)}`,
    target: `${quoteName(String(ownSchema))}.${quoteName(String(own))}`,
    ...{ oid, isStored: isStored === true, isOwned: isOwned === true, hasWords: hasWords === true },
  }))
}

function namesOf(parts: readonly Part[]): readonly string[] {
  return [...new Set(parts.map(({ name }) => name))]
}

async function bytesOf(session: Session, parts: readonly Part[]): Promise<number> {
  const oids = JSON.stringify(parts.map(({ oid }) => oid))
  const sql =
    'SELECT sum(pg_catalog.pg_total_relation_size(CAST(value AS oid))) FROM jsonb_array_elements_text(CAST(@oids AS jsonb))'
  const [[bytes] = []] = await session.rows(sql, { oids })
  return Number(bytes ?? 0)
}

/** @returns whether all transactions have ended that may see what was deleted before the boundary. */
async function waitForOthers(session: Session, boundary: unknown, ms: number): Promise<boolean> {
  const deadline = performance.now() + ms
  for (;;) {
    const [[others] = []] = await session.rows(OLDER, { boundary })
    if (Number(others) === 0) return true
    if (performance.now() >= deadline) return false
    await sleep(20)
  }
}

/** Nobody is waited for: a pooler keeps no limit that a session would have. @returns what was in the way. */
async function clear(
  session: Session,
  part: Part,
  way: ScrubOptions['way'],
): Promise<Obstacle | null> {
  // Of anybody else's table the server would warn, and go on.
  if (!part.isOwned) return 'not_owner'
  const before = await stateOf(session, part)
  try {
    await session.change(statementFor(part, way))
  } catch (cause) {
    const { code, details } = toStoreError(cause)
    if (details['sqlState'] === '57014') return 'timed_out'
    if (code === 'store_busy') return 'table_in_use'
    throw cause
  }
  const after = await stateOf(session, part)
  const isCleared = way === 'rewrite' ? after.file !== before.file : after.vacuum !== before.vacuum
  const isDone = after.analyze !== before.analyze && (isCleared || !part.isStored)
  return isDone ? null : 'table_in_use'
}

function statementFor({ isStored, target }: Part, way: ScrubOptions['way']): string {
  if (!isStored) return `ANALYZE (SKIP_LOCKED) ${target}`
  return way === 'rewrite'
    ? `VACUUM (FULL, ANALYZE, SKIP_LOCKED) ${target}`
    : `VACUUM (ANALYZE, INDEX_CLEANUP ON, SKIP_LOCKED) ${target}`
}

/** A table that is passed over keeps its file, and the times at which it was treated last. */
async function stateOf(session: Session, { oid }: Part) {
  const [[file, vacuum, analyze] = []] = await session.rows(STATE, { oid })
  return { file, vacuum, analyze }
}

/** @throws `invalid_argument` */
export function assertScrub(scrub: unknown): asserts scrub is ScrubOptions['way'] | undefined {
  if (scrub === undefined || scrub === 'vacuum' || scrub === 'rewrite') return
  throw new UserDeletionError('invalid_argument', `"scrub" is neither 'vacuum' nor 'rewrite'.`, {
    details: { path: 'scrub' },
  })
}
