/** A change that breaks a promise. `find` stands exactly once in the file. */
export interface Sabotage {
  readonly name: string
  readonly file: string
  readonly find: string
  readonly replace: string
  /** The test file that is there to notice. */
  readonly caughtBy: string
}
