/**
 * Texts as patterns of the server.
 *
 * @module
 */

/** Just these characters. The server takes no NUL in a pattern. */
export function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\0', '\\x00')
}

/** The whole text, with A to Z for a to z. The server's own way to ignore case would take more letters. */
export function inAnyCase(text: string): string {
  const letters = [...text].map((character) =>
    /[A-Za-z]/.test(character)
      ? `[${character.toLowerCase()}${character.toUpperCase()}]`
      : literally(character),
  )
  return `^${letters.join('')}(?![\\s\\S])`
}
