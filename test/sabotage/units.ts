import type { Sabotage } from './sabotage.ts'

const caughtBy = 'test/execution/units/units.test.ts'

export const unitsSabotages: readonly Sabotage[] = [
  {
    name: 'go on one by one once a user of the run was refused',
    file: 'src/execution/delete/part-size.ts',
    find: 'else if (tried.users >= part.users) part = { users: part.users * 2, isOne: true }',
    replace: 'else part = { users: 1, isOne: true }',
    caughtBy: 'test/execution/bulk/large-slices.test.ts',
  },
  {
    name: 'go on one by one on a server once a user of the run was refused',
    file: 'src/execution/delete/part-size.ts',
    find: '      if (users >= part.users) part = ',
    replace: '      if (users > part.users) part = ',
    caughtBy: 'test/execution/delete/part-size.test.ts',
  },
  {
    name: 'seal every part behind the head of the first',
    file: 'src/execution/units/delete-unit.ts',
    find: '    head = seal.head\n',
    replace: '',
    caughtBy,
  },
  {
    name: 'let a user go whom the seal has forgotten',
    file: 'src/execution/units/delete-unit.ts',
    find: '    if (seal.entries.length < works.length) throw',
    replace: '    if (seal.entries.length < 0) throw',
    caughtBy,
  },
  {
    name: 'decide for a worker who has lost the job',
    file: 'src/execution/units/delete-unit.ts',
    find: '  if (jobs.length === 0) throw leaseLost()\n',
    replace: '',
    caughtBy,
  },
  {
    name: 'write again what chunks have written',
    file: 'src/execution/units/delete-unit.ts',
    find: 'keepsItsRows(one) ? (journal?.cursors?.[step] ?? null) : null',
    replace: 'null',
    caughtBy,
  },
  {
    name: 'count rows again whose exceptions chunks have overwritten',
    file: 'src/execution/units/survey.ts',
    find: 'steps[index]?.except.length === 0),',
    replace: 'steps[index] !== undefined),',
    caughtBy,
  },
  {
    name: 'ask about groups that a policy only warns of',
    file: 'src/execution/units/survey.ts',
    find: "checks === 'all' || program.checks[check]?.effect !== 'warn'",
    replace: 'program.checks[check] !== undefined',
    caughtBy,
  },
  {
    name: 'skip rows of a chunk that do not match again',
    file: 'src/execution/units/chunk-unit.ts',
    find: 'first !== undefined && needsCursor(first) ? chunk.cursor : null',
    replace: 'chunk.cursor',
    caughtBy,
  },
  {
    name: 'sweep although the mark has moved',
    file: 'src/execution/units/sweep-unit.ts',
    find: '(present?.value ?? null) !== mark.from || ',
    replace: '',
    caughtBy,
  },
  {
    name: 'sweep the rows of somebody who is there again',
    file: 'src/execution/units/sweep-unit.ts',
    find: 'return rows[place] === null && (',
    replace: 'return rows[place] !== undefined && (',
    caughtBy,
  },
  {
    name: 'take a restored user by a value that somebody else has by now',
    file: 'src/execution/units/user-rows.ts',
    find: '    if (isShared) Object.assign(',
    replace: '    if (isShared && own === fields) Object.assign(',
    caughtBy,
  },
  {
    name: 'take a blank row for a restored user',
    file: 'src/execution/units/user-rows.ts',
    find: '[...positions].filter((_, place) => blank[place])',
    replace: '[...positions].filter((_, place) => blank[place] === null)',
    caughtBy,
  },
  {
    name: 'cut more of a user than what grants access',
    file: 'src/execution/units/transition-unit.ts',
    find: '    one.access && writesRows(one) ? ',
    replace: '    writesRows(one) ? ',
    caughtBy,
  },
]
