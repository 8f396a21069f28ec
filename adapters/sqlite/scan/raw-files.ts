/**
 * Reads the files of a database beside SQLite, without taking its locks away.
 *
 * POSIX locks belong to a process and a file: when a process closes any descriptor of a file, all its locks
 * on that file are gone, SQLite's among them, and another process may then write into the middle of a
 * transaction. So a descriptor is closed only when nothing else in this process has the file open. Otherwise
 * it is kept for the next scan, and closed by the first one that finds the file free.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readdirSync, read as readFile, statSync } from 'node:fs'
import { promisify } from 'node:util'

/** A file opened for reading. */
export interface RawFile {
  /** Reads into `buffer` from `offset` on, and answers how many bytes there were. */
  read(buffer: Uint8Array, offset: number, length: number, position: number): Promise<number>
  /** Gives the descriptor back. */
  release(): void
}

/** Opens a file; `null` where there is none. Throws what the file system throws otherwise. */
export function openRawFile(path: string): RawFile | null {
  closeFreeFiles()
  const descriptor = descriptorOf(path)
  if (descriptor === null) return null
  descriptor.readers += 1
  const { number } = descriptor
  return {
    read: async (buffer, offset, length, position) =>
      (await readAt(number, buffer, offset, length, position)).bytesRead,
    release: () => {
      descriptor.readers -= 1
      closeFreeFiles()
    },
  }
}

interface Descriptor {
  readonly number: number
  readonly file: string
  readers: number
}

const readAt = promisify(readFile)
let kept: readonly Descriptor[] = []

function descriptorOf(path: string): Descriptor | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    const known = kept.find(({ file }) => file === `${dev}/${ino}`)
    if (known !== undefined) return known
    const number = openSync(path, 'r')
    const descriptor = { number, file: identityOf(number), readers: 0 }
    kept = [...kept, descriptor]
    return descriptor
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** In one go, so that nobody opens a file between the look and the close. */
function closeFreeFiles(): void {
  if (kept.every(({ readers }) => readers > 0)) return
  const inUse = filesOpenElsewhere()
  kept = kept.filter((descriptor) => {
    if (descriptor.readers > 0 || inUse(descriptor.file)) return true
    closeSync(descriptor.number)
    return false
  })
}

/** Which files have descriptors in this process that are not of this module. */
function filesOpenElsewhere(): (file: string) => boolean {
  // Windows keeps locks by handle, so closing ours takes nobody's away.
  if (process.platform === 'win32') return () => false
  const own = new Set(kept.map(({ number }) => number))
  let numbers: readonly number[]
  try {
    numbers = readdirSync('/dev/fd').map(Number)
  } catch {
    // Where descriptors cannot be listed, every file may be in use.
    return () => true
  }
  const files = new Set<string>()
  for (const number of numbers) {
    if (own.has(number)) continue
    try {
      files.add(identityOf(number))
    } catch {
      // The listing's own descriptor is closed by now.
    }
  }
  return (file) => files.has(file)
}

/** Device and inode. */
function identityOf(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true })
  return `${dev}/${ino}`
}
