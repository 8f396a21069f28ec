/**
 * Several statements with parameters on one way to the server and back, through a client of pg.
 *
 * A query of a class of its own is what pg offers for it (cursors and streams are such): it sends the messages of all
 * statements, one end behind them, and gets what the server answers. The server runs none behind one that fails.
 *
 * @module
 */
import type { RawResult, RawStatement, Run } from './session.ts'

/** What a query of a class of its own sends through. */
interface Messages {
  parse(message: { readonly text: string; readonly name: string }): void
  bind(message: { readonly values: readonly (string | null)[] }): void
  describe(message: { readonly type: 'P'; readonly name: string }): void
  execute(message: object): void
  sync(): void
  readonly stream?: { cork?(): void; uncork?(): void }
}

export function isOfMessages(connection: unknown): boolean {
  const { parse, bind, describe, execute, sync } = Object(connection) as Partial<Messages>
  return [parse, bind, describe, execute, sync].every((member) => typeof member === 'function')
}

export function batchOn(client: { query(query: unknown): unknown }): Run {
  return (statements) =>
    new Promise((resolve, reject) => {
      if (statements.length === 0) return resolve([])
      client.query(
        batchOf(statements, (cause, results) => {
          if (results === null) reject(cause)
          else resolve(results)
        }),
      )
    })
}

type Done = (cause: unknown, results: readonly RawResult[] | null) => void

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

function batchOf(statements: readonly RawStatement[], done: Done) {
  const results: RawResult[] = []
  let fields: readonly Field[] = []
  let rows: (readonly (string | null)[])[] = []
  const end = (changes: number): void => {
    results.push({
      names: fields.map(({ name }) => name),
      types: fields.map(({ dataTypeID }) => dataTypeID),
      rows,
      changes,
    })
    fields = []
    rows = []
  }
  const query = {
    /** For those who watch what a client is asked. */
    get text(): string {
      return statements.map(({ text }) => text).join(';\n')
    },
    // A client with a time-out of its own puts another one in its place.
    callback: done,
    submit(connection: Messages): null {
      connection.stream?.cork?.()
      try {
        for (const { text, values } of statements) {
          connection.parse({ text, name: '' })
          connection.bind({ values })
          connection.describe({ type: 'P', name: '' })
          connection.execute({})
        }
        connection.sync()
      } finally {
        connection.stream?.uncork?.()
      }
      return null
    },
    handleRowDescription(message: { readonly fields: readonly Field[] }): void {
      fields = message.fields
    },
    handleDataRow(message: { readonly fields: readonly (string | null)[] }): void {
      rows.push(message.fields)
    },
    handleCommandComplete({ text }: { readonly text: string }): void {
      end(changesIn(text))
    },
    handleEmptyQuery(): void {
      end(0)
    },
    handlePortalSuspended(): void {},
    handleError(cause: unknown): void {
      query.callback(cause, null)
    },
    handleReadyForQuery(): void {
      query.callback(null, results)
    },
  }
  return query
}

/** As in `UPDATE 3` and `INSERT 0 3`. */
function changesIn(command: string): number {
  const [, changes = '0'] = /(\d+)$/.exec(command) ?? []
  return Number(changes)
}
