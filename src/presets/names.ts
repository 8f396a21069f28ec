/**
 * Names of a library's models and fields, as the host's database spells them.
 *
 * @module
 */

/** Another name for a table or its columns, in the words of better-auth's own options. */
export interface Renamed {
  readonly modelName?: string | undefined
  readonly fields?: Readonly<Record<string, string | undefined>> | undefined
}

export type Rename<Model extends string = string> = Readonly<
  Partial<Record<Model, Renamed | undefined>>
>

/** From the library's words to the database's. */
export interface Names<Model extends string = string> {
  table(model: Model): string
  column(model: Model, field: string): string
}

/** What has no name of its own has the library's. */
export function namesOf<Model extends string>(
  rename: Rename<Model>,
  tableOf: (name: Model) => string,
): Names<Model> {
  const renamed = (model: Model): Renamed | undefined => rename[model]
  return {
    table: (model) => renamed(model)?.modelName ?? tableOf(model),
    column: (model, field) => renamed(model)?.fields?.[field] ?? field,
  }
}
