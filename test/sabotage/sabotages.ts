/** A change that breaks a promise. `find` stands exactly once in the file. */
export interface Sabotage {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
}

export const sabotages: readonly Sabotage[] = [
  {
    name: 'drop the tenant filter when users are looked up',
    file: 'adapters/sqlite/step-sql.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of the file.
    find: "  const tenant = user.tenant === null ? '' : ` AND t0.${quoteName(user.tenant)} = @tenant`\n  return `SELECT j.key",
    replace: "  const tenant = ''\n  return `SELECT j.key",
  },
  {
    name: 'match an e-mail across tenants',
    file: 'adapters/sqlite/selector-sql.ts',
    find: 'return tenant === null ? conditions :',
    replace: 'return tenant !== undefined ? conditions :',
  },
  {
    name: 'delete the user row first',
    file: 'adapters/sqlite/apply-slice.ts',
    find: '  runSteps(connection, sql, leaving, parameters, slice.journal)',
    replace:
      '  removeUserRows(connection, sql, parameters, leaving.length)\n  runSteps(connection, sql, leaving, parameters, slice.journal)',
  },
  {
    name: "swallow a step's error",
    file: 'adapters/sqlite/apply-slice.ts',
    find: '    runStep(connection, sql, { step, statements, index, rows, parameters, journal })',
    replace:
      '    try { runStep(connection, sql, { step, statements, index, rows, parameters, journal }) } catch {}',
  },
  {
    name: 'write no receipt with the change',
    file: 'adapters/sqlite/ledger.ts',
    find: '  for (const entry of entries) {',
    replace: '  for (const entry of entries.slice(1)) {',
  },
  {
    name: 'skip a rule',
    file: 'src/plan/compile-policy.ts',
    find: '    rulesOf(entry).map((rule, index) =>',
    replace: '    rulesOf(entry).slice(0, 1).map((rule, index) =>',
  },
  {
    name: 'let an empty id through',
    file: 'src/execution/arguments.ts',
    find: "    text.trim() !== '' &&\n",
    replace: '',
  },
  {
    name: 'ask the hook after the write',
    file: 'src/execution/delete-slice.ts',
    find: '  const objections = await askHost(context, request, users)\n',
    replace:
      '  const objections = new Map<number, UserDeletionError>()\n  queueMicrotask(() => void askHost(context, request, users))\n',
  },
  {
    name: 'leave a setting changed',
    file: 'adapters/sqlite/connection.ts',
    find: '      if (db.open) putBack(undo)',
    replace: '      if (!db.open) putBack(undo)',
  },
  {
    name: 'count wrongly',
    file: 'adapters/sqlite/take-survey.ts',
    find: '?? 0) + Number(rows)',
    replace: '?? 0) + 1',
  },
  {
    name: 'forget the side conditions of a rule',
    file: 'src/plan/compile-policy.ts',
    find: '    where: compileWhere(rule.where),\n    tenant: rule.tenant',
    replace: '    where: compileWhere({}),\n    tenant: rule.tenant',
  },
  {
    name: 'forget precedence between rules',
    file: 'src/plan/compile-policy.ts',
    find: '    except: exceptionsOf(policy, site),',
    replace: '    except: exceptionsOf(policy, site).slice(99),',
  },
  {
    name: 'let both of two co-owners go',
    file: 'src/execution/decide.ts',
    find: 'if (blockers.length === 0 && !stays) leaving.add(user)',
    replace: 'if (blockers.length === 0 && stays) leaving.add(user)',
  },
  {
    name: 'leave deleted content readable in the file',
    file: 'adapters/sqlite/connection.ts',
    find: "setPragma('main.secure_delete', 1, undo)",
    replace: "setPragma('main.secure_delete', 0, undo)",
  },
  {
    name: 'accept a ledger that was rewritten',
    file: 'src/receipt/verify-ledger.ts',
    find: 'if (entryHash(key, previous.hash, content) !== hash)',
    replace: 'if (entryHash(key, previous.hash, content) === undefined)',
  },
]
