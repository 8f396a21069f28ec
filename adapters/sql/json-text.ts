/**
 * Values as JSON text. Lists go to a statement as one parameter of this form.
 *
 * @module
 */

/** JSON text that a database reads back as the same values; bigints keep all their digits. */
export function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (!Array.isArray(value) || !holdsBigint(value)) return JSON.stringify(value) ?? 'null'
  return `[${value.map(jsonText).join(',')}]`
}

function holdsBigint(list: readonly unknown[]): boolean {
  return list.some((value) =>
    Array.isArray(value) ? holdsBigint(value) : typeof value === 'bigint',
  )
}
