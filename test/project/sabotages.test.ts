import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { sabotages } from '../sabotage/sabotages.ts'

const root = path.resolve(import.meta.dirname, '../..')

describe('the list of sabotages', () => {
  for (const { name, file, find, replace, caughtBy } of sabotages) {
    it(`still fits the code: ${name}`, () => {
      const found = readFileSync(path.join(root, file), 'utf8').split(find).length - 1
      assert.equal(found, 1, `${file} holds the text ${found} times`)
      assert.notEqual(find, replace)
      assert.ok(existsSync(path.join(root, caughtBy)), `${caughtBy} is missing`)
    })
  }
})
