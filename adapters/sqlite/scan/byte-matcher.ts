/**
 * Looks for many byte strings at once.
 *
 * Every pattern has a window of `width` bytes. The scan looks at the last block of the window only, and a
 * table says how far no window can end (Wu and Manber's way); where one can, the whole window is hashed and
 * the patterns under that hash are compared. Patterns with little in common with the others choose their
 * own window, so that a thousand addresses of one domain are told apart by what is in front of the domain.
 *
 * @module
 */

/** Finds every occurrence in `bytes[0..end)`, overlapping ones too. */
export type ByteMatcher = (bytes: Uint8Array, end: number, onMatch: OnMatch) => void

/** Called with the pattern's index and where it starts. */
export type OnMatch = (pattern: number, start: number) => void

/** A matcher for patterns of at least one byte each. */
export function byteMatcher(patterns: readonly Uint8Array[]): ByteMatcher {
  const scans = LENGTHS.flatMap(([shortest, longest]) => {
    const group = [...patterns.keys()].filter((index) => {
      const { length } = patterns[index] as Uint8Array
      return length >= shortest && length <= longest
    })
    return group.length === 0 ? [] : [groupMatcher(patterns, group)]
  })
  return (bytes, end, onMatch) => {
    for (const scan of scans) scan(bytes, end, onMatch)
  }
}

/** One short pattern would shorten the steps of all, so short ones are scanned for on their own. */
const LENGTHS: readonly (readonly [shortest: number, longest: number])[] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 7],
  [8, Number.POSITIVE_INFINITY],
]

const BLOCK = 4
const LONGEST_WINDOW = 16
const SHIFT_BITS = 18
const FILTER_BITS = 20

function groupMatcher(patterns: readonly Uint8Array[], group: readonly number[]): ByteMatcher {
  const members = group.map((index) => patterns[index] as Uint8Array)
  const shortest = members.reduce((least, { length }) => Math.min(least, length), LONGEST_WINDOW)
  const width = shortest
  const block = Math.min(BLOCK, width)
  const ends = windowEnds(members, width, block)
  const shifts = shiftTable(members, ends, width, block)
  const mayBePattern = filterOf(members, ends, width)
  const buckets = bucketTable(members, ends, width)

  return (bytes, end, onMatch) => {
    for (let last = width - 1; last < end; ) {
      const shift = shifts[hashBlock(bytes, last, block)] as number
      if (shift > 0) {
        last += shift
        continue
      }
      if (!mayBePattern(bytes, last)) {
        last += 1
        continue
      }
      for (let member = buckets.first(bytes, last); member >= 0; member = buckets.next(member)) {
        const start = last - (ends[member] as number)
        const pattern = members[member] as Uint8Array
        if (start >= 0 && start + pattern.length <= end && isAt(bytes, start, pattern)) {
          onMatch(group[member] as number, start)
        }
      }
      last += 1
    }
  }
}

/** Where each pattern's window ends: at the block that the fewest patterns share. */
function windowEnds(members: readonly Uint8Array[], width: number, block: number): Int32Array {
  const shared = new Uint32Array(1 << SHIFT_BITS)
  const count = (pattern: Uint8Array, end: number): number =>
    shared[hashBlock(pattern, end, block)] as number
  for (const pattern of members) {
    for (let end = width - 1; end < pattern.length; end += 1) {
      shared[hashBlock(pattern, end, block)] = count(pattern, end) + 1
    }
  }
  return Int32Array.from(members, (pattern) => {
    let best = width - 1
    for (let end = width; end < pattern.length; end += 1) {
      if (count(pattern, end) < count(pattern, best)) best = end
    }
    return best
  })
}

/** How far the scan may go on after a block without passing the end of any window. */
function shiftTable(
  members: readonly Uint8Array[],
  ends: Int32Array,
  width: number,
  block: number,
): Uint8Array {
  const shifts = new Uint8Array(1 << SHIFT_BITS).fill(width - block + 1)
  for (const [member, pattern] of members.entries()) {
    const last = ends[member] as number
    for (let shift = 0; shift <= width - block; shift += 1) {
      const slot = hashBlock(pattern, last - shift, block)
      shifts[slot] = Math.min(shifts[slot] as number, shift)
    }
  }
  return shifts
}

/**
 * Tells most windows that are no pattern's by their last eight bytes: where the patterns look like what is
 * in the file, this is most of the work.
 */
function filterOf(
  members: readonly Uint8Array[],
  ends: Int32Array,
  width: number,
): (bytes: Uint8Array, last: number) => boolean {
  if (width < 2 * BLOCK) return () => true
  const bits = new Uint8Array(1 << (FILTER_BITS - 3))
  const hash = (bytes: Uint8Array, last: number): number =>
    Math.imul(
      wordAt(bytes, last) ^ Math.imul(wordAt(bytes, last - BLOCK), 0x85ebca6b),
      0xc2b2ae35,
    ) >>>
    (32 - FILTER_BITS)
  for (const [member, pattern] of members.entries()) {
    const bit = hash(pattern, ends[member] as number)
    bits[bit >>> 3] = (bits[bit >>> 3] as number) | (1 << (bit & 7))
  }
  return (bytes, last) => {
    const bit = hash(bytes, last)
    return ((bits[bit >>> 3] as number) & (1 << (bit & 7))) !== 0
  }
}

interface BucketTable {
  /** The first pattern whose window may be the one that ends at `last`; -1 for none. */
  first(bytes: Uint8Array, last: number): number
  next(member: number): number
}

function bucketTable(members: readonly Uint8Array[], ends: Int32Array, width: number): BucketTable {
  const mask = 2 ** Math.ceil(Math.log2(members.length * 32)) - 1
  const heads = new Int32Array(mask + 1).fill(-1)
  const nexts = new Int32Array(members.length)
  const slotOf = (bytes: Uint8Array, last: number): number => {
    let hash = 0x811c9dc5
    for (let at = last - width + 1; at <= last; at += 1) {
      hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
    }
    return (hash ^ (hash >>> 15)) & mask
  }
  for (const [member, pattern] of members.entries()) {
    const slot = slotOf(pattern, ends[member] as number)
    nexts[member] = heads[slot] as number
    heads[slot] = member
  }
  return {
    first: (bytes, last) => heads[slotOf(bytes, last)] as number,
    next: (member) => nexts[member] as number,
  }
}

/** A slot of the shift table for the block of bytes that ends at `last`. */
function hashBlock(bytes: Uint8Array, last: number, block: number): number {
  let value: number
  if (block === BLOCK) value = wordAt(bytes, last)
  else {
    value = bytes[last] as number
    if (block > 1) value |= (bytes[last - 1] as number) << 8
    if (block > 2) value |= (bytes[last - 2] as number) << 16
  }
  return Math.imul(value, 0x9e3779b1) >>> (32 - SHIFT_BITS)
}

function wordAt(bytes: Uint8Array, last: number): number {
  return (
    (bytes[last] as number) |
    ((bytes[last - 1] as number) << 8) |
    ((bytes[last - 2] as number) << 16) |
    ((bytes[last - 3] as number) << 24)
  )
}

function isAt(bytes: Uint8Array, start: number, pattern: Uint8Array): boolean {
  for (let index = 0; index < pattern.length; index += 1) {
    if (bytes[start + index] !== pattern[index]) return false
  }
  return true
}
