import type { Sabotage } from '../sabotage.ts'

export const hostSabotages: readonly Sabotage[] = [
  {
    name: 'set ids aside past the signal',
    file: 'src/engine/engine.ts',
    find: 'expect, run, undefined, bulk.signal)',
    replace: 'expect, run, undefined)',
    caughtBy: 'test/engine/unusual-hosts.test.ts',
  },
  {
    name: 'take nonsense for a yes',
    file: 'src/execution/decision/ask.ts',
    find: "return typeof code === 'string' ? veto(code) : nonsense('The beforeDelete hook')",
    replace: "return typeof code === 'string' ? veto(code) : null",
    caughtBy: 'test/engine/host-side.test.ts',
  },
  {
    name: 'let a listener that rejects end the process',
    file: 'src/ports.ts',
    find: '  Promise.resolve(answer).catch(fail)',
    replace: '  if (fail === undefined) return',
    caughtBy: 'test/engine/host-side.test.ts',
  },
  {
    name: 'let a logger that throws refuse a deletion',
    file: 'src/engine/options.ts',
    find: '  return quietly(logger)',
    replace: '  return logger',
    caughtBy: 'test/engine/host-side.test.ts',
  },
  {
    name: 'ask a host that hangs about every user',
    file: 'src/execution/decision/ask.ts',
    find: "if (objection?.code === 'hook_timeout') hung = objection",
    replace: "if (objection?.code === 'store_failed') hung = objection",
    caughtBy: 'test/engine/host-side.test.ts',
  },
  {
    name: 'pass over options that are inherited',
    file: 'src/execution/context/arguments.ts',
    find: 'if (inherited !== undefined) {',
    replace: 'if (inherited === null) {',
    caughtBy: 'test/engine/host-side.test.ts',
  },
  {
    name: 'take any object for a store',
    file: 'src/engine/options.ts',
    find: "typeof name === 'string' && methods.every((one) => typeof one === 'function')) return",
    replace: 'methods.length > 0 || name) return',
    caughtBy: 'test/engine/host-side.test.ts',
  },
  {
    name: 'believe that a policy was checked',
    file: 'src/policy/define-policy.ts',
    find: 'return DEFINED.has(Object(policy)) ?',
    replace: 'return policy !== undefined ?',
    caughtBy: 'test/engine/host-side.test.ts',
  },
  {
    name: 'pass over tables that JavaScript has words for',
    file: 'src/policy/policy-shape.ts',
    find: 'for (const [key, held] of Object.entries(input)) {',
    replace:
      "for (const [key, held] of Object.entries(input)) {\n        if (key === 'constructor') continue",
    caughtBy: 'test/engine/host-side.test.ts',
  },
]
