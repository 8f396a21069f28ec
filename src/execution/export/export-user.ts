/**
 * The rows of a user, as the steps of a deletion find them.
 *
 * Rows are read page by page from a view of the database, where the store can keep one. A store that sees one state in
 * one read alone gives the rows of a user who has few in one read, and those of others page by page; the end says which.
 *
 * @module
 */
import type { Program, Step } from '../../program/program.ts'
import { leafTargets } from '../../program/selectors.ts'
import { type SharedValue, sharedText } from '../../program/shared-values.ts'
import { plainId } from '../../receipt/issue-receipt.ts'
import type { Cursor } from '../../store/chunk.ts'
import { ask, askEach, type Inquiry } from '../../store/inquiry.ts'
import type { ContentRow, HostQuestion, OfUsers } from '../../store/questions.ts'
import type { FoundUser, Target, Targets, UserRow } from '../../store/slice.ts'
import { absence } from '../context/absence.ts'
import { type DeletionRequest, type ExecutionContext, targetsOf } from '../context/context.ts'
import { markShared } from '../units/sharing.ts'
import { findFields, findUsers } from '../units/user-rows.ts'
import type { ExportEnd, ExportRecord, NotIncluded } from './export-record.ts'
import { shownRow, type TableView, tableView } from './shown-row.ts'

export interface ExportOptions {
  readonly signal: AbortSignal | undefined
  /** Tables that the policy calls unrelated. */
  readonly unread: readonly string[]
}

/** Rows in one read. */
const PAGE = 500

/** @throws {@link UserNotFoundError}, as a plan does. */
export async function* exportUser(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  options: ExportOptions,
): AsyncGenerator<ExportRecord, void, undefined> {
  const isThere = yield* recordsOf(context, request, target, options)
  // Asked only now, as the view may have had the last connection.
  if (!isThere) throw await absence(context, request.tenantId, target)
}

/** Returns whether there is such a user. */
async function* recordsOf(
  context: ExecutionContext,
  request: DeletionRequest,
  target: Target,
  { signal, unread }: ExportOptions,
): AsyncGenerator<ExportRecord, boolean, undefined> {
  const { store, program, policy, clock, maxRowsPerTransaction } = context
  const { tenantId } = request
  const targets = targetsOf(request, [target])
  const keys = await keysOf(context)
  const view = (await store.openView?.()) ?? null
  try {
    const found = await (view ?? store).read(() => lookAt(program, targets))
    if (found === null) return false
    const isWhole = view !== null && !view.isKept && rowsIn(found) <= maxRowsPerTransaction
    const whole = isWhole ? await view.read(() => readWhole(program, targets)) : null
    if (isWhole && whole === null) return false
    const person = whole?.person ?? found
    yield {
      ...{ kind: 'begin', format: 1, userId: plainId(target.id), tenantId, policy },
      exportedAt: clock.now().toISOString(),
    }
    const shown = showing(program, person, keys)
    yield shown.user()
    const steps: { step: string; table: string; rows: number }[] = []
    let complete = true
    for (const [index, step] of program.steps.entries()) {
      if (!isExported(step)) continue
      const counted = { step: step.id, table: step.table, rows: 0 }
      steps.push(counted)
      for (let after: Cursor | null = null; complete; ) {
        if (signal?.aborted) {
          complete = false
          break
        }
        const page: readonly ContentRow[] =
          whole?.contents.get(index) ??
          (await (view ?? store).read(() => contents(program, person.of, index, after)))
        for (const { row } of page) {
          counted.rows += 1
          yield shown.row(step, row)
        }
        after = page.at(-1)?.key ?? null
        if (whole !== null || page.length < PAGE) break
      }
    }
    const isOne = view !== null && (view.isKept || whole !== null)
    yield {
      ...{ kind: 'end', complete, view: isOne ? 'one' : 'pages', steps },
      notIncluded: notIncluded(program, person, unread),
    } satisfies ExportEnd
    return true
  } finally {
    await view?.close()
  }
}

