/** A change that breaks a promise. `find` stands exactly once in the file. */
export interface Sabotage {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  /** The test file that is there to notice. */
  readonly caughtBy: string
}

export const sabotages: readonly Sabotage[] = [
  {
    name: 'drop the tenant filter when users are looked up',
    file: 'adapters/sqlite/step-sql.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of the file.
    find: "  const tenant = user.tenant === null ? '' : ` AND t0.${quoteName(user.tenant)} = @tenant`\n  return `SELECT j.key",
    replace: "  const tenant = ''\n  return `SELECT j.key",
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'match an e-mail across tenants',
    file: 'adapters/sqlite/selector-sql.ts',
    find: 'return tenant === null ? conditions :',
    replace: 'return tenant !== undefined ? conditions :',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'delete the user row first',
    file: 'adapters/sqlite/apply-slice.ts',
    find: '  runSteps(connection, sql, leaving, parameters, slice.journal)',
    replace:
      '  removeUserRows(connection, sql, parameters, leaving.length)\n  runSteps(connection, sql, leaving, parameters, slice.journal)',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: "swallow a step's error",
    file: 'adapters/sqlite/apply-slice.ts',
    find: '    runStep(connection, sql, { step, statements, index, rows, parameters, journal })',
    replace:
      '    try { runStep(connection, sql, { step, statements, index, rows, parameters, journal }) } catch {}',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'write no receipt with the change',
    file: 'adapters/sqlite/ledger.ts',
    find: '  for (const entry of entries) {',
    replace: '  for (const entry of entries.slice(1)) {',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'skip a rule',
    file: 'src/plan/compile-policy.ts',
    find: '    rulesOf(entry).map((rule, index) =>',
    replace: '    rulesOf(entry).slice(0, 1).map((rule, index) =>',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'let an empty id through',
    file: 'src/execution/arguments.ts',
    find: "    text.trim() !== '' &&\n",
    replace: '',
    caughtBy: 'test/bad-input.test.ts',
  },
  {
    name: 'ask the hook after the write',
    file: 'src/execution/delete-slice.ts',
    find: '  const objections = await askHost(context, request, users)\n',
    replace:
      '  const objections = new Map<number, UserDeletionError>()\n  queueMicrotask(() => void askHost(context, request, users))\n',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'leave a setting changed',
    file: 'adapters/sqlite/connection.ts',
    find: '\n      if (db.open) putBack(undo)',
    replace: '\n      if (!db.open) putBack(undo)',
    caughtBy: 'test/sqlite-file.test.ts',
  },
  {
    name: 'count wrongly',
    file: 'adapters/sqlite/take-survey.ts',
    find: '?? 0) + Number(rows)',
    replace: '?? 0) + 1',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'forget the side conditions of a rule',
    file: 'src/plan/compile-policy.ts',
    find: '    where: compileWhere(rule.where),\n    tenant: rule.tenant',
    replace: '    where: compileWhere({}),\n    tenant: rule.tenant',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'forget precedence between rules',
    file: 'src/plan/compile-policy.ts',
    find: '    except: exceptionsOf(policy, site),',
    replace: '    except: exceptionsOf(policy, site).slice(99),',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'let both of two co-owners go',
    file: 'src/execution/decide.ts',
    find: 'if (blockers.length === 0 && !stays) leaving.add(user)',
    replace: 'if (blockers.length === 0 && stays) leaving.add(user)',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'leave deleted content readable in the file',
    file: 'adapters/sqlite/connection.ts',
    find: "setPragma('main.secure_delete', 1, undo)",
    replace: "setPragma('main.secure_delete', 0, undo)",
    caughtBy: 'test/sqlite-file.test.ts',
  },
  {
    name: 'accept a ledger that was rewritten',
    file: 'src/receipt/verify-ledger.ts',
    find: 'if (entryHash(key, previous.hash, content) !== hash)',
    replace: 'if (entryHash(key, previous.hash, content) === undefined)',
    caughtBy: 'test/ledger.test.ts',
  },
  {
    name: 'bring a banned user back active',
    file: 'src/execution/disabling.ts',
    find: 'if (standing.disabled !== null) return { set: standing.disabled.before, disabled: null }',
    replace:
      'if (standing.disabled !== null) return { set: atInstant(program.user.active ?? {}, clock.now()), disabled: null }',
    caughtBy: 'test/life-cycle.test.ts',
  },
  {
    name: 'let a user cancel what an administrator has scheduled',
    file: 'src/execution/change-state.ts',
    find: "if (canceller.by === 'administrator' || schedule?.by === 'user') return",
    replace: 'if (canceller.by !== undefined) return',
    caughtBy: 'test/life-cycle.test.ts',
  },
  {
    name: 'look at holds in the plan only',
    file: 'src/execution/decide.ts',
    find: '  const holding = holds.filter((hold) => isHolding(hold, now))',
    replace: '  const holding = holds.filter((hold) => !isHolding(hold, now))',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'purge a user whom the host has enabled',
    file: 'src/execution/purge.ts',
    find: 'if (disabled !== null && !shows(row, disabled)) {',
    replace: 'if (disabled !== null && !shows(row, {})) {',
    caughtBy: 'test/life-cycle.test.ts',
  },
  {
    name: 'believe a clock that leaps',
    file: 'src/execution/seen-clock.ts',
    find: 'if (jumped && !confirmClock) {',
    replace: 'if (jumped && confirmClock) {',
    caughtBy: 'test/life-cycle.test.ts',
  },
  {
    name: 'leave sessions alive while the deletion is scheduled',
    file: 'src/execution/change-state.ts',
    find: '      consumesToken: terms.tokenHash !== null,\n      cutsAccess: true,',
    replace: '      consumesToken: terms.tokenHash !== null,\n      cutsAccess: false,',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'leave the audit entry of an erasure out',
    file: 'adapters/sqlite/ledger.ts',
    find: '  for (const row of auditRows) insertAuditRow(connection, row)',
    replace: '  for (const row of auditRows.slice(1)) insertAuditRow(connection, row)',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'go on with another list under the key of a run',
    file: 'src/execution/bulk-run.ts',
    find: 'if (done === recorded.done && trail !== recorded.trail) throw otherList()',
    replace: 'if (done === recorded.done && trail === undefined) throw otherList()',
    caughtBy: 'test/bulk-manners.test.ts',
  },
  {
    name: 'import ledger entries without verifying them',
    file: 'src/receipt/import-ledger.ts',
    find: '  if (problem !== null) throw badLine(',
    replace: '  if (problem !== null && line < 1) throw badLine(',
    caughtBy: 'test/ledger-import.test.ts',
  },
  {
    name: 'replay a deletion on a later user under the same id',
    file: 'src/execution/replay.ts',
    find: 'created > Date.parse(deletedAt)',
    replace: 'created < 0',
    caughtBy: 'test/replay.test.ts',
  },
  {
    name: "take a tenant's own rows while users are left",
    file: 'src/policy/tenant-policy.ts',
    find: "user.action === 'anonymize'",
    replace: "user.table !== ''",
    caughtBy: 'test/delete-tenant.test.ts',
  },
]
