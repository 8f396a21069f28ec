/**
 * What has to hold after any deletion, crashed or not (reliability.md, I1 to I10).
 *
 * Everything here is said a second time: rows are read with plain queries, the ledger's chain is computed
 * anew, and what a rule does to a row comes from the model that the caller passes in.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import canonicalize from 'canonicalize'

export type Row = Readonly<Record<string, unknown>>
/** Every row of a database: by table, then by the row's key. */
export type Snapshot = Readonly<Record<string, ReadonlyMap<string, Row>>>

/** The rows of one step of the policy, and what becomes of them. */
export interface RuleModel {
  /** The step's id in receipts. */
  readonly step: string
  readonly table: string
  owns(row: Row, user: Row, before: Snapshot): boolean
  /** The row afterwards, `null` for gone. A regular expression stands for any text that it matches. */
  write(row: Row, user: Row): Row | null
  /** What an open job may have made of a row that will go. */
  onTheWay?(row: Row): Row
  /** A column that holds the same random token in all rows of one user. */
  readonly sameToken?: string
}

export interface HostModel {
  readonly users: string
  readonly rules: readonly RuleModel[]
  /** The user row while a job is open. */
  disabled(user: Row): Row
  /** Texts of a user that may stand nowhere in the engine's own tables. */
  personal(user: Row): readonly string[]
  /** Tables whose rows let a user in, and those that have to go before them. */
  readonly access: readonly string[]
  /** References that may never point to nothing. */
  readonly references: readonly {
    readonly table: string
    readonly column: string
    readonly parent: string
  }[]
  /** Event type to the step behind it. */
  readonly events: Readonly<Record<string, string>>
}

export interface InvariantCheck {
  readonly model: HostModel
  readonly before: Snapshot
  readonly after: Snapshot
  /** Ids of the users who were to be deleted. */
  readonly targets: readonly string[]
  /** What is expected of all targets; without it each may be deleted or untouched. */
  readonly expected?: 'deleted' | 'untouched'
  /** Whether jobs may still be open, so that their users are neither. */
  readonly open?: boolean
  /** Taken between `before` and `after`: receipts and events of then have to be there unchanged. */
  readonly earlier?: readonly Snapshot[]
  /** Taken after the same deletion was asked for once more. */
  readonly again?: Snapshot
  /** Errors, warnings and answers that came out of the engine. */
  readonly said?: readonly unknown[]
}

type Fate = 'deleted' | 'untouched' | 'open'

interface Checked extends InvariantCheck {
  readonly fates: ReadonlyMap<string, Fate>
}

const LEDGER = 'user_deletion_ledger'
const OUTBOX = 'user_deletion_outbox'
const JOBS = 'user_deletion_jobs'
const HEAD = 'user_deletion_ledger_head'

/** Reads every row of every table. */
export function takeSnapshot(db: Database.Database): Snapshot {
  const columns = db
    .prepare(
      `SELECT s.name AS "table", c.name AS "column", c.pk FROM sqlite_schema AS s, pragma_table_info(s.name) AS c WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.name, c.pk`,
    )
    .all() as readonly { readonly table: string; readonly column: string; readonly pk: number }[]
  const keys: Record<string, string[]> = {}
  for (const { table, column, pk } of columns) {
    const key = keys[table] ?? []
    keys[table] = pk > 0 ? [...key, column] : key
  }
  return Object.fromEntries(
    Object.entries(keys).map(([table, key]) => [table, readRows(db, table, key)]),
  )
}

function readRows(
  db: Database.Database,
  table: string,
  key: readonly string[],
): ReadonlyMap<string, Row> {
  assert.notEqual(key.length, 0, `${table} has no primary key to compare rows by`)
  const rows = db.prepare(`SELECT * FROM "${table}"`).all() as Row[]
  return new Map(rows.map((row) => [key.map((name) => String(row[name])).join(' '), row]))
}