/** Each record as one line, with its line break. */
export async function* exportLines(
  records: AsyncIterable<ExportRecord> | Iterable<ExportRecord>,
): AsyncGenerator<string, void, undefined> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`
}

/** What is known of the user before rows are read. */
interface Person {
  readonly of: OfUsers
  readonly user: FoundUser
  readonly row: UserRow
  /** Rows by step. */
  readonly counts: readonly number[]
  /** Fields whose value others hold too, as far as rules find rows by it all the same. */
  readonly doubtful: readonly SharedValue[]
}

function* lookAt(program: Program, targets: Targets): Inquiry<Person | null> {
  const { tenantId } = targets
  const [fields] = yield* findFields(program, targets)
  const [row] = yield* findUsers(program, targets)
  if (fields == null || row == null) return null
  const { users } = yield* markShared({ program, tenantId }, [{ fields }])
  const [user = { fields }] = users
  const of: OfUsers = { program, tenantId, users: [user] }
  const [[counts = []]] = yield* ask({ kind: 'counts', ...of, of: 'all' })
  const values = program.steps.flatMap((step) => looseValuesOf(step))
  const held = yield* askEach(
    values.map(
      (value): HostQuestion<'holders'> => ({
        ...{ kind: 'holders', program, tenantId, value, users: [user], haveRows: true },
      }),
    ),
  )
  const doubtful = values.filter((value, place) => {
    const texts = [fields[value.field]].flat().map((one) => sharedText(one, value))
    return texts.some((text) => text !== null && held[place]?.has(text))
  })
  return { of, user, row, counts, doubtful }
}

/** The values that a rule finds rows by though others may hold them: not where it asks, nor where nobody can. */
function looseValuesOf({ ways }: Step): readonly SharedValue[] {
  return ways.flatMap((way) =>
    // A parent may be found in several ways too.
    leafTargets(way).flatMap((target): readonly SharedValue[] => {
      if (target.field === 'id' || target.reach !== undefined) return []
      const reach = way.tenant === null ? 'all' : 'tenant'
      return [{ field: target.field, reach, anyCase: target.form?.ignoreCase === true }]
    }),
  )
}

function isExported({ ways, action }: Step): boolean {
  return ways.length > 0 && action !== 'external' && action !== 'unlink'
}

function rowsIn({ of: { program }, counts }: Person): number {
  return counts.reduce((sum, rows, index) => {
    const step = program.steps[index]
    return step !== undefined && isExported(step) ? sum + rows : sum
  }, 0)
}

function* contents(
  program: Program,
  of: OfUsers,
  step: number,
  after: Cursor | null,
): Inquiry<readonly ContentRow[]> {
  return (yield* ask({ kind: 'contents', ...of, program, step, after, limit: PAGE }))[0]
}

/** The user and all of their rows, in one read. */
function* readWhole(
  program: Program,
  targets: Targets,
): Inquiry<{
  readonly person: Person
  readonly contents: ReadonlyMap<number, readonly ContentRow[]>
} | null> {
  const person = yield* lookAt(program, targets)
  if (person === null) return null
  const all = new Map<number, readonly ContentRow[]>()
  for (const [index, step] of program.steps.entries()) {
    if (!isExported(step)) continue
    const rows: ContentRow[] = []
    for (let page: readonly ContentRow[] | null = null; page === null || page.length === PAGE; ) {
      page = yield* contents(program, person.of, index, rows.at(-1)?.key ?? null)
      rows.push(...page)
    }
    all.set(index, rows)
  }
  return { person, contents: all }
}

function showing(
  program: Program,
  { user, row, doubtful }: Person,
  keys: ReadonlyMap<string, readonly string[]>,
) {
  const { table: users } = program.user
  const views = new Map<string, TableView>()
  const viewOf = (table: string): TableView => {
    // The key of a user row names whose it is.
    const key = table === users ? [] : (keys.get(table) ?? [])
    const known = views.get(table) ?? tableView(program, table, user, key)
    views.set(table, known)
    return known
  }
  const isTheirs = (step: Step): boolean => {
    if (step.table === users || step.action === 'detach') return false
    // A row with a list of people is one person's only where it goes with them.
    if (step.action !== 'delete' && step.ways.some(({ locator }) => locator.each)) return false
    const values = looseValuesOf(step)
    return !doubtful.some(({ field, reach, anyCase }) =>
      values.some((one) => one.field === field && one.reach === reach && one.anyCase === anyCase),
    )
  }
  return {
    user: (): ExportRecord => ({
      ...{ kind: 'user', table: users },
      ...shownRow(viewOf(users), null, row, true),
    }),
    row: (step: Step, held: UserRow): ExportRecord => ({
      ...{ kind: 'row', table: step.table, step: step.id, action: step.action },
      ...shownRow(viewOf(step.table), step, held, isTheirs(step)),
    }),
  }
}

function notIncluded(
  { steps }: Program,
  { counts, user: { sharedRows = [] } }: Person,
  unread: readonly string[],
): readonly NotIncluded[] {
  return [
    ...steps.flatMap(({ table, action, ways }, index): readonly NotIncluded[] => {
      const shared = action === 'external' ? 0 : (sharedRows[index] ?? 0)
      return [
        ...(action === 'external'
          ? [
              {
                ...{ table, because: 'external' as const },
                ...(ways.length === 0 ? {} : { rows: counts[index] ?? 0 }),
              },
            ]
          : []),
        ...(shared > 0 ? [{ table, because: 'shared' as const, rows: shared }] : []),
      ]
    }),
    ...unread.map((table) => ({ table, because: 'unread' as const })),
  ]
}

/** The columns of each table's key. */
async function keysOf({
  store,
}: ExecutionContext): Promise<ReadonlyMap<string, readonly string[]>> {
  const { tables } = await store.describe()
  return new Map(tables.map(({ name, primaryKey }) => [name, primaryKey]))
}
