/**
 * Looks through one table for a person.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import type { Finding, PlaceCounts } from '../../plan/trace/count-places.ts'
import { coveringSteps } from '../../plan/trace/covering.ts'
import type { Search, TableSearch } from '../../plan/trace/search.ts'
import type { UnreadPlace } from '../../plan/trace/trace.ts'
import { monotonicMs, yieldToEventLoop } from '../../ports.ts'
import type { Program, UserId } from '../../program/program.ts'
import type { TablePage, TableRow } from '../../program/rows/table-page.ts'
import type { TableSchema } from '../../program/schema.ts'
import type { SharedValue } from '../../program/shared-values.ts'
import type { Cursor } from '../../store/chunk.ts'
import { answerOf } from '../../store/inquiry.ts'
import type { ExecutionContext } from '../context/context.ts'

export interface TableTrace {
  readonly context: ExecutionContext
  readonly search: Search
  /** The program as it is asked which rows its steps find. */
  readonly questions: Program
  readonly tenantId: string | null
  readonly id: UserId
  readonly fields: Readonly<Record<string, unknown>>
  /** What rules leave alone, as others within reach hold it too. */
  readonly shared: readonly SharedValue[]
  /** Positions of identifiers that other users hold; it grows with the user table. */
  readonly sharedBy: Set<number>
  /** Keys of the person's own row. */
  readonly userRows: Set<string>
  readonly signal: AbortSignal | undefined
  readonly table: TableSchema
}

/** Answers what of the table was not looked at. `tell`: how many rows were, after each page. */
export async function traceTable(
  trace: TableTrace,
  counts: PlaceCounts,
  tell: (rows: number) => void,
): Promise<readonly UnreadPlace[]> {
  const { context, search, signal, table } = trace
  const whole = (reason: UnreadPlace['reason']): readonly UnreadPlace[] => [
    { table: table.name, column: null, reason },
  ]
  const own = search.in(table)
  const finders = coveringSteps(context.program, rowsOf(table), trace.fields).map((step) =>
    stepFinder(trace, step),
  )
  let rows = 0
  let limit = FIRST_PAGE
  for (let after: Cursor | null = null; ; ) {
    if (signal?.aborted) return [...whole('stopped'), ...tooLargeIn(table, own)]
    const started = monotonicMs()
    const page = await pageOf(context, table.name, after, limit)
    if (page === null) return whole('unreadable')
    const read = context.store.capabilities.remote === true ? monotonicMs() : started
    const found = page.rows.flatMap((row) => {
      const findings = own.findingsIn(row)
      return findings.length === 0 ? [] : [{ row, findings }]
    })
    limit = nextLimit(limit, page.rows.length, monotonicMs() - read)
    if (found.length > 0) await addFound(trace, counts, finders, { after, page, found })
    rows += page.rows.length
    tell(rows)
    if (page.next === null) return tooLargeIn(table, own)
    after = page.next
    await yieldToEventLoop()
  }
}

/** An index over another table shows the rows of that, under the same keys. */
function rowsOf({ name, contentTable }: TableSchema): string {
  return contentTable ?? name
}

const FIRST_PAGE = 32
const LARGEST_PAGE = 1_000
/** Of one page: no longer than that is the host's event loop held up. */
const PAGE_MS = 4

function nextLimit(limit: number, rows: number, ms: number): number {
  if (ms > PAGE_MS) return Math.max(1, Math.floor((rows * PAGE_MS) / ms / 1.5))
  return rows < limit ? limit : Math.min(LARGEST_PAGE, limit * 2)
}

function tooLargeIn({ name: table }: TableSchema, { tooLarge }: TableSearch): UnreadPlace[] {
  return [...tooLarge].map((column) => ({ table, column, reason: 'too_large' }))
}

/** `null` where the database refuses to read this table; that it is not there, or closed, is no matter of one table. */
async function pageOf(
  { store }: ExecutionContext,
  table: string,
  after: Cursor | null,
  limit: number,
): Promise<TablePage | null> {
  try {
    return await answerOf(store, { kind: 'table_rows', table, after, limit })
  } catch (cause) {
    if (cause instanceof UserDeletionError && OF_TABLE.has(cause.code)) return null
    throw cause
  }
}

const OF_TABLE: ReadonlySet<string> = new Set(['store_failed', 'schema_mismatch'])

interface FoundOnPage {
  readonly after: Cursor | null
  readonly page: TablePage
  readonly found: readonly { readonly row: TableRow; readonly findings: readonly Finding[] }[]
}

async function addFound(
  trace: TableTrace,
  counts: PlaceCounts,
  finders: readonly StepFinder[],
  { after, page, found }: FoundOnPage,
): Promise<void> {
  const stepsOf = new Map(found.map(({ row }) => [row, [] as number[]]))
  for (const { step, keysFrom } of finders) {
    await yieldToEventLoop()
    const keys = await keysFrom(after, page.rows.length)
    for (const { row } of found) if (keys.has(textOf(row.key))) stepsOf.get(row)?.push(step)
  }
  for (const { row, findings } of found) {
    const isUser = isUserRow(trace, row)
    if (!isUser) noteShared(trace, findings)
    counts.add({ findings, steps: stepsOf.get(row) ?? [], isUser })
  }
}

function isUserRow({ context, table, tenantId, id, userRows }: TableTrace, row: TableRow): boolean {
  const { user } = context.program
  if (rowsOf(table) !== user.table) return false
  const key = textOf(row.key)
  if (table.name !== user.table) return userRows.has(key)
  const holds = (column: string, value: unknown): boolean =>
    String(row.values[row.columns.indexOf(column)]) === String(value)
  const isOwn = holds(user.id, id) && (user.tenant === null || holds(user.tenant, tenantId))
  if (isOwn) userRows.add(key)
  return isOwn
}

/** What stands in another user's row, in the very column that it is from, is theirs too. */
function noteShared(
  { context, search, sharedBy, table }: TableTrace,
  findings: readonly Finding[],
): void {
  const { user } = context.program
  if (table.name !== user.table) return
  for (const { path, hit } of findings) {
    const name = search.identifiers[hit.identifier]?.name ?? ''
    const isOwn = path.join('.') === (user.fields[name] ?? name)
    const isWritten = hit.form === 'plain' || hit.form === 'case_folded'
    if (isOwn && isWritten) sharedBy.add(hit.identifier)
  }
}

/** Which rows a step finds behind a key, as far as the next `most` rows of the table may be among them. */
interface StepFinder {
  readonly step: number
  keysFrom(after: Cursor | null, most: number): Promise<ReadonlySet<string>>
}

/** Once the store has told all that are left, it is not asked again. */
function stepFinder(trace: TableTrace, step: number): StepFinder {
  const { context, questions, tenantId, fields, shared } = trace
  let rest: ReadonlySet<string> | null = null
  return {
    step,
    async keysFrom(after, most) {
      if (rest !== null) return rest
      const limit = Math.max(most, STEP_PAGE)
      const found = await answerOf(context.store, {
        ...{ kind: 'step_rows', program: questions, tenantId, users: [{ fields, shared }] },
        ...{ step, after, limit },
      })
      const keys = new Set(found.map(({ key }) => textOf(key)))
      if (found.length < limit) rest = keys
      return keys
    },
  }
}

const STEP_PAGE = 1_000

function textOf(key: Cursor): string {
  return JSON.stringify(key)
}
