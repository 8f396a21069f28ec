/**
 * Tables that SQLite takes for the inside of a virtual table, by their names alone.
 *
 * `notes_content` beside a full-text table `notes` is one of its own where that keeps its rows itself. Where it
 * indexes another table, or keeps nothing, a table of this name is the host's.
 *
 * @module
 */
import type { Connection } from '../handle/connection.ts'
import { quoteText } from '../sql/literals.ts'
import { contentKindOf, searchModuleOf } from './search-tables.ts'

/** Of the tables that SQLite calls shadow tables, those that their virtual table has not made. */
export function shadowsOfHost(connection: Connection): readonly string[] {
  const listed = connection.rows(
    `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type IN ('shadow', 'virtual')`,
  )
  const named = (type: string): readonly string[] =>
    listed.flatMap(([name, own]) => (own === type ? String(name) : []))
  const virtual = named('virtual')
  return named('shadow').filter((name) => {
    const owner = ownerOf(virtual, name)
    return owner !== null && !isMadeBy(connection, owner, name)
  })
}

/** The virtual table with the longest name that this one begins with. */
function ownerOf(virtual: readonly string[], name: string): string | null {
  const owners = virtual.filter((one) => name.toLowerCase().startsWith(`${one.toLowerCase()}_`))
  return owners.toSorted((a, b) => b.length - a.length)[0] ?? null
}

/** Columns of what full-text modules make; some of it only where an option asks for it. */
const MADE: Readonly<Record<string, readonly string[]>> = {
  data: ['id block'],
  idx: ['segid term pgno'],
  config: ['k v'],
  docsize: ['id sz', 'id sz origin', 'docid size'],
  segments: ['blockid block'],
  segdir: ['level idx start_block leaves_end_block end_block root'],
  stat: ['id value'],
}

/** Of modules that are not known here, SQLite's word is taken. */
function isMadeBy(connection: Connection, owner: string, name: string): boolean {
  if (searchModuleOf(connection, owner) === null) return true
  const part = name.slice(owner.length + 1).toLowerCase()
  const content = contentKindOf(connection, owner)
  if (part === 'content' && content === 'external') return false
  // The others refuse to be made where there is a table of such a name already.
  if (part === 'content' && content !== 'none') return true
  const columns = connection
    .rows(`SELECT name FROM pragma_table_info(${quoteText(name)}, 'main') ORDER BY cid`)
    .map(([column]) => String(column))
  if (part === 'content') return columns.every((column) => /^(id|docid|[cl]\d+)$/.test(column))
  return MADE[part]?.includes(columns.join(' ')) ?? true
}
