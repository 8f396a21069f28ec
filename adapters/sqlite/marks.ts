/**
 * Small facts that the engine remembers between calls.
 *
 * @module
 */
import type { Connection } from './connection.ts'

export function readMark(connection: Connection, name: string): string | null {
  const [row] = connection.rows(`SELECT value FROM ${connection.own.marks} WHERE name = @name`, {
    name,
  })
  return row === undefined ? null : String(row[0])
}

export function writeMark(connection: Connection, name: string, value: string): void {
  connection.change(
    `INSERT INTO ${connection.own.marks} (name, value) VALUES (@name, @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    { name, value },
  )
}
