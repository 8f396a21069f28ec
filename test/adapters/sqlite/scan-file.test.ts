import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { byteMatcher } from '../../../adapters/sqlite/scan/byte-matcher.ts'
import { type FileScan, scanFile } from '../../../adapters/sqlite/scan/index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'scan-file-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0
const MB = 1 << 20

function newPath(): string {
  files += 1
  return path.join(folder, `${files}.sqlite`)
}

function fileWith(bytes: Uint8Array | string): string {
  const file = newPath()
  writeFileSync(file, bytes)
  return file
}

/** Zeros of a given length with texts at given places. */
function zerosWith(length: number, texts: Readonly<Record<number, string>>): Buffer {
  const bytes = Buffer.alloc(length)
  for (const [at, text] of Object.entries(texts)) bytes.write(text, Number(at), 'latin1')
  return bytes
}

const countsOf = ({ needles }: FileScan): readonly number[] => needles.map(({ found }) => found)

/** Every place of every needle, looked for one by one. */
function naivePlaces(bytes: Buffer, needle: Buffer): readonly number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) places.push(at)
  return places
}

describe('the matcher', () => {
  // Few different bytes and short needles, so that needles overlap, repeat and contain each other.
  const bytes = (limits: { minLength: number; maxLength: number }) =>
    fc.array(fc.constantFrom(0, 0x61, 0x62, 0xff), limits).map((list) => Buffer.from(list))

  it('finds what looking for the needles one by one finds', () => {
    const needles = fc.array(bytes({ minLength: 1, maxLength: 24 }), {
      minLength: 1,
      maxLength: 40,
    })
    const property = fc.property(
      fc.array(bytes({ minLength: 1, maxLength: 30 }), { maxLength: 20 }),
      needles,
      fc.array(fc.nat(39), { maxLength: 10 }),
      (noise, list, planted) => {
        const parts = planted.map((index) => list[index % list.length] as Buffer)
        const haystack = Buffer.concat([...noise, ...parts, ...noise.slice(0, 3), ...parts])
        const found = list.map((): number[] => [])
        byteMatcher(list)(haystack, haystack.length, (needle, start) => found[needle]?.push(start))
        const expected = list.map((needle) => naivePlaces(haystack, needle))
        assert.deepEqual(
          found.map((places) => places.toSorted((a, b) => a - b)),
          expected,
        )
      },
    )
    fc.assert(property, { seed: 20_261_124, numRuns: 1_500 })
  })

  it('tells 10,000 addresses of one domain apart', () => {
    const address = (index: number) => `person${index}.x@mail.example.com`
    const needles = Array.from({ length: 10_000 }, (_, index) => Buffer.from(address(index)))
    const planted = [0, 9, 10, 999, 9_999, 10_000, 123_456].map(address)
    const haystack = Buffer.from(planted.join('\0'))
    const found: number[] = []
    byteMatcher(needles)(haystack, haystack.length, (needle) => found.push(needle))
    assert.deepEqual(found, [0, 9, 10, 999, 9_999])
  })
})

