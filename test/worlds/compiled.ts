/** Code that imports the package by its own name, as hosts do: the built files have to be there. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

/** What the compiler prints; nothing for code without errors. */
export function compileErrors(code: string): string {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc')
  const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2023']
  const options = [...strict, '--skipLibCheck', '--ignoreConfig', '--pretty', 'false']
  return withFile(code, (file) => {
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, ...options, file], {
      cwd: root,
      encoding: 'utf8',
    })
    assert.equal(stderr, '')
    return stdout
  })
}

/** Inside the package, so that its own name resolves to the built files. */
export function withFile<T>(code: string, use: (file: string) => T): T {
  const folder = mkdtempSync(path.join(root, 'dist/code-'))
  try {
    const file = path.join(folder, 'example.mts')
    writeFileSync(file, code)
    return use(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