/** Throws an assertion error that names the invariant which does not hold. */
export function checkInvariants(check: InvariantCheck): ReadonlyMap<string, Fate> {
  const checked: Checked = { ...check, fates: fatesOf(check) }
  checkHostRows(checked)
  checkTokens(checked)
  checkReferences(checked)
  checkAccess(checked)
  checkReceipts(checked)
  checkChain(checked)
  checkEvents(checked)
  checkPersonalData(checked)
  checkRepeats(checked)
  return checked.fates
}

function rowsOf(snapshot: Snapshot, table: string): ReadonlyMap<string, Row> {
  return snapshot[table] ?? new Map()
}

function userOf({ model, before }: InvariantCheck, id: string): Row {
  const user = rowsOf(before, model.users).get(id)
  assert.ok(user, `${id} is not a user to begin with`)
  return user
}

/** I1, as far as the user row tells: gone, as before, or disabled by a job that is still open. */
function fatesOf(check: InvariantCheck): ReadonlyMap<string, Fate> {
  const { model, after, targets, expected, open = false } = check
  const jobs = new Set([...rowsOf(after, JOBS).values()].map((job) => job['user_id']))
  return new Map(
    targets.map((id): [string, Fate] => {
      const user = userOf(check, id)
      const present = rowsOf(after, model.users).get(id)
      const isOpen = jobs.has(id)
      if (isOpen) {
        assert.ok(open, `I1: the job of ${id} is still open`)
        assert.deepEqual(present, model.disabled(user), `I1: ${id} has a job and is not disabled`)
        return [id, 'open']
      }
      const fate = present === undefined ? 'deleted' : 'untouched'
      if (present !== undefined) assert.deepEqual(present, user, `I1: the row of ${id} was changed`)
      if (expected !== undefined) assert.equal(fate, expected, `I1: ${id} is ${fate}`)
      return [id, fate]
    }),
  )
}

/** I1, I3 and I10: every row is exactly what its rules make of it, and all others are as they were. */
function checkHostRows(checked: Checked): void {
  const { before, after, model, fates } = checked
  const hostTables = Object.keys(before).filter((table) => !table.startsWith('user_deletion_'))
  for (const table of hostTables) {
    for (const key of rowsOf(after, table).keys()) {
      assert.ok(rowsOf(before, table).has(key), `I3: a row came into being: ${table} ${key}`)
    }
    for (const [key, row] of rowsOf(before, table)) {
      if (table === model.users && fates.has(key)) continue
      const present = rowsOf(after, table).get(key) ?? null
      const allowed = expectedRows(checked, table, row)
      assert.ok(
        allowed.some((expected) => isLike(present, expected)),
        `I1/I3/I10: ${table} ${key} is ${JSON.stringify(present)}, was ${JSON.stringify(row)}`,
      )
    }
  }
}

/** What a row may be now. One form, unless a job is open. */
function expectedRows(checked: Checked, table: string, row: Row): readonly (Row | null)[] {
  const { before, model, fates } = checked
  let forms: readonly (Row | null)[] = [row]
  for (const [id, fate] of fates) {
    if (fate === 'untouched') continue
    const user = userOf(checked, id)
    for (const rule of model.rules) {
      if (rule.table !== table || !rule.owns(row, user, before)) continue
      const written = forms.map((form) => form && rule.write(form, user))
      const between = forms.map((form) => form && (rule.onTheWay?.(form) ?? form))
      forms = fate === 'open' ? [...forms, ...between, ...written] : written
    }
  }
  return forms
}

function isLike(present: Row | null, expected: Row | null): boolean {
  if (present === null || expected === null) return present === expected
  return Object.entries(expected).every(([column, value]) => {
    const found = present[column]
    return value instanceof RegExp
      ? typeof found === 'string' && value.test(found)
      : normal(found) === normal(value)
  })
}

/** JSON text counts by its value; everything else by its bytes. */
function normal(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value
  return JSON.stringify(JSON.parse(value))
}

