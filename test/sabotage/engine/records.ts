import type { Sabotage } from '../sabotage.ts'

/** Whose records are whose, and which tables are the engine's. */
export const recordsSabotages: readonly Sabotage[] = [
  {
    name: 'take the deletion of a user of another table for this one’s',
    file: 'src/records/ledger-records.ts',
    find: "        { field: 'userTable', in: [userTable] },\n        { field: 'subject', in: [subject] },",
    replace: "        { field: 'subject', in: [subject] },",
    caughtBy: 'test/adapters/sqlite/contract.test.ts',
  },
  {
    name: 'bind the users of every table by a hold on one of them',
    file: 'src/store/own-records.ts',
    find: "      { field: 'userTable', in: [userTable, null] },\n",
    replace: '',
    caughtBy: 'test/adapters/sqlite/contract.test.ts',
  },
  {
    name: 'leave out of the chain whose users an entry is about',
    file: 'src/receipt/chain.ts',
    find: '...(userTable === null ? [] : [userTable]),',
    replace: '...(userTable === null ? [] : []),',
    caughtBy: 'test/adapters/layouts/layouts.test.ts',
  },
  {
    name: 'believe the table that an entry of an earlier layout was given, whichever it is',
    file: 'src/receipt/ledger/verify-ledger.ts',
    find: 'return entry.userTable !== null && entry.userTable === saidUserTable(entry)',
    replace: 'return entry.userTable !== null',
    caughtBy: 'test/adapters/layouts/layouts.test.ts',
  },
  {
    name: 'give records that nothing proves to the engine that migrates first',
    file: 'adapters/sqlite/records/layout.ts',
    find: 'LIMIT 1`, { userTable }).length > 0) return',
    replace: 'LIMIT 1`, { userTable }).length < 0) return',
    caughtBy: 'test/adapters/layouts/layouts.test.ts',
  },
  {
    name: 'work on an earlier layout as if it were the present one',
    file: 'adapters/sqlite/records/layout.ts',
    find: 'NAMING_USERS.some((table) => isEarlier(found, table))) {',
    replace: 'NAMING_USERS.length === 0) {',
    caughtBy: 'test/adapters/layouts/layouts.test.ts',
  },
  {
    name: 'take a table of the host for one of the engine',
    file: 'adapters/sqlite/records/layout.ts',
    find: '      firstColumns(table).some((column) => !columns.has(column)) ||\n',
    replace: '      firstColumns(table).length === 0 ||\n',
    caughtBy: 'test/engine/own-tables.test.ts',
  },
  {
    name: 'take a spool of the host for one of the engine',
    file: 'adapters/sqlite/records/layout.ts',
    find: "      (table === 'spool' && !columns.has('ids') && !isEarlierSpool(found)),\n",
    replace: "      (table === 'spool' && columns.size === 0),\n",
    caughtBy: 'test/engine/own-tables.test.ts',
  },
  {
    name: 'take a table for the inside of an index by its name',
    file: 'adapters/sqlite/schema/shadow-tables.ts',
    find: "if (part === 'content' && content === 'external') return false",
    replace: "if (part === 'content' && content === 'external') return true",
    caughtBy: 'test/engine/own-tables.test.ts',
  },
  {
    name: 'leave the handle without its defence',
    file: 'adapters/sqlite/handle/connection.ts',
    find: 'undoOfOpen.push(() => void db.unsafeMode?.(false))',
    replace: 'undoOfOpen.push(() => void db.unsafeMode?.(true))',
    caughtBy: 'test/engine/own-tables.test.ts',
  },
]
