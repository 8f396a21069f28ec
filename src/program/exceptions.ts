/**
 * The rows that steps leave alone. Steps of one table that leave the same rows alone share one list, so that work on
 * the list is done once for all of them. Pure.
 *
 * @module
 */
import { once } from './once.ts'
import type { Exception, Selector } from './program.ts'

/** Every selector of the list, each once. */
export const selectorsOfExceptions: (except: readonly Exception[]) => readonly Selector[] = once(
  (except) => [
    ...new Set(
      except.flatMap((exception): readonly Selector[] => {
        if (exception.unless === undefined) return [exception]
        const { unless, ...selector } = exception
        return [selector, ...unless]
      }),
    ),
  ],
)

interface Mapping<S extends Selector> {
  readonly map: (selector: Selector) => S
  /** Which selectors stay; default: all. */
  readonly stays?: (selector: Selector) => boolean
}

/** Maps lists of exceptions, each list once: steps that shared a list share the new one. */
export function exceptionMapper<S extends Selector>({
  map,
  stays = () => true,
}: Mapping<S>): (except: readonly Exception[]) => readonly Exception[] {
  const mapAll = once((selectors: readonly Selector[]) => selectors.filter(stays).map(map))
  return once((except: readonly Exception[]) =>
    except.filter(stays).map(({ unless, ...selector }) => ({
      ...map(selector),
      ...(unless === undefined ? {} : { unless: mapAll(unless) }),
    })),
  )
}
