import type { Sabotage } from '../sabotage.ts'

/** Two rules on one row. */
export const rulesSabotages: readonly Sabotage[] = [
  {
    name: 'write down what keeps rows once for each rule that deletes',
    file: 'adapters/sql/selectors/pairs-sql.ts',
    find: '    if (unless.length > 0) lists.set(unless, of)\n',
    replace: '',
    caughtBy: 'test/plan/many-rules.test.ts',
  },
  {
    name: 'read anew what rules leave alone for each pair of them',
    file: 'src/program/columns/touches.ts',
    find: 'const exceptionReads = once((',
    replace: 'const exceptionReads = ((',
    caughtBy: 'test/plan/many-rules.test.ts',
  },
  {
    name: 'detach what another rule deletes',
    file: 'src/policy/rules-of.ts',
    find: "'anonymize', 'delete', 'detach']",
    replace: "'anonymize', 'detach', 'delete']",
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'keep what grants access for the sake of another rule',
    file: 'src/plan/compile/compile-policy.ts',
    find: '  if (isAccess(rule)) return []\n',
    replace: '',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'cut no reference of a row that a third rule keeps',
    file: 'src/plan/compile/compile-policy.ts',
    find: 'going.map((one) => ({ ...one, unless: keeping }))',
    replace: 'going',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'let the weaker of two values stay',
    file: 'src/program/columns/touches.ts',
    find: '(a.rank ?? 0) > (b.rank ?? 0)',
    replace: '(a.rank ?? 0) < (b.rank ?? 0)',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'find rows on SQLite that an earlier step of the pass has written',
    file: 'adapters/sql/work/work.ts',
    find: 'if (pairs !== undefined) {',
    replace: 'if (pairs === undefined) {',
    caughtBy: 'test/adapters/sqlite/contract.test.ts',
  },
  {
    name: 'forget that rows are kept from a rule which the key follows',
    file: 'src/plan/check/database/check-foreign-keys.ts',
    find: 'keepersOf(step, steps).some((keeper) => !isLetGo(keeper))',
    replace: 'false',
    caughtBy: 'test/plan/cascades.test.ts',
  },
  {
    name: 'look no further than the first cascade',
    file: 'src/plan/check/database/check-foreign-keys.ts',
    find: '      if (isPulled) all.add(name)\n',
    replace: '',
    caughtBy: 'test/plan/cascades.test.ts',
  },
  {
    name: 'take two values for one',
    file: 'src/policy/two-values.ts',
    find: '  return canonical(a) !== canonical(b)',
    replace: '  return typeof a !== typeof b',
    caughtBy: 'test/plan/order.test.ts',
  },
  {
    name: 'let the weaker rule have the place by which rows are found, without a transaction',
    file: 'adapters/mongodb/commit/carry-out.ts',
    find: 'if (overtaken.size === 0 || ',
    replace: 'if (overtaken.size >= 0 || ',
    caughtBy: 'test/adapters/mongodb/contract.test.ts',
  },
]
