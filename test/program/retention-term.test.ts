import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom } from '../../examples/demo/random.ts'
import { endOfTerm, isTerm, neverEndsBefore } from '../../src/program/retention-term.ts'

const DAY_MS = 86_400_000

describe('how long a retention lasts', () => {
  it('is a duration, or reaches to the end of the month or year in which that ends', () => {
    const end = (start: string, term: string): string =>
      endOfTerm(new Date(start), term).toISOString()
    assert.equal(end('2026-03-05T10:00:00.000Z', 'P10Y'), '2036-03-05T10:00:00.000Z')
    assert.equal(end('2026-03-05T10:00:00.000Z', 'P10Y to end of year'), '2037-01-01T00:00:00.000Z')
    assert.equal(end('2026-01-31T10:00:00.000Z', 'P1M to end of month'), '2026-03-01T00:00:00.000Z')
    assert.equal(end('2026-11-30T10:00:00.000Z', 'P1M to end of month'), '2027-01-01T00:00:00.000Z')
    // An instant is in the year that begins with it.
    assert.equal(end('2025-01-01T00:00:00.000Z', 'P1Y to end of year'), '2027-01-01T00:00:00.000Z')
  })

  it('is refused in other words', () => {
    for (const term of [
      '',
      'P',
      '10Y',
      'P0D',
      'P-1Y',
      'P2000Y',
      'to end of year',
      ' to end of year',
    ]) {
      assert.equal(isTerm(term), false, term)
    }
    for (const term of [
      'P1Y to end of day',
      'P1Y to end of years',
      'P1Y  to end of year',
      7,
      null,
    ]) {
      assert.equal(isTerm(term), false, String(term))
    }
  })

  it('outlasts another only where it does so from every day on', () => {
    assert.equal(neverEndsBefore('P1M', 'P30D'), false)
    assert.equal(neverEndsBefore('P30D', 'P1M'), false)
    assert.equal(neverEndsBefore('P12M', 'P1Y') && neverEndsBefore('P1Y', 'P12M'), true)
    assert.equal(neverEndsBefore('P1Y to end of year', 'P1Y'), true)
    assert.equal(neverEndsBefore('P18M', 'P1Y to end of year'), false)
    assert.equal(neverEndsBefore('P1Y to end of year', 'P18M'), false)
  })

  it('is never said to outlast one that ends later, whichever day both begin', () => {
    const random = createRandom(23)
    const durations = [
      'P1D',
      'P27D',
      'P30D',
      'P31D',
      'P1M',
      'P4W',
      'P59D',
      'P2M',
      'P1MT1H',
      'P365D',
      'P1Y',
      'P13M',
      'P2Y',
    ]
    const periods = ['', ' to end of month', ' to end of year']
    const terms = durations.flatMap((duration) => periods.map((period) => duration + period))
    let ordered = 0
    for (const term of terms) {
      for (const other of terms) {
        if (!neverEndsBefore(term, other)) continue
        ordered += 1
        for (let count = 0; count < 20; count += 1) {
          const start = new Date(random.below(50_000) * DAY_MS + random.below(DAY_MS))
          assert.ok(
            endOfTerm(start, term) >= endOfTerm(start, other),
            `${start.toISOString()} ${term} ${other}`,
          )
        }
      }
    }
    assert.ok(ordered > terms.length * 10)
  })
})
