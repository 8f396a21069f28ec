/**
 * What a deletion would find: the users, their rows by step, and the groups they are the last of.
 *
 * @module
 */
import type {
  FoundUser,
  GroupMember,
  JournalEnd,
  LastOfCheck,
  Program,
  Step,
  Survey,
  Targets,
  UserRow,
} from '../../src/store.ts'
import { holds, matchStep } from './match-rows.ts'
import type { Records } from './records.ts'
import type { Tables } from './rows.ts'
import { stored } from './values.ts'

export function takeSurvey(
  tables: Tables,
  records: Records,
  program: Program,
  targets: Targets,
  journal?: JournalEnd,
): Survey {
  const users = findRows(tables, records, program, targets).map((row) =>
    row === null ? null : foundUser(program, row),
  )
  const present = users.flatMap((user, position) => (user === null ? [] : [{ user, position }]))
  const slice = present.map(({ user }) => ({ fields: user.fields, derived: [] }))
  const counts = users.map(() => program.steps.map(() => 0))
  for (const [index, step] of program.steps.entries()) {
    // In the last transaction of a job exceptions may be overwritten: the chunks have had the last word.
    if (journal !== undefined && step.except.length > 0) continue
    const after = journal === undefined ? 0 : rowsWrittenUpTo(step, journal, index)
    for (const [key, owners] of matchStep(tables, step, targets.tenantId, slice)) {
      if (key <= after) continue
      for (const owner of owners) {
        const own = counts[present[owner]?.position ?? -1]
        if (own !== undefined) own[index] = (own[index] ?? 0) + 1
      }
    }
  }
  const bereft = program.checks.map((check) => findBereft(tables, check, users))
  const openJobs = targets.users.map(({ id }) => records.jobOf(targets.tenantId, id)?.id ?? null)
  return { users, counts, bereft, openJobs }
}

/** The key up to which chunks have written the rows of a step that keeps its rows. */
export function rowsWrittenUpTo(step: Step, { cursors }: JournalEnd, index: number): number {
  const keepsRows = step.action === 'anonymize' || step.action === 'retain'
  return keepsRows ? Number(cursors[index]?.[0] ?? 0) : 0
}

/** The user rows in the order asked for; only the very id in the very tenant counts. */
export function findRows(
  tables: Tables,
  records: Records,
  { user }: Program,
  { tenantId, users }: Targets,
): readonly (UserRow | null)[] {
  const rows = new Map<unknown, UserRow>()
  const wanted = new Set<unknown>(users.map(({ id }) => stored(id)))
  for (const row of tables.rows(user.table).values()) {
    const isOfTenant = user.tenant === null || stored(row[user.tenant]) === tenantId
    if (isOfTenant && wanted.has(stored(row[user.id]))) rows.set(stored(row[user.id]), row)
  }
  return users.map(({ id, subject }) => {
    const isTombstone =
      user.action === 'anonymize' && records.newestEntry(tenantId, subject) !== undefined
    const row = isTombstone ? undefined : rows.get(stored(id))
    return row === undefined ? null : structuredClone(row)
  })
}

function foundUser({ user }: Program, row: UserRow): FoundUser {
  const fields = Object.entries(user.fields).map(([field, column]) => [field, stored(row[column])])
  return { fields: Object.fromEntries(fields) as FoundUser['fields'] }
}

/** Members among the users of groups in which nobody else satisfies the check. */
function findBereft(
  tables: Tables,
  { table, match, within, where }: LastOfCheck,
  users: readonly (FoundUser | null)[],
): readonly GroupMember[] {
  const positions = new Map(users.map((user, position) => [user?.fields['id'], position]))
  const members: GroupMember[] = []
  const surviving = new Set<unknown>()
  for (const row of tables.rows(table).values()) {
    const group = stored(row[within])
    const id = stored(row[match])
    if (group === null || id === null || !where.every((condition) => holds(row, condition)))
      continue
    const user = positions.get(id)
    if (user === undefined) surviving.add(group)
    else members.push({ user, group })
  }
  return members.filter(({ group }) => !surviving.has(group))
}
