/**
 * Whole rows of a table, page by page, as every store hands them out.
 *
 * @module
 */
import type { RowSource } from './row.ts'

/**
 * A row with everything in it. Values are texts, numbers, integers that no number holds as bigint, booleans, null,
 * dates, bytes, lists and objects of these, and {@link ByteDocument}. What only the database has a type for is the
 * text that it is written as: 24 digits for an ObjectId, a UUID in lower case.
 */
export interface TableRow {
  /** The row's key, as `step_rows` answers it. */
  readonly key: readonly unknown[]
  readonly columns: readonly string[]
  /** In the order of `columns`. */
  readonly values: readonly unknown[]
}

export interface TablePage {
  readonly rows: readonly TableRow[]
  /** The key to go on behind; `null` where no row is left. */
  readonly next: readonly unknown[] | null
}

/** Bytes that the database reads as a document. */
export class ByteDocument {
  readonly bytes: Uint8Array
  /** The document as JSON. */
  readonly json: string

  constructor(bytes: Uint8Array, json: string) {
    this.bytes = bytes
    this.json = json
  }
}

/** The next rows behind `after`, in the order of their insertion. */
export function tableRows(
  source: RowSource,
  {
    table,
    after,
    limit,
  }: {
    readonly table: string
    readonly after: readonly unknown[] | null
    readonly limit: number
  },
): TablePage {
  const last = Number(after?.[0] ?? 0)
  const rows: TableRow[] = []
  for (const [key, row] of [...source.rows(table)].sort(([a], [b]) => a - b)) {
    if (key <= last) continue
    if (rows.length === limit) return { rows, next: rows.at(-1)?.key ?? null }
    rows.push({
      key: [key],
      columns: Object.keys(row),
      values: structuredClone(Object.values(row)),
    })
  }
  return { rows, next: null }
}
