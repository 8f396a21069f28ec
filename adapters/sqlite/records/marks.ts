/**
 * Small facts that the engine remembers between calls.
 *
 * @module
 */
import type { Mark } from '../../../src/store/records.ts'
import type { Connection } from '../handle/connection.ts'

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

export function listMarks(connection: Connection, prefix: string): readonly Mark[] {
  return connection
    .rows(
      `SELECT name, value FROM ${connection.own.marks} WHERE substr(name, 1, length(@prefix)) = @prefix ORDER BY name`,
      { prefix },
    )
    .map(([name, value]) => ({ name: String(name), value: String(value) }))
}

export function removeMark(connection: Connection, name: string): void {
  connection.change(`DELETE FROM ${connection.own.marks} WHERE name = @name`, { name })
}
