/** The language of paths into JSON and of words for the instant: what is taken, and what is refused with a hint. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { definePolicy, type PolicyInput, UserDeletionError } from '../../src/index.ts'
import { compilePolicy } from '../../src/plan/compile/compile-policy.ts'
import { findPathMistake, pathSteps, spellPath } from '../../src/policy/json-path.ts'

function define(rule: unknown, rest: object = {}): PolicyInput {
  return definePolicy({
    ...{ name: 'language', version: 1, user: { table: 'users', id: 'id', ghost: { id: 'g' } } },
    ...{ tables: { t: rule } },
    ...rest,
  } as PolicyInput)
}

function refused(rule: unknown, path: string, message: RegExp, rest: object = {}): void {
  assert.throws(
    () => define(rule, rest),
    (error) => {
      assert.ok(error instanceof UserDeletionError, String(error))
      assert.equal(error.details['path'], path)
      assert.match(error.message, message)
      return true
    },
  )
}

const scrub = (path: unknown) => ({
  ...{ match: 'uid', action: 'anonymize', reason: 'r' },
  set: { j: { scrub: [path] } },
})

describe('paths into JSON', () => {
  it('are keys, with brackets for every element', () => {
    assert.deepEqual(pathSteps('items[].gift_to'), ['items', null, 'gift_to'])
    assert.deepEqual(pathSteps('a[].b[].c'), ['a', null, 'b', null, 'c'])
    assert.deepEqual(pathSteps('a[][].b'), ['a', null, null, 'b'])
    assert.deepEqual(pathSteps('[].x'), [null, 'x'])
    assert.deepEqual(pathSteps('author.$id'), ['author', '$id'])
    assert.deepEqual(pathSteps(['a.b', '[]', '0']), ['a.b', null, '0'])
  })

  it('are spelt back as they can be read', () => {
    for (const path of ['a.b', 'items[].x', '[].x', 'a[][].b', ['a.b', '[]', '*'], ['0'], [' a']]) {
      const steps = pathSteps(path)
      const spelt = spellPath(steps)
      const back = spelt.startsWith('["') ? (JSON.parse(spelt) as string[]) : spelt
      assert.equal(findPathMistake(back), null)
      assert.deepEqual(pathSteps(back), steps)
    }
  })

  for (const [path, hint] of [
    ['items.*.x', /`items\[\]\.x`/],
    ['items[0].x', /`items\[\]\.x`/],
    ['items[*].x', /`items\[\]\.x`/],
    ['items.0.x', /`items\[\]\.x`/],
    ['items.$[].x', /`items\[\]\.x`/],
    ['$.plain.to', /`plain\.to`/],
    ['/plain/to', /`plain\.to`/],
    ['plain->to', /`plain\.to`/],
    ['$userId', /list of keys/],
    ['byKey.*.mail', /list of keys/],
    ['a. b', /blanks/],
    ['a..b', /a key is empty/],
    ['.a', /a key is empty/],
    ['', /is empty/],
    ['a"b', /a quote/],
    ['a\\b', /a backslash/],
    ['tags[]', /without the last/],
    [[], /empty list/],
    [['a', ''], /is empty/],
  ] as const) {
    it(`${JSON.stringify(path)} is refused, and the right spelling told`, () => {
      const place = Array.isArray(path) && path.length > 0 ? 'tables.t.set.j.scrub[0]' : null
      assert.throws(
        () => define(scrub(path)),
        (error) => {
          assert.ok(error instanceof UserDeletionError)
          assert.ok(String(error.details['path']).startsWith(place ?? 'tables.t.set.j.scrub[0]'))
          assert.match(error.message, hint)
          return true
        },
      )
    })
  }

  it('of arrays name the array, and those of elements open none', () => {
    const match = { array: 'j', path: 'rows[]' }
    refused({ match, action: 'detach' }, 'tables.t.match.path', /leave out the last/)
    const inElement = { array: 'j', element: 'by.ids[]' }
    refused({ match: inElement, action: 'detach' }, 'tables.t.match.element', /`path`/)
    const pull = { pull: { user: 'id' }, element: 'ids[].x' }
    refused(
      { match: 'uid', action: 'anonymize', reason: 'r', set: { j: pull } },
      'tables.t.set.j.element',
      /`path`/,
    )
  })

  it('to the elements themselves are detached as an array', () => {
    refused(
      { match: { json: 'j', path: 'rows[].ids[]' }, action: 'detach' },
      'tables.t.match.path',
      /\{ array: "j", path: "rows\[\]\.ids" \}/,
    )
    define({ match: { json: 'j', path: 'rows[].ids[]' }, action: 'delete' })
  })

  it('through arrays and other rows cannot be detached', () => {
    const match = { json: 'j', path: 'rows[].s', through: { table: 's', key: 'id' } }
    refused({ match, action: 'detach' }, 'tables.t.match.through', /cannot be detached/, {
      tables: { t: { match, action: 'detach' }, s: { match: 'uid', action: 'delete' } },
    })
  })

  it('are one locator, by whatever kind of match they are said', () => {
    const locatorOf = (match: unknown) =>
      compilePolicy(define({ match, action: 'delete' })).steps[0]?.ways[0]?.locator
    assert.deepEqual(
      locatorOf({ json: 'j', path: 'a[].b[].c' }),
      locatorOf({ array: 'j', path: 'a[].b', element: 'c' }),
    )
    assert.deepEqual(locatorOf({ json: 'j', path: '[]' }), locatorOf({ array: 'j' }))
  })
})

describe('words for the instant', () => {
  const set = (value: unknown) => ({
    ...{ match: 'uid', action: 'anonymize', reason: 'r', set: { at: value } },
  })

  it('may stand in every set, in a status and in the audit entry', () => {
    for (const word of ['$at', '$atMs', '$atSeconds', '$atDate', '$$x', '$$at']) {
      define(set(word), {
        audit: { table: 't', entry: { at: word } },
        user: {
          ...{ table: 'users', id: 'id', status: { disabled: { at: word } } },
          ...{ action: 'anonymize', reason: 'r', set: { at: word } },
        },
      })
    }
  })

  it('other words are refused where they mean nothing', () => {
    for (const word of ['$userId', '$action', '$id', '$now', '$', '$9.99']) {
      refused(set(word), 'tables.t.set.at', /not a known placeholder.*written with two/)
      const user = { table: 'users', id: 'id', action: 'anonymize', reason: 'r', set: { at: word } }
      refused(set(null), 'user.set.at', /not a known placeholder/, { user })
    }
    const end = { for: 'P1D', then: 'anonymize', thenSet: { at: '$userId' } }
    refused(
      { match: 'uid', action: 'retain', reason: 'r', ...end },
      'tables.t.thenSet.at',
      /in the audit entry alone/,
    )
  })

  it('are equal for all rules of a policy, and a literal keeps one sign', () => {
    const { steps, derived } = compilePolicy(
      define([
        {
          match: 'uid',
          where: { k: 1 },
          ...{ action: 'anonymize', reason: 'r' },
          set: { at: '$at' },
        },
        { match: 'vid', ...{ action: 'anonymize', reason: 'r' }, set: { at: '$at', price: '$$9' } },
      ]),
    )
    assert.deepEqual(derived, [{ kind: 'instant', word: '$at' }])
    assert.deepEqual(steps[1]?.set, [
      { kind: 'derived', column: 'at', index: 0, instant: '$at' },
      { kind: 'constant', column: 'price', value: '$9' },
    ])
  })
})
