import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { formFinder } from '../../../src/plan/trace/find-forms.ts'
import type { Identifier } from '../../../src/plan/trace/identifiers.ts'
import { wordSearch } from '../../../src/plan/trace/word-search.ts'
import { AROUND, LOOKALIKES, PERSON, PLANTS } from '../../worlds/traces/planted-forms.ts'

const identifiers: readonly Identifier[] = Object.entries(PERSON).map(([name, text]) => ({
  ...{ name, text, isTelling: true, kind: null },
}))
const finder = formFinder(identifiers)

describe('forms of an identifier', () => {
  for (const { name, text, identifier, form } of PLANTS) {
    it(`finds the ${name}, whatever stands around it`, () => {
      for (const around of AROUND) {
        const hits = finder.inText(around(text))
        const told = hits.map((hit) => [identifiers[hit.identifier]?.name, hit.form])
        assert.deepEqual(told, [[identifier, form]])
      }
    })
  }

  it('takes a longer word for none of them', () => {
    for (const text of LOOKALIKES) {
      for (const around of AROUND) assert.deepEqual(finder.inText(around(text)), [], around(text))
    }
  })

  it('finds a UUID without its hyphens, in braces and behind a prefix', () => {
    const compact = PERSON.id.replaceAll('-', '')
    for (const text of [
      compact,
      compact.toUpperCase(),
      `{${PERSON.id}}`,
      `urn:uuid:${PERSON.id}`,
    ]) {
      assert.equal(finder.inText(text).length, 1, text)
    }
  })

  it('finds what is encoded twice, and what stands behind an escape', () => {
    const twice = encodeURIComponent(encodeURIComponent(PERSON.email))
    for (const text of [twice, `a%3D${PERSON.id}`, `a\\n${PERSON.id}\\n`, `?q=${PERSON.id}%26b`]) {
      assert.equal(finder.inText(text).length, 1, text)
    }
  })

  it('reads bytes that are no UTF-8 in an encoded text one by one', () => {
    const text = `%ff${encodeURIComponent(PERSON.email)}%ff`
    assert.deepEqual(finder.inText(`%C3%A9${encodeURIComponent(PERSON.email)}`), [])
    assert.deepEqual(finder.inText(text), [{ identifier: 1, form: 'url_encoded' }])
  })

  it('goes by letters of every script', () => {
    const strange = formFinder([{ name: 'name', text: 'ÅSE-ØDEGÅRD', isTelling: true, kind: null }])
    assert.equal(strange.inText('by åse-ødegård.').length, 1)
    assert.equal(strange.inText('by påse-ødegård.').length, 0)
    assert.equal(strange.inText('by åse-ødegårdé.').length, 0)
    assert.equal(strange.inText(encodeURIComponent('åse-ødegård')).length, 1)
    // The lower case of this letter is two long, so that places in the text are not those in lower case.
    assert.deepEqual(strange.inText('İİ ÅSE-ØDEGÅRD'), [{ identifier: 0, form: 'plain' }])
  })

  it('takes what proves nothing by itself as a whole value alone', () => {
    const weak = formFinder([
      { name: 'id', text: '4711', isTelling: false, kind: 'id' },
      { name: 'login', text: 'Ann', isTelling: false, kind: 'name' },
    ])
    const formOf = (text: string): unknown => weak.asWhole(text).map(({ form }) => form)
    assert.deepEqual(formOf('4711'), ['plain'])
    assert.deepEqual(formOf('ann'), ['case_folded'])
    assert.deepEqual(formOf(Buffer.from('4711').toString('base64')), ['base64'])
    assert.deepEqual(formOf(Buffer.from('4711').toString('base64').toLowerCase()), [])
    for (const text of ['47110', 'x4711', 'by Ann', '4711 ']) assert.deepEqual(formOf(text), [])
    assert.deepEqual(weak.inText('4711 Ann'), [])
  })
})

describe('a search for many words', () => {
  it('finds exactly the places that a look at every character finds', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 8, maxLength: 20 })
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 200 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        (words, text, planted) => {
          const whole = planted.reduce((held, place) => {
            const word = words[place % words.length] ?? ''
            const at = place % (held.length + 1)
            return held.slice(0, at) + word + held.slice(at)
          }, text)
          const found: string[] = []
          wordSearch(words)(whole, (word, start) => found.push(`${word}@${start}`))
          const wanted = words.flatMap((word, index) =>
            [...whole].flatMap((_, start) =>
              whole.startsWith(word, start) ? [`${index}@${start}`] : [],
            ),
          )
          assert.deepEqual(found.sort(), wanted.sort())
        },
      ),
      { seed: 20_261_201, numRuns: 500 },
    )
  })
})