describe('scanFile', () => {
  it('finds needles wherever a read ends, and counts each once', async () => {
    const needle = 'canary@example.com'
    for (const border of [MB, 2 * MB]) {
      for (let before = 0; before <= needle.length + 1; before += 1) {
        const at = border - before
        const file = fileWith(zerosWith(2 * MB + 50, { [at]: needle }))
        const scan = await scanFile(file, [needle, 'canary', '@'])
        assert.deepEqual(countsOf(scan), [1, 1, 1], `at ${at}`)
        assert.deepEqual(scan.needles[0]?.matches[0]?.offsets, [at])
      }
    }
  })

  it('finds at the first and the last byte, in a file shorter than the needle, and in an empty one', async () => {
    assert.deepEqual(countsOf(await scanFile(fileWith('ab..ab'), ['ab', 'b', 'ab..ab'])), [2, 2, 1])
    assert.deepEqual(countsOf(await scanFile(fileWith('ab'), ['abc'])), [0])
    assert.deepEqual(await scanFile(fileWith(''), ['abc']), {
      found: 0,
      needles: [{ found: 0, matches: [] }],
      files: [{ file: 'database', bytes: 0 }],
    })
  })

  it('finds a needle longer than a read', async () => {
    const needle = noise(MB + 77, 1)
    const file = fileWith(Buffer.concat([Buffer.alloc(MB - 5), needle, Buffer.alloc(3 * MB)]))
    const scan = await scanFile(file, [needle, needle.subarray(0, 8), needle.subarray(-8)])
    assert.deepEqual(countsOf(scan), [1, 1, 1])
    assert.deepEqual(scan.needles[0]?.matches[0]?.offsets, [MB - 5])
  })

  it('agrees with looking one by one in seeded noise, planted at random', async () => {
    const words = fc.array(fc.string({ minLength: 1, maxLength: 40 }), {
      minLength: 1,
      maxLength: 30,
    })
    const plan = fc.array(fc.tuple(fc.nat(29), fc.nat(3 * MB - 200)), { maxLength: 60 })
    const property = fc.asyncProperty(words, plan, fc.nat(), async (needles, planted, seed) => {
      const bytes = noise(3 * MB, seed)
      for (const [index, at] of planted) bytes.write(needles[index % needles.length] ?? '', at)
      const scan = await scanFile(fileWith(bytes), needles, { maxOffsets: 3 })
      for (const [index, needle] of needles.entries()) {
        const places = naivePlaces(bytes, Buffer.from(needle))
        const found = scan.needles[index]
        assert.equal(found?.found, places.length)
        assert.deepEqual(
          found?.matches.flatMap(({ offsets }) => offsets),
          places.slice(0, 3),
        )
      }
    })
    await fc.assert(property, { seed: 20_261_124, numRuns: 15 })
  })

  it('names file and encoding, and takes bytes', async () => {
    const file = fileWith(zerosWith(100, { 10: 'bob@x.io' }))
    writeFileSync(`${file}-wal`, Buffer.from('bob@x.io', 'utf16le'))
    writeFileSync(`${file}-shm`, Buffer.from('...bob@x.io', 'utf16le').swap16())
    writeFileSync(`${file}-journal`, Buffer.from([1, 0xfe, 0xff, 2]))
    const needles = ['bob@x.io', new Uint8Array([0xfe, 0xff])]
    const { found, files: scanned, needles: scans } = await scanFile(file, needles, { utf16: true })
    assert.equal(found, 4)
    assert.deepEqual(scanned.map(({ bytes, file: name }) => `${name} ${bytes}`).sort(), [
      'database 100',
      'journal 4',
      'shm 22',
      'wal 16',
    ])
    const places = scans.map(({ matches }) =>
      matches.map(({ file: name, encoding, count, offsets }) =>
        [name, encoding, count, ...offsets].join(' '),
      ),
    )
    assert.deepEqual(places, [
      ['wal utf16le 1 0', 'shm utf16be 1 6', 'database utf8 1 10'],
      ['journal bytes 1 1'],
    ])
    assert.equal((await scanFile(file, needles)).found, 2)
  })

  it('counts all and lists no more places than asked for', async () => {
    const file = fileWith('aaaaaaaaaa')
    const listed = async (maxOffsets?: number) => {
      const options = maxOffsets === undefined ? {} : { maxOffsets }
      const [scan] = (await scanFile(file, ['aa'], options)).needles
      return [scan?.found, scan?.matches[0]?.offsets.length]
    }
    assert.deepEqual(await listed(), [9, 5])
    assert.deepEqual(await listed(0), [9, 0])
    assert.deepEqual(await listed(100), [9, 9])
  })

  it('refuses what would find nothing for the wrong reason', async () => {
    const file = fileWith('x')
    const cases: readonly (readonly [unknown, unknown, string])[] = [
      [file, [''], 'needles.0'],
      [file, ['a', new Uint8Array()], 'needles.1'],
      [file, ['a', null], 'needles.1'],
      [file, [], 'needles'],
      [file, 'a', 'needles'],
      [`${file}.missing`, ['a'], 'database'],
      [':memory:', ['a'], 'database'],
      [new Database(':memory:'), ['a'], 'database'],
      [null, ['a'], 'database'],
    ]
    for (const [database, needles, at] of cases) {
      await assert.rejects(scanFile(database as string, needles as string[]), {
        code: 'invalid_argument',
        details: { path: at },
      })
    }
    await assert.rejects(scanFile(file, ['x'], { maxOffsets: -1 }), { code: 'invalid_argument' })
    await assert.rejects(scanFile(folder, ['x']), { code: 'store_failed' })
  })

  it('stops at a signal', async () => {
    const controller = new AbortController()
    controller.abort(new Error('enough'))
    const file = fileWith(Buffer.alloc(3 * MB))
    await assert.rejects(scanFile(file, ['x'], { signal: controller.signal }), /enough/)
  })

  it('lets the event loop run between reads', async () => {
    const file = fileWith(Buffer.alloc(20 * MB))
    let turns = 0
    let isDone = false
    const count = () => {
      turns += 1
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    await scanFile(file, ['x'])
    isDone = true
    assert.ok(turns >= 10, `${turns} turns`)
  })
})

describe('a scan beside an open handle', () => {
  const openFile = (journal: string) => {
    const file = newPath()
    const db = new Database(file)
    db.pragma(`journal_mode = ${journal}`)
    db.exec("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('canary@example.com')")
    return { db, file }
  }

  it('reads the database and its log, and runs while the handle is in a transaction', async () => {
    const { db } = openFile('WAL')
    db.exec('BEGIN')
    const scan = await scanFile(db, ['canary@example.com'])
    assert.deepEqual(
      scan.needles[0]?.matches.map(({ file, count }) => `${file} ${count}`),
      ['wal 1'],
    )
    db.exec('COMMIT')
    db.pragma('wal_checkpoint(TRUNCATE)')
    const later = await scanFile(db, ['canary@example.com'])
    assert.deepEqual(
      later.needles[0]?.matches.map(({ file }) => file),
      ['database'],
    )
    db.close()
  })

  const child = `
    const db = new (require('better-sqlite3'))(process.argv[1], { timeout: 0 })
    try { db.exec("INSERT INTO t VALUES ('from outside')"); console.log('wrote') }
    catch (error) { console.log(error.code) }`
  const writeFromOutside = (file: string): string =>
    execFileSync(process.execPath, ['-e', child, file], { encoding: 'utf8' }).trim()

  for (const journal of ['WAL', 'DELETE']) {
    it(`takes no lock away that keeps other processes out: ${journal}`, async () => {
      const { db, file } = openFile(journal)
      db.exec('BEGIN IMMEDIATE')
      await scanFile(db, ['x'])
      await scanFile(file, ['x'])
      assert.equal(writeFromOutside(file), 'SQLITE_BUSY')
      db.exec('COMMIT')
      assert.equal(writeFromOutside(file), 'wrote')
      db.close()
    })
  }

  it('holds no file open once the handle is closed and another scan has run', {
    skip: process.platform !== 'linux',
  }, async () => {
    const { db, file } = openFile('DELETE')
    const open = () => readdirSync('/proc/self/fd').length
    db.close()
    await scanFile(file, ['x'])
    const before = open()
    const again = new Database(file)
    again.prepare('SELECT * FROM t').all()
    for (let time = 0; time < 5; time += 1) await scanFile(again, ['x'])
    again.close()
    await scanFile(fileWith('y'), ['x'])
    assert.equal(open(), before)
    assert.ok(readFileSync(file).length > 0)
  })
})

/** Bytes that look random, the same for the same seed. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = seed >>> 0
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}
