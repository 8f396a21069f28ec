/** Sabotages of what holds on MongoDB alone. */
import type { Sabotage } from '../sabotage.ts'

export const mongoSabotages: readonly Sabotage[] = [
  {
    name: 'schema check of collections: look for the first documents along the index',
    file: 'adapters/mongodb/schema/first-documents.ts',
    find: '    { $limit: limit },',
    replace: '    { $sort: { _id: 1 } },\n    { $limit: limit },',
    caughtBy: 'test/adapters/mongodb/schema.test.ts',
  },
  {
    name: 'schema check of collections: read a small one from two ends in two orders',
    file: 'adapters/mongodb/schema/look-at-collection.ts',
    find: 'const most = fits ? 2 * half : half',
    replace: 'const most = half',
    caughtBy: 'test/adapters/mongodb/schema.test.ts',
  },
  {
    name: 'come past the queue of the writers',
    file: 'adapters/mongodb/server/writing-session.ts',
    find: 'while (place.ahead !== 0)',
    replace: 'while (place.ahead === null)',
    caughtBy: 'test/adapters/mongodb/turns.test.ts',
  },
  {
    name: 'take a transaction that somebody has ended for a refusal',
    file: 'adapters/mongodb/server/mongo-errors.ts',
    find: '237, 290, 11_601, ',
    replace: '',
    caughtBy: 'test/adapters/mongodb/errors-of-nobody.test.ts',
  },
  {
    name: 'take an unknown error of the server for one of a user',
    file: 'src/execution/delete/delete-slice.ts',
    find: 'isRemote(run) && !isPart',
    replace: '!isRemote(run) && !isPart',
    caughtBy: 'test/adapters/mongodb/errors-of-nobody.test.ts',
  },
  {
    name: 'count no residue in a transaction of a server',
    file: 'adapters/mongodb/commit/carry-out.ts',
    find: '    if (isAskedLate(work, stepWork, isolation)) continue',
    replace:
      "    if (isolation === 'transaction' || isAskedLate(work, stepWork, isolation)) continue",
    caughtBy: 'test/adapters/mongodb/long/residue.test.ts',
  },
  {
    name: 'count no residue right behind a step where there are no transactions',
    file: 'adapters/mongodb/commit/carry-out.ts',
    find: '    if (isAskedLate(work, stepWork, isolation)) continue',
    replace: "    if (isolation === 'none' || isAskedLate(work, stepWork, isolation)) continue",
    caughtBy: 'test/adapters/mongodb/long/residue.test.ts',
  },
  {
    name: 'count no residue at the end where there are no transactions',
    file: 'adapters/mongodb/commit/carry-out.ts',
    find: 'if (isAskedLate(work, stepWork, isolation)) await',
    replace: "if (isAskedLate(work, stepWork, 'transaction')) await",
    caughtBy: 'test/adapters/mongodb/long/residue.test.ts',
  },
  {
    name: 'take it for granted that a tombstone has been written',
    file: 'adapters/mongodb/commit/carry-out.ts',
    find: 'const undone = lacking(user, everybody)',
    replace: 'const undone = lacking({ ...user, set: [] }, everybody)',
    caughtBy: 'test/adapters/mongodb/long/residue.test.ts',
  },
  {
    name: 'write into a sub-document where the path names an array',
    file: 'adapters/mongodb/documents/updates.ts',
    find: 'if (steps.includes(null)) return NO_OPERATORS',
    replace: '',
    caughtBy: 'test/adapters/mongodb/arrays.test.ts',
  },
  {
    name: 'end the session of somebody who is still at work',
    file: 'adapters/mongodb/server/writing-session.ts',
    find: "until: { $add: ['$$NOW', silenceMs] }",
    replace: "until: { $subtract: ['$$NOW', silenceMs] }",
    caughtBy: 'test/adapters/mongodb/turns.test.ts',
  },
  {
    name: 'take the groups of a check for others wherever their names are other objects',
    file: 'src/program/matching.ts',
    find: 'if (value instanceof Date) return `',
    replace: 'if (value instanceof Date) return value\n  if (value instanceof Date) return `',
    caughtBy: 'test/program/matching.test.ts',
  },
]
