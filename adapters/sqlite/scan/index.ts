/**
 * Looks for strings in the bytes of a database's files.
 *
 * @module
 */
export type {
  DatabaseFile,
  FileScan,
  NeedleEncoding,
  NeedleMatches,
  NeedleScan,
  ScannedFile,
  ScanOptions,
} from './scan-file.ts'
export { scanFile } from './scan-file.ts'
