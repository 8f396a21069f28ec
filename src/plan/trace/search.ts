/**
 * Everything that looks for one person in rows, put together once.
 *
 * @module
 */
import { type KnownSchema, knownSchema } from '../../knowledge/known-table.ts'
import type { Program } from '../../program/program.ts'
import type { TableRow } from '../../program/rows/table-page.ts'
import type { DatabaseSchema, TableSchema } from '../../program/schema.ts'
import type { Finding } from './count-places.ts'
import { formFinder, type Hit } from './find-forms.ts'
import { type Identifier, identifiersOf, type TracedUser } from './identifiers.ts'
import { namedPlaces } from './named-places.ts'
import { ANY, stepFor } from './places.ts'
import { readValue, type ValueReader } from './read-value.ts'

export interface Search {
  readonly identifiers: readonly Identifier[]
  in(table: TableSchema): TableSearch
}

export interface TableSearch {
  findingsIn(row: TableRow): readonly Finding[]
  /** Columns with a document that was looked through as a text alone. */
  readonly tooLarge: ReadonlySet<string>
}

interface ColumnReader {
  readonly reader: ValueReader
  /** What the name itself holds. */
  readonly inName: readonly Hit[]
}

export function openSearch(program: Program, schema: DatabaseSchema, user: TracedUser): Search {
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  const known: KnownSchema = knownSchema(tables, program.user.table, program.user.id)
  const identifiers = identifiersOf(program, known, user)
  const finder = formFinder(identifiers)
  const wholeIn = namedPlaces(program, known, identifiers, finder)
  return {
    identifiers,
    in(table) {
      const tooLarge = new Set<string>()
      const columns = new Map<string, ColumnReader>()
      let findings: Finding[] = []
      const columnOf = (name: string): ColumnReader => {
        const known = columns.get(name)
        if (known !== undefined) return known
        // Fields of documents may be data.
        const inName = table.columns === null ? finder.inText(name) : []
        const column = inName.length > 0 ? ANY : table.columns === null ? stepFor(name) : name
        const reader: ValueReader = {
          finder,
          wholeAt: wholeIn(table.name, column),
          found: (path, hit) => findings.push({ path: [column, ...path], hit }),
          tooLarge: () => tooLarge.add(column),
        }
        const made = { reader, inName }
        columns.set(name, made)
        return made
      }
      return {
        tooLarge,
        findingsIn({ columns: names, values }) {
          if (findings.length > 0) findings = []
          for (const [place, name] of names.entries()) {
            const value = values[place]
            if (value === null || value === undefined) continue
            const { reader, inName } = columnOf(name)
            for (const hit of inName) reader.found([], hit)
            readValue(reader, value)
          }
          return findings
        },
      }
    },
  }
}
