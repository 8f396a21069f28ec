import type { Sabotage } from '../sabotage.ts'

/** What keeps paths into JSON to what they say, and words for the instant to what they mean. */
export const jsonSabotages: readonly Sabotage[] = [
  {
    name: 'leave a text where paths were to be scrubbed, as it is JSON too',
    file: 'adapters/sqlite/sql/json-sql.ts',
    find: "WHEN 'null' THEN 1 ELSE 0 END",
    replace: "WHEN 'null' THEN 1 ELSE 1 END",
    caughtBy: 'test/plan/unusual-words.test.ts',
  },
  {
    name: 'read a document up to its zero byte only',
    file: 'adapters/sqlite/sql/json-sql.ts',
    find: 'const isWhole = `',
    replace: 'const isWhole = `1 OR ',
    caughtBy: 'test/plan/unusual-words.test.ts',
  },
  {
    name: 'stop at a sampled text that is no JSON',
    file: 'adapters/sqlite/schema/sample-json.ts',
    find: '  } catch {\n    return [text]',
    replace: '  } catch (cause) {\n    throw cause',
    caughtBy: 'test/plan/unusual-words.test.ts',
  },
  {
    name: 'let an index among brackets pass for a key',
    file: 'src/policy/json-path.ts',
    find: '  if (/^\\d+$/.test(key)) {',
    replace: '  if (/^never$/.test(key)) {',
    caughtBy: 'test/policy/json-language.test.ts',
  },
  {
    name: 'overwrite the elements of others where a user is detached',
    file: 'adapters/sqlite/sql/json-sql.ts',
    find: '      if (isMeant === null) return written\n',
    replace: '      if (isMeant === null || place !== null) return written\n',
    caughtBy: 'test/adapters/sqlite/json.test.ts',
  },
  {
    name: 'write JSONB back as text',
    file: 'adapters/sqlite/sql/json-sql.ts',
    find: ' THEN jsonb(',
    replace: ' THEN json(',
    caughtBy: 'test/adapters/sqlite/json.test.ts',
  },
  {
    name: 'take for done what stands behind an array that a path does not open',
    file: 'src/program/rows/values.ts',
    find: '  if (Array.isArray(document)) {\n    return document.flatMap((element) => placesAt(',
    replace:
      '  if (Array.isArray(document) && step === null) {\n    return document.flatMap((element) => placesAt(',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'pass over JSONB where an index knows text alone',
    file: 'adapters/sqlite/sql/indexed-steps.ts',
    find: 'indexed === null ? locator : { ...locator, textIndexed: indexed }',
    replace: "indexed === null ? locator : { ...locator, textIndexed: 'all' }",
    caughtBy: 'test/adapters/sqlite/json.test.ts',
  },
  {
    name: 'write the word for the instant as it stands',
    file: 'src/plan/compile/compile-policy.ts',
    find: "    if (!isInstant(value)) return { kind: 'constant', column, value: literalOf(value) }\n",
    replace: "    if (value !== undefined) return { kind: 'constant', column, value }\n",
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'read a column named true as the word',
    file: 'adapters/sqlite/sql/dialect.ts',
    find: '} IS NOT 1`',
    replace: '} IS NOT TRUE`',
    caughtBy: 'test/adapters/sqlite/json.test.ts',
  },
  {
    name: 'tell nothing of an array in the way of a path',
    file: 'src/plan/check/values/check-paths.ts',
    find: '    if (instead !== undefined) return [elsewhere(first, instead)]\n',
    replace: '',
    caughtBy: 'test/adapters/sqlite/json.test.ts',
  },
]
