/** Sabotages of what holds on MongoDB alone. */
import type { Sabotage } from './sabotages.ts'

export const mongoSabotages: readonly Sabotage[] = [
  {
    name: 'come past the queue of those who write',
    file: 'adapters/mongodb/writing-session.ts',
    find: 'while (place.ahead !== 0)',
    replace: 'while (place.ahead === null)',
    caughtBy: 'test/mongo-turns.test.ts',
  },
  {
    name: 'take a transaction that somebody has ended for a refusal',
    file: 'adapters/mongodb/mongo-errors.ts',
    find: '237, 290, 11_601, ',
    replace: '',
    caughtBy: 'test/mongo-errors-of-nobody.test.ts',
  },
  {
    name: 'take an unknown error of the server for one of a user',
    file: 'src/execution/delete-slice.ts',
    find: 'isRemote(run) && !isPart',
    replace: '!isRemote(run) && !isPart',
    caughtBy: 'test/mongo-errors-of-nobody.test.ts',
  },
  {
    name: 'delete one by one on a server where a user of the slice is refused',
    file: 'src/execution/delete-slice.ts',
    find: 'if (isOfDatabase && isRemote(run)) return',
    replace: 'if (isOfDatabase && isRemote(run) && users.length < 3) return',
    caughtBy: 'test/mongo-errors-of-nobody.test.ts',
  },
]
