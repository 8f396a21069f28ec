/**
 * What steps leave alone. Steps of one table leave the same rows alone and share one list, so that what is read out
 * of the list, or made of it, is read and made once for all of them. Pure.
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

/** Makes another list of each, and of one list one. */
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