/** One deletion writes one token, also when it was interrupted. */
function checkTokens(checked: Checked): void {
  const { before, after, model, fates } = checked
  for (const [id, fate] of fates) {
    if (fate !== 'deleted') continue
    const user = userOf(checked, id)
    for (const { table, owns, sameToken } of model.rules) {
      if (sameToken === undefined) continue
      const tokens = new Set(
        [...rowsOf(before, table)]
          .filter(([, row]) => owns(row, user, before))
          .map(([key]) => rowsOf(after, table).get(key)?.[sameToken]),
      )
      assert.ok(tokens.size <= 1, `I10: ${id} has ${tokens.size} tokens in ${table}`)
    }
  }
}

/** I2 */
function checkReferences({ after, model }: Checked): void {
  for (const { table, column, parent } of model.references) {
    for (const [key, row] of rowsOf(after, table)) {
      const value = row[column]
      if (value === null) continue
      const isThere = rowsOf(after, parent).has(String(value))
      assert.ok(isThere, `I2: ${table} ${key} refers to ${parent} ${value}, which is gone`)
    }
  }
}

/** I4: access goes before anything else does. */
function checkAccess(checked: Checked): void {
  const { before, after, model, fates } = checked
  for (const [id, fate] of fates) {
    if (fate === 'untouched') continue
    const user = userOf(checked, id)
    const owned = (isAccess: boolean) =>
      model.rules
        .filter(({ table }) => model.access.includes(table) === isAccess)
        .flatMap((rule) =>
          [...rowsOf(before, rule.table)]
            .filter(([, row]) => rule.owns(row, user, before))
            .map(([key, row]) => ({ row, now: rowsOf(after, rule.table).get(key) })),
        )
    const open = owned(true).filter(({ now }) => now !== undefined)
    const begun = owned(false).some(({ row, now }) => now === undefined || !isLike(now, row))
    if (fate === 'deleted' || begun) {
      assert.equal(open.length, 0, `I4: ${id} can still get in`)
    }
  }
}

interface Receipt {
  readonly id: string
  readonly userId: string
  readonly tenantId: string
  readonly digest: string
  readonly steps: readonly { readonly id: string; readonly rows: number }[]
}

/** Ledger rows of deletions, by user. */
function receiptsOf(snapshot: Snapshot, id: string): readonly Receipt[] {
  return [...rowsOf(snapshot, LEDGER).values()]
    .filter((entry) => entry['kind'] === 'user.deleted' && entry['subject'] === id)
    .map((entry) => JSON.parse(String(entry['body'])) as Receipt)
}

/** I5 and I8: one receipt for each deleted user and none for others; it counts the rows that were there. */
function checkReceipts(checked: Checked): void {
  const { before, after, model, fates } = checked
  for (const [id, fate] of fates) {
    const receipts = receiptsOf(after, id)
    assert.equal(receipts.length, fate === 'deleted' ? 1 : 0, `I5: receipts of ${id} (${fate})`)
    const [receipt] = receipts
    if (receipt === undefined) continue
    const user = userOf(checked, id)
    assert.equal(receipt.userId, id, 'I5: the receipt names another user')
    assert.equal(receipt.tenantId, user['tenant_id'], 'I5: the receipt names another tenant')
    for (const { step, table, owns } of model.rules) {
      const rows = [...rowsOf(before, table).values()].filter((row) => owns(row, user, before))
      const counted: number | undefined = receipt.steps.find(
        (candidate) => candidate.id === step,
      )?.rows
      assert.equal(counted, rows.length, `I8: rows of ${step} in the receipt of ${id}`)
    }
  }
  const known = new Set(fates.keys())
  for (const entry of rowsOf(after, LEDGER).values()) {
    const isNew = !rowsOf(before, LEDGER).has(String(entry['seq']))
    if (!isNew || entry['kind'] !== 'user.deleted') continue
    assert.ok(known.has(String(entry['subject'])), `I5: a receipt of ${entry['subject']}`)
  }
}

