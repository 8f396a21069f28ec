import type { Sabotage } from '../sabotage.ts'

const caughtBy = 'test/plan/other-kinds.test.ts'

/** Things of another kind under the same number. */
export const kindsSabotages: readonly Sabotage[] = [
  {
    name: 'overlook a kind that the rule does not ask for',
    file: 'src/plan/check/values/check-kinds.ts',
    find: '!asked.has(other) && saysKindOf',
    replace: 'asked.has(other) && saysKindOf',
    caughtBy,
  },
  {
    name: 'tell of kinds where ids are no numbers',
    file: 'src/plan/check/values/check-kinds.ts',
    find: 'if (selector === null || !isNumber(program, step, selector, tables)) return []',
    replace: 'if (selector === null) return []',
    caughtBy,
  },
  {
    name: 'take the kind of something else for that of the reference',
    file: 'src/plan/check/values/check-kinds.ts',
    find: 'own.every((word, place) => theirs[place] === word) && ',
    replace: '',
    caughtBy,
  },
  {
    name: 'forget the keys beside a value in the sample',
    file: 'src/program/sampled-json.ts',
    find: "one.wants === 'value' ? keysBeside",
    replace: "one.wants === 'array' ? keysBeside",
    caughtBy,
  },
]
