import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Temporal } from 'temporal-polyfill'
import { createRandom } from '../../examples/demo/random.ts'
import { addDuration } from '../../src/program/duration.ts'

describe('the end of a duration', () => {
  it('keeps to the lengths of months, and to the last day of a shorter one', () => {
    const end = (start: string, duration: string): string =>
      addDuration(new Date(start), duration).toISOString()
    assert.equal(end('2028-01-31T23:59:59.999Z', 'P1M'), '2028-02-29T23:59:59.999Z')
    assert.equal(end('2028-02-29T12:00:00.000Z', 'P1Y'), '2029-02-28T12:00:00.000Z')
    assert.equal(end('2028-02-28T23:30:00.000Z', 'P1DT1H'), '2028-03-01T00:30:00.000Z')
    assert.equal(end('1969-12-31T23:00:00.000Z', 'PT2H'), '1970-01-01T01:00:00.000Z')
  })

  it('is the calendar library’s for every instant, however many of a day were asked about before', () => {
    const random = createRandom(11)
    const durations = ['P1D', 'P1M', 'P13M', 'P4W', 'PT36H', 'P1M1DT25H', 'P1Y2M3DT4H5M6.789S']
    for (let count = 0; count < 3_000; count += 1) {
      const start = new Date(random.below(4e12) - 8e11)
      const duration = durations[count % durations.length] ?? ''
      const zoned = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO(
        'UTC',
      )
      const { epochMilliseconds } = zoned.add(Temporal.Duration.from(duration))
      for (let twice = 0; twice < 2; twice += 1) {
        assert.equal(addDuration(start, duration).getTime(), epochMilliseconds)
      }
    }
  })
})