/** I5: sequence, hashes, receipt digests and the head; for a ledger without a key. */
export function checkChain({ after }: Pick<Checked, 'after'>): void {
  let seq = 0
  let hash = '0'.repeat(64)
  const entries = [...rowsOf(after, LEDGER).values()]
  for (const entry of entries.sort((a, b) => Number(a['seq']) - Number(b['seq']))) {
    assert.equal(entry['seq'], seq + 1, 'I5: the ledger has a gap')
    const { kind, at, tenant_id, subject, idempotency_key, user_table, body } = entry
    const named = [kind, at, tenant_id, subject, idempotency_key]
    // The table of the users stands last, and an entry without one says nothing of it.
    const text = JSON.stringify([hash, entry['seq'], ...named, ...[user_table ?? []].flat()])
    assert.equal(entry['hash'], sha256(`${text}\n${body}`), `I5: entry ${seq + 1} is altered`)
    if (kind === 'user.deleted') {
      const { digest, ...receipt } = JSON.parse(String(body)) as Receipt
      assert.equal(digest, sha256(canonicalize(receipt) ?? ''), `I5: receipt ${receipt.id}`)
    }
    seq += 1
    hash = String(entry['hash'])
  }
  const head = rowsOf(after, HEAD).get('1')
  assert.equal(head?.['seq'] ?? 0, seq, 'I5: the head is not the last entry')
  if (head !== undefined) assert.equal(head['hash'], hash, 'I5: the head has another hash')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** I6: events of the deleted and of nobody else, once each. */
function checkEvents(checked: Checked): void {
  const { before, after, model, fates } = checked
  const isOld = (id: unknown): boolean => rowsOf(before, OUTBOX).has(String(id))
  const events = [...rowsOf(after, OUTBOX).values()].filter(({ id }) => !isOld(id))
  for (const event of events) {
    assert.equal(
      fates.get(String(event['subject'])),
      'deleted',
      `I6: an event of ${event['subject']}`,
    )
  }
  for (const [id, fate] of fates) {
    const own = events.filter(({ subject }) => subject === id)
    if (fate !== 'deleted') continue
    const [receipt] = receiptsOf(after, id)
    const rows = (step: string): number =>
      receipt?.steps.find((candidate) => candidate.id === step)?.rows ?? 0
    const expected = Object.entries(model.events)
      .map(([type, step]) => ({ type, rows: rows(step) }))
      .filter((event) => event.rows > 0)
    assert.deepEqual(
      own
        .map(({ type, rows, receipt_id }) => ({ type, rows, receipt_id }))
        .sort((a, b) => String(a.type).localeCompare(String(b.type))),
      [...expected, { type: 'user.deleted', rows: 1 }].map((event) => ({
        ...event,
        receipt_id: receipt?.id,
      })),
      `I6: the events of ${id}`,
    )
  }
}

/** I7 */
function checkPersonalData(checked: Checked): void {
  const { after, model, targets, said = [] } = checked
  const tables = Object.keys(after).filter((table) => table.startsWith('user_deletion_'))
  const stored = tables.flatMap((table) => [...rowsOf(after, table).values()])
  const places = [...stored.map((row) => JSON.stringify(row)), ...said.map(textOf)]
  for (const id of targets) {
    for (const canary of model.personal(userOf(checked, id))) {
      const found = places.find((text) => text.includes(canary))
      assert.equal(found, undefined, `I7: ${canary} stands in ${found}`)
    }
  }
}

function textOf(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value) ?? String(value)
  return `${value.stack} ${JSON.stringify(value)} ${textOf(value.cause ?? null)}`
}

/** I6 and I9: what was written once stays, and asking again changes nothing at all. */
function checkRepeats({ earlier = [], after, again }: Checked): void {
  for (const snapshot of earlier) {
    for (const table of [LEDGER, OUTBOX]) {
      for (const [key, row] of rowsOf(snapshot, table)) {
        assert.deepEqual(
          rowsOf(after, table).get(key),
          row,
          `I6: ${table} ${key} was written again`,
        )
      }
    }
  }
  if (again !== undefined) assert.deepEqual(again, after, 'I9: the repeat changed something')
}
