/** Programs that tests start as processes of their own, many times. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { buildSync } from 'esbuild'

const root = path.resolve(import.meta.dirname, '../../..')

/** A temporary folder inside the package, so that the drivers are found from there. */
export function folderInPackage(t: TestContext, name: string): string {
  mkdirSync(path.join(root, 'dist'), { recursive: true })
  const folder = mkdtempSync(path.join(root, `dist/${name}-`))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Makes one file of a program of this folder: a child would spend most of its life on reading many. */
export function bundleChild(name: string, folder: string): string {
  const outfile = path.join(folder, name.replace(/\.ts$/, '.mjs'))
  buildSync({
    entryPoints: [path.join(import.meta.dirname, name)],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['better-sqlite3', 'mongodb', 'pg'],
    logLevel: 'error',
  })
  return outfile
}
