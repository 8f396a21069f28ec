/**
 * A store over plain arrays, to start an adapter for another database from. It needs nothing but
 * `user-deletion-engine/store`, and passes `storeContract`.
 *
 * The engine decides everything; a store does three things. It answers questions about the host's rows and the
 * engine's own records (`answer`), it makes writes (`write`), and it makes those of one commit together or not at all
 * (`commit`). Put a `SELECT` of your database in the place of one case after the other: the helpers say what each has
 * to find, for they are what the memory store answers by, and the contract tells whether yours finds the same.
 *
 * Left to you: foreign keys, CHECK constraints and triggers. A database that has them names its foreign keys in
 * `describe` and says so with `foreignKeysEnforced`; then the contract asks more.
 *
 * @module
 */
import {
  type Answer,
  assertRow,
  blankRows,
  changeSync,
  chosenRecords,
  countRows,
  type DatabaseSchema,
  fieldsOf,
  findSpellings,
  findTenant,
  type HostQuestion,
  heldIds,
  heldOutside,
  hurdleRows,
  keyText,
  type LedgerEntry,
  lastMembers,
  NO_RECORDS,
  type Question,
  type RecordLists,
  RolledBack,
  type Row,
  type RowTarget,
  recordsAfter,
  refuseStale,
  rehearsed,
  runSync,
  type Store,
  stepContents,
  stepRows,
  storedRow,
  type TableSchema,
  tableRows,
  UserDeletionError,
  userIds,
  userRows,
  type Write,
  workOn,
} from 'user-deletion-engine/store'

export interface ArrayStore extends Store {
  /** A copy of a table's rows. */
  rows(table: string): readonly Row[]
}

/** A row with its key, which never changes: an interrupted run goes on behind the last row that it has written. */
type KeyedRow = readonly [key: number, row: Row]

/** Everything that is stored. Arrays are never written into, only replaced, so that an earlier state is a backup. */
interface State {
  /** An array of records for each table of the engine. */
  readonly records: RecordLists
  /** An array of rows for each table of the host. */
  readonly rows: Readonly<Record<string, readonly KeyedRow[]>>
  readonly lastKey: number
}

