/**
 * Tests without a hook on every promise, by which the test runner of Node tells whose an error is that nobody has
 * caught. It takes a quarter of the time of tests that await much. Without it such an error fails the file and not
 * the test, and a test or suite finds the one that it stands in as long as it is registered before the first await.
 *
 * To be imported before `node:test`.
 */
import hooks, { AsyncResource, createHook, type HookCallbacks } from 'node:async_hooks'

let init: HookCallbacks['init']

class TrackedResource extends AsyncResource {
  constructor(type: string, options?: ConstructorParameters<typeof AsyncResource>[1]) {
    super(type, options)
    init?.(this.asyncId(), type, 0, this)
  }
}

function createHookOfOthers(callbacks: HookCallbacks): ReturnType<typeof createHook> {
  if (!new Error('whose').stack?.includes('node:internal/test_runner')) return createHook(callbacks)
  init = callbacks.init
  return createHook({})
}

Object.assign(hooks, { AsyncResource: TrackedResource, createHook: createHookOfOthers })
