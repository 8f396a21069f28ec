/**
 * Adds up what the rows of a table hold.
 *
 * @module
 */
import type { Program } from '../../program/program.ts'
import type { ColumnSchema, TableSchema } from '../../program/schema.ts'
import { type Fate, fateBy, fateOfUserRow, type RowPlace } from './covering.ts'
import type { Hit } from './find-forms.ts'
import type { Identifier } from './identifiers.ts'
import { ANY, spelt, type TracePath } from './places.ts'
import type { CoveringRule, FoundIdentifier, TracedPlace } from './trace.ts'

/** A row in which something was found. */
export interface FoundRow {
  readonly findings: readonly Finding[]
  /** Positions of the steps that find it. */
  readonly steps: readonly number[]
  /** It is the person's own row of the user table. */
  readonly isUser: boolean
}

export interface Finding {
  /** The column first. */
  readonly path: TracePath
  readonly hit: Hit
}

export interface PlaceCounts {
  add(row: FoundRow): void
  places(): readonly TracedPlace[]
}

/** `shared`: positions of identifiers that other users hold too; it may grow meanwhile. */
export function countPlaces(
  program: Program,
  { name: table, columns }: TableSchema,
  identifiers: readonly Identifier[],
  shared: ReadonlySet<number>,
): PlaceCounts {
  const counts = new Map<string, Count>()

  function countAt(path: TracePath): Count {
    const key = path.join('\0')
    const known = counts.get(key)
    if (known !== undefined) return known
    const column = path[0] ?? ''
    const isMany = counts.size >= MOST && path.length > 1
    if (isMany) return countAt([column, ANY])
    const count: Count = {
      ...{ column, path: path.slice(1), rows: 0, unexplained: 0, shared: 0 },
      ...{ found: new Map(), rules: new Map() },
    }
    counts.set(key, count)
    return count
  }

  return {
    add({ findings, steps, isUser }) {
      const inRow = new Map<Count, Map<number, Hit['form']>>()
      for (const { path, hit } of findings) {
        const count = countAt(path)
        const hits = inRow.get(count) ?? new Map<number, Hit['form']>()
        inRow.set(count, hits.set(hit.identifier, hits.get(hit.identifier) ?? hit.form))
      }
      for (const [count, hits] of inRow) {
        count.rows += 1
        for (const [identifier, form] of hits) {
          const key = JSON.stringify([identifiers[identifier]?.name, form])
          count.found.set(key, (count.found.get(key) ?? 0) + 1)
        }
        const cover = coverOf(program, count, steps, isUser ? (columns ?? []) : null)
        if (cover !== null) {
          const known = count.rules.get(cover.rule)
          count.rules.set(cover.rule, { ...cover, rows: (known?.rows ?? 0) + 1 })
        } else if ([...hits.keys()].every((identifier) => shared.has(identifier))) count.shared += 1
        else count.unexplained += 1
      }
    },
    places: () =>
      [...counts.values()].map(
        ({ column, path, rows, shared: held, unexplained, found, rules }) => ({
          ...{ table, column, path: spelt(path), rows },
          found: [...found].map(([key, count]): FoundIdentifier => {
            const [identifier, form] = JSON.parse(key) as [string, Hit['form']]
            return { identifier, form, rows: count }
          }),
          ...{ rules: [...rules.values()], shared: held, unexplained },
        }),
      ),
  }
}

/** Places of a table; further ones stand under `*` of their column. */
const MOST = 500

interface Count extends RowPlace {
  rows: number
  unexplained: number
  shared: number
  readonly found: Map<string, number>
  readonly rules: Map<string, CoveringRule>
}

/** The first rule by which it goes, else the first that keeps it. */
function coverOf(
  program: Program,
  place: RowPlace,
  steps: readonly number[],
  userColumns: readonly ColumnSchema[] | null,
): Omit<CoveringRule, 'rows'> | null {
  const covers: (Omit<CoveringRule, 'rows'> & { readonly fate: Fate })[] = []
  const own = userColumns === null ? null : fateOfUserRow(program.user, place, userColumns)
  if (own !== null) {
    covers.push({ rule: 'user', action: program.user.action, keeps: own === 'kept', fate: own })
  }
  for (const index of steps) {
    const step = program.steps[index]
    const fate = step === undefined ? null : fateBy(step, place)
    if (step === undefined || fate === null) continue
    covers.push({ rule: step.id, action: step.action, keeps: fate === 'kept', fate })
  }
  const first = covers.find(({ fate }) => fate === 'gone') ?? covers[0]
  if (first === undefined) return null
  const { rule, action, keeps } = first
  return { rule, action, keeps }
}
