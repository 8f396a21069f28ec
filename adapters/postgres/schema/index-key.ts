/**
 * What an index of the catalogue is of.
 *
 * @module
 */

/** A value inside JSON by its path, where the index is on the expression that is compared; all else as it is. */
export function indexKey(key: string): string {
  const path: string[] = []
  let rest = key
  for (let found = STEP.exec(rest); found !== null; found = STEP.exec(rest)) {
    path.unshift((found[2] ?? '').replaceAll("''", "'"))
    rest = found[1] ?? ''
  }
  const [, quoted, plain] = COLUMN.exec(rest) ?? []
  const column = quoted?.replaceAll('""', '"') ?? plain
  return path.length === 0 || column === undefined ? key : [column, ...path].join('.')
}

/** As the server spells it: `((data -> 'user'::text) -> 'id'::text)`. */
const STEP = /^\((.*) -> '((?:[^']|'')*)'::text\)$/
const COLUMN = /^(?:"((?:[^"]|"")*)"|([a-z_][a-z_0-9$]*))$/
