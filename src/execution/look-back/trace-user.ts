/**
 * Looks through the whole database for one person: each table once, a page at a time, so that the host's event loop
 * stays free.
 *
 * @module
 */
import { countPlaces } from '../../plan/trace/count-places.ts'
import { asQuestions } from '../../plan/trace/covering.ts'
import type { TracedUser } from '../../plan/trace/identifiers.ts'
import { openSearch } from '../../plan/trace/search.ts'
import { tablesToRead } from '../../plan/trace/tables-to-read.ts'
import type { Trace, TracedPlace, TraceProgress, UnreadPlace } from '../../plan/trace/trace.ts'
import { dropRejection } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import { findEntries } from '../../records/ledger-records.ts'
import { answerOf } from '../../store/inquiry.ts'
import { type ExecutionContext, targetOf } from '../context/context.ts'
import { notFound } from '../context/failures.ts'
import { warn } from '../decision/notify.ts'
import { findShared } from '../units/sharing.ts'
import { type TableTrace, traceTable } from './trace-table.ts'
import { fieldsOfRow } from './verify.ts'

export interface TraceRequest {
  readonly tenantId: string | null
  readonly userId: UserId
  readonly known: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: TraceProgress) => void) | undefined
}

/** Of a signal that is aborted it tells what it has seen until then. */
export async function traceUser(context: ExecutionContext, request: TraceRequest): Promise<Trace> {
  const { store, program } = context
  const { tenantId, userId: id, known } = request
  const schema = await store.describe()
  const [row = null] = await answerOf(store, { kind: 'user_rows', program, tenantId, ids: [id] })
  const user: TracedUser = { id, row, known }
  const fields = { ...ofPolicy(context, known), ...fieldsOfRow(program, row), id }
  const { shared } = await store.read(() => findShared({ program, tenantId }, [{ fields }], false))
  const search = openSearch(program, schema, user)
  const { tables, unread } = tablesToRead(schema, program.user.table)
  const run: Omit<TableTrace, 'table'> = {
    ...{ context, search, tenantId, id, fields, shared: shared[0] ?? [] },
    questions: asQuestions(program),
    sharedBy: new Set<number>(),
    userRows: new Set<string>(),
    signal: request.signal,
  }
  const places: TracedPlace[] = []
  const missed: UnreadPlace[] = [...unread]
  let rows = 0
  let tablesDone = 0
  for (const table of tables) {
    const counts = countPlaces(program, table, search.identifiers, run.sharedBy)
    const before = rows
    const seen = await traceTable({ ...run, table }, counts, (read) => {
      rows = before + read
      tell(context, request, { table: table.name, tablesDone, tables: tables.length, rows })
    })
    if (table.name === program.user.table && row === null) await refuseOther(run, request)
    missed.push(...seen)
    places.push(...counts.places())
    tablesDone += seen.some(({ column }) => column === null) ? 0 : 1
  }
  return {
    status: statusOf(places, missed),
    identifiers: search.identifiers.map(({ name, isTelling }, place) => ({
      ...{ name, proves: isTelling ? ('alone' as const) : ('named' as const) },
      ...(run.sharedBy.has(place) ? { shared: true as const } : {}),
    })),
    ...{ places, unread: missed, tables: tablesDone, rows },
  }
}

/** Somebody of another tenant is not found, unless a user of this one has been deleted under the same id. */
async function refuseOther(
  { context, sharedBy }: Pick<TableTrace, 'context' | 'sharedBy'>,
  { tenantId, userId }: TraceRequest,
): Promise<void> {
  const { store, userTable } = context
  if (!sharedBy.has(ID)) return
  const { subject } = targetOf(context, userId)
  const [earlier] = await findEntries(store, { userTable, tenantId, subjects: [subject] })
  if (earlier === undefined) throw notFound(undefined)
}

/** The id is looked for first. */
const ID = 0

/** What the host still knows of the fields by which rules find rows. */
function ofPolicy(
  { program }: ExecutionContext,
  known: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(known).filter(([name]) => Object.hasOwn(program.user.fields, name)),
  )
}

function statusOf(places: readonly TracedPlace[], unread: readonly UnreadPlace[]): Trace['status'] {
  if (places.some(({ unexplained }) => unexplained > 0)) return 'unexplained'
  if (unread.length > 0) return 'incomplete'
  return places.length > 0 ? 'explained' : 'clean'
}

function tell(
  context: ExecutionContext,
  { onProgress }: TraceRequest,
  progress: TraceProgress,
): void {
  const fail = (cause: unknown): void => warn(context, 'a listener of trace failed', { cause })
  try {
    dropRejection(onProgress?.(progress), fail)
  } catch (cause) {
    fail(cause)
  }
}