/** `tables`: those of the host. A database would be asked for them. */
export function arrayStore(
  tables: readonly TableSchema[],
  data: Readonly<Record<string, readonly Row[]>> = {},
): ArrayStore {
  const schema: DatabaseSchema = {
    // Another stamp for another schema: a policy that was checked against an earlier one writes nothing then.
    ...{ stamp: JSON.stringify(tables), tables },
    foreignKeysEnforced: false,
  }
  let state: State = { records: NO_RECORDS, rows: {}, lastKey: 0 }

  function tableOf(name: string): TableSchema {
    const table = tables.find((one) => one.name === name)
    if (table !== undefined) return table
    throw new UserDeletionError('schema_mismatch', `There is no table ${name}.`, {
      details: { table: name },
    })
  }

  function rowsOf(name: string): readonly KeyedRow[] {
    return state.rows[name] ?? []
  }

  /** The rows of a table are these from now on. Those that are new or changed have to fit the table and the others. */
  function replaceRows(
    name: string,
    rows: readonly KeyedRow[],
    changed: ReadonlySet<number>,
  ): void {
    const table = tableOf(name)
    for (const [key, row] of rows) {
      if (!changed.has(key)) continue
      assertRow(table, row, (columns, values) =>
        rows.some(([other, one]) => other !== key && keyText(one, columns) === values),
      )
    }
    state = { ...state, rows: { ...state.rows, [name]: rows } }
  }

  function insertRow(name: string, row: Row): void {
    const key = state.lastKey + 1
    replaceRows(name, [...rowsOf(name), [key, storedRow(tableOf(name), row)]], new Set([key]))
    state = { ...state, lastKey: key }
  }

  /** How the helpers reach the host's rows. `update` and `remove` are one statement each. */
  const host: RowTarget = {
    schema: () => schema,
    rows: rowsOf,
    row: (name, key) => rowsOf(name).find(([own]) => own === key)?.[1],
    update(name, changes) {
      const changed = new Map(changes)
      const rows = rowsOf(name).map(([key, row]): KeyedRow => [key, changed.get(key) ?? row])
      replaceRows(name, rows, new Set(changed.keys()))
    },
    remove(name, keys) {
      const gone = new Set(keys)
      const left = rowsOf(name).filter(([key]) => !gone.has(key))
      const removed = rowsOf(name).length - left.length
      replaceRows(name, left, new Set())
      return removed
    },
  }

  function userRowsOf({ program, tenantId, ids }: HostQuestion<'user_rows' | 'users'>) {
    return userRows(host, program.user, tenantId, ids)
  }

  function ledger(): readonly LedgerEntry[] {
    return chosenRecords(state.records.ledger, { kind: 'records', table: 'ledger' })
  }

  function answer(question: Question): Answer {
    switch (question.kind) {
      // The engine's own: ledger, jobs, holds, …; `RECORD_TABLES` says what each is made of.
      case 'records':
        return chosenRecords(state.records[question.table], question)
      // Rows of the user table: as the host has them, or what the policy names of them.
      case 'user_rows':
        return structuredClone(userRowsOf(question))
      case 'users':
        return userRowsOf(question).map((row) =>
          row === null ? null : fieldsOf(question.program.user, row),
        )
      case 'user_ids':
        return userIds(host, question, schema)
      // Whether a deletion has left them blank.
      case 'blank_rows':
        return blankRows(host, question)
      // Which values of users other users hold too: rows that are found by one are nobody's alone.
      case 'holders':
        return heldOutside(host, question)
      // How many rows each step of the policy has, and which are the next ones.
      case 'counts':
        return countRows(host, question)
      case 'step_rows':
        return stepRows(host, question)
      // All rows of a table, a page at a time.
      case 'table_rows':
        return tables.some(({ name }) => name === question.table) ? tableRows(host, question) : null
      case 'contents':
        return stepContents(host, question)
      // Groups without a member, once these users are gone.
      case 'bereft':
        return lastMembers(host, question)
      // Where the tables would refuse a deletion. `[]` from a store that cannot foresee it.
      case 'hurdles':
        return hurdleRows(host, question)
      // Whom rows name, whether such users are there or not.
      case 'references':
        return heldIds(host, question)
      // How ids and tenants are spelt, where the columns do not tell: 7 or "7"?
      case 'spellings':
        return findSpellings(host, ledger, question)
      case 'tenant_spelling':
        return findTenant(host, ledger, question)
    }
  }

  function write(one: Write): void {
    switch (one.kind) {
      // The steps of the policy on the host's rows, in their order, then the rows of the users.
      case 'work':
        workOn(host, one)
        break
      // The engine's entry in the host's own audit log.
      case 'insert_row':
        insertRow(one.table, one.values)
        break
      // Everything else is about the engine's own records.
      default:
        state = { ...state, records: recordsAfter(state.records, one) }
    }
  }

  /** A transaction: what throws leaves no trace. Nothing in it waits, so nobody else comes in between. */
  function transaction<T>(work: () => T): T {
    const before = state
    try {
      return work()
    } catch (error) {
      state = before
      throw error
    }
  }

  transaction(() => {
    for (const [name, rows] of Object.entries(data)) for (const row of rows) insertRow(name, row)
  })

  return {
    name: 'arrays',
    capabilities: { transactions: true, erasure: 'rows_removed' },
    rows: (table) => structuredClone(rowsOf(table).map(([, row]) => row)),
    // A database would create the tables of `RECORD_TABLES` here.
    migrate: async () => {},
    describe: async () => schema,
    // A database that answers later runs the same by `runAsync`, which hands over each list of questions at once.
    read: async (inquiry) => runSync(inquiry(), answer),
    commit: (inquiry) =>
      rehearsed(async () =>
        transaction(() => {
          const decision = runSync(inquiry(), (question) => {
            refuseStale(schema.stamp, question)
            return answer(question)
          })
          if (decision.change === null) return decision.result
          const result = changeSync(decision.change(), { write, answer })
          if (decision.isRehearsal === true) throw new RolledBack(result)
          return result
        }),
      ),
  }
}
