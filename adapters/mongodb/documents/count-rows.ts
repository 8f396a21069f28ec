/**
 * How many documents of a step belong to each user of a slice.
 *
 * @module
 */
import type { Step } from '../../../src/program/program.ts'
import type { Question } from '../server/batched-questions.ts'
import { pathOf } from '../server/paths.ts'
import { keyOf } from '../server/values.ts'
import { filterOf, type Matches, onlyWay, pages } from './match-rows.ts'

/** Documents by user; one counts once for each of its users. */
export function countsOf(
  step: Step,
  tenantId: string | null,
  users: number,
  matches: Matches,
): Question<readonly number[]> {
  const counts = new Array<number>(users).fill(0)
  const add = (owners: Iterable<number>, rows: number): void => {
    for (const owner of owners) counts[owner] = (counts[owner] ?? 0) + rows
  }
  if (matches.kind === 'rows') {
    for (const { owners } of matches.rows) add(owners, 1)
    return { pipelines: [], answer: () => counts }
  }
  const way = onlyWay(step)
  if (way === null) return { pipelines: [], answer: () => counts }
  const owners = new Map(matches.values.map((owned) => [keyOf(owned.value), owned]))
  const values = matches.values.map(({ value }) => value)
  return {
    pipelines: [...pages(values)].map((page) => ({
      collection: way.table,
      pipeline: [
        { $match: filterOf(way, tenantId, page) },
        { $group: { _id: `$${pathOf(way.locator)}`, rows: { $sum: 1 } } },
      ],
    })),
    answer(documents) {
      for (const { _id, rows } of documents.flat()) {
        // A field inside an array holds several values: the document counts once for each user among them.
        const held = Array.isArray(_id)
          ? new Set(_id.flat(Number.POSITIVE_INFINITY).map(keyOf))
          : [keyOf(_id)]
        const found = new Set([...held].flatMap((key) => [...(owners.get(key)?.owners ?? [])]))
        add(found, Number(rows))
      }
      return counts
    },
  }
}
