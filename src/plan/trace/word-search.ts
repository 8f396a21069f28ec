/**
 * Looks for many words at once in a text.
 *
 * Every word has a window of the same length at its start. The search looks at the last three characters of the window
 * only, and a table says how far no window can end there (Wu and Manber's way), so that most characters of a text are
 * never looked at.
 *
 * @module
 */

/** Calls `onMatch` with the word's index and where it starts; overlapping ones too. */
export type WordSearch = (text: string, onMatch: (word: number, start: number) => void) => void

/** Words of at least {@link BLOCK} characters. */
export function wordSearch(words: readonly string[]): WordSearch {
  if (words.length === 0) return () => {}
  const width = Math.min(LONGEST_WINDOW, ...words.map(({ length }) => length))
  const shifts = new Uint8Array(1 << BITS).fill(width - BLOCK + 1)
  const ending = new Map<number, number[]>()
  for (const [word, text] of words.entries()) {
    for (let shift = 0; shift <= width - BLOCK; shift += 1) {
      const slot = slotAt(text, width - 1 - shift)
      shifts[slot] = Math.min(shifts[slot] as number, shift)
    }
    const slot = slotAt(text, width - 1)
    ending.set(slot, [...(ending.get(slot) ?? []), word])
  }
  return (text, onMatch) => {
    const { length } = text
    for (let last = width - 1; last < length; ) {
      const slot = slotAt(text, last)
      const shift = shifts[slot] as number
      if (shift > 0) {
        last += shift
        continue
      }
      const start = last - width + 1
      for (const word of ending.get(slot) ?? []) {
        if (text.startsWith(words[word] as string, start)) onMatch(word, start)
      }
      last += 1
    }
  }
}

const BLOCK = 3
const LONGEST_WINDOW = 16
const BITS = 16

/** A slot of the table for the characters that end at `last`. */
function slotAt(text: string, last: number): number {
  const value =
    text.charCodeAt(last) | (text.charCodeAt(last - 1) << 8) | (text.charCodeAt(last - 2) << 16)
  return Math.imul(value, 0x9e3779b1) >>> (32 - BITS)
}
