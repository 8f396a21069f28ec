/**
 * Shows a file piece by piece, in constant memory.
 *
 * @module
 */
import type { RawFile } from './raw-files.ts'

/** A stretch of a file. It begins with what the one before ended with, so that no border hides a match. */
export interface Window {
  readonly bytes: Uint8Array
  /** Where it begins in the file. */
  readonly position: number
  /** How many of its bytes the window before has shown already. */
  readonly repeated: number
}

/**
 * Shows every window of a file and answers how long the file is. The next chunk is read while one is looked
 * at: two buffers take turns, and the last `overlap` bytes of one stand in front of what is read into the other.
 */
export async function readThrough(
  file: RawFile,
  overlap: number,
  look: (window: Window) => void,
  signal: AbortSignal | undefined,
): Promise<number> {
  const size = Math.max(CHUNK, overlap)
  let [current, other] = [new Uint8Array(overlap + size), new Uint8Array(overlap + size)]
  let position = 0
  let repeated = 0
  let reading = file.read(current, overlap, size, position)
  try {
    for (;;) {
      const length = await reading
      signal?.throwIfAborted()
      if (length === 0) return position
      reading = file.read(other, overlap, size, position + length)
      const bytes = current.subarray(overlap - repeated, overlap + length)
      look({ bytes, position: position - repeated, repeated })
      repeated = Math.min(overlap, bytes.length)
      other.set(bytes.subarray(bytes.length - repeated), overlap - repeated)
      position += length
      ;[current, other] = [other, current]
    }
  } finally {
    // A read under way still needs the descriptor and the buffer.
    await reading.catch(() => {})
  }
}

const CHUNK = 1 << 20
