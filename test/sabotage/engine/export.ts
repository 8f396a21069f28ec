import type { Sabotage } from '../sabotage.ts'

const contract = 'test/adapters/memory/contract.test.ts'
const values = 'test/execution/export/values.test.ts'
const view = 'test/execution/export/one-view.test.ts'
const shown = 'src/execution/export/shown-row.ts'

export const exportSabotages: readonly Sabotage[] = [
  {
    name: 'export secrets of the user row',
    file: shown,
    find: '(table === userTable.table ? (userTable.secret ?? []) : [])',
    replace: '(table === userTable.id ? (userTable.secret ?? []) : [])',
    caughtBy: contract,
  },
  {
    name: 'export secrets in rows that another rule finds',
    file: shown,
    find: '...own.flatMap(({ secret = [] }) => secret),',
    replace: '...own.slice(0, 1).flatMap(({ secret = [] }) => secret),',
    caughtBy: contract,
  },
  {
    name: 'export secrets in lists of documents',
    file: shown,
    find: 'return value.map((one) => deleteAt(one, [key, ...rest])).some((isThere) => isThere)',
    replace: 'return false',
    caughtBy: values,
  },
  {
    name: 'export all of a row that only refers to the user',
    file: 'src/execution/export/export-user.ts',
    find: "if (step.table === users || step.action === 'detach') return false",
    replace: 'if (step.table === users) return false',
    caughtBy: contract,
  },
  {
    name: 'export user rows of others',
    file: 'src/execution/export/export-user.ts',
    find: 'const key = table === users ? [] : (keys.get(table) ?? [])',
    replace: 'const key = keys.get(table) ?? []',
    caughtBy: values,
  },
  {
    name: 'export the other person of a row',
    file: shown,
    find: 'if (ownColumns.has(theirs) || !leaveOut(row, theirs)) continue',
    replace: 'if (row !== null) continue',
    caughtBy: values,
  },
  {
    name: 'export other elements of a list',
    file: shown,
    find: 'const kept = value.filter((one) => !isOthers(one))',
    replace: 'const kept = value.filter((one) => one !== undefined || isOthers(one))',
    caughtBy: contract,
  },
  {
    name: 'export a list that cannot be looked into',
    file: shown,
    find: "if (typeof value !== 'object' && parsed !== undefined) return",
    replace: 'if (parsed !== null) return',
    caughtBy: values,
  },
  {
    name: 'say nothing of what is kept elsewhere',
    file: 'src/execution/export/export-user.ts',
    find: "...(action === 'external'\n",
    replace: "...(action === 'unlink'\n",
    caughtBy: contract,
  },
  {
    name: 'say that pages are of one state',
    file: 'src/execution/export/export-user.ts',
    find: 'view !== null && (view.isKept || whole !== null)',
    replace: 'view !== null',
    caughtBy: view,
  },
  {
    name: 'see in a view of memory what is written later',
    file: 'adapters/memory/index.ts',
    find: 'tables.schema().tables.map(({ name }) => [name, new Map(tables.rows(name))] as const),',
    replace: 'tables.schema().tables.map(({ name }) => [name, tables.rows(name)] as const),',
    caughtBy: view,
  },
  {
    name: 'read pages of PostgreSQL each from a state of its own',
    file: 'adapters/postgres/index.ts',
    find: '      host.isOneConnection === true\n        ? { isKept: false,',
    replace: '      host !== null\n        ? { isKept: true,',
    caughtBy: view,
  },
  {
    name: 'read pages of MongoDB each from a state of its own',
    file: 'adapters/mongodb/commit/connection.ts',
    find: 'const reader = openScope(db, found.types, { session })',
    replace: "const reader = openScope(db, found.types, session === null ? 'ordered' : 'durable')",
    caughtBy: view,
  },
  {
    name: 'keep the connection of an export that nobody reads on',
    file: 'src/execution/export/export-user.ts',
    find: '    await view?.close()\n',
    replace: '    if (signal?.aborted) await view?.close()\n',
    caughtBy: view,
  },
  {
    name: 'end an export without a word when the signal stops it',
    file: 'src/execution/export/export-user.ts',
    find: '          complete = false\n',
    replace: '          complete = true\n',
    caughtBy: contract,
  },
  {
    name: 'go on behind the wrong row in an export',
    file: 'src/execution/export/export-user.ts',
    find: 'after = page.at(-1)?.key ?? null',
    replace: 'after = page.at(-2)?.key ?? null',
    caughtBy: contract,
  },
  {
    name: 'export: show what a rule of several ways writes beside another person',
    file: 'src/execution/export/shown-row.ts',
    find: '(isMixed(rule) ? []',
    replace: '(rule.set.length < 0 ? []',
    caughtBy: 'test/execution/export/values.test.ts',
  },
]
