/**
 * How many functions of the engine and its adapters a piece of work calls: a figure that no machine changes.
 *
 * @module
 */
import { Session } from 'node:inspector/promises'

const OWN = /\/(?:src|adapters)\//

/** Runs the work, and counts calls of functions of `src` and `adapters`. */
export async function countCalls(work: () => Promise<unknown>): Promise<number> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    await work()
    const { result } = await session.post('Profiler.takePreciseCoverage')
    return result
      .filter(({ url }) => OWN.test(url))
      .flatMap(({ functions }) => functions.map(({ ranges: [range] }) => range?.count ?? 0))
      .reduce((sum, count) => sum + count, 0)
  } finally {
    session.disconnect()
  }
}
