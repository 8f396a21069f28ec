/**
 * What Drizzle and Prisma say of a database, as the type that `definePolicy<Database>()` takes. Kysely's
 * `Database` is one already. By shape alone: neither package is imported.
 *
 * @module
 */

/**
 * The tables of a Drizzle schema, by the names the database knows.
 *
 * @example
 * import * as schema from './schema.ts'
 * definePolicy<DrizzleDatabase<typeof schema>>()({ … })
 */
export type DrizzleDatabase<Schema> = {
  readonly [Key in keyof Schema as Schema[Key] extends DrizzleTable
    ? Schema[Key]['_']['name']
    : never]: Schema[Key] extends DrizzleTable ? DrizzleRow<Schema[Key]> : never
}

interface DrizzleTable {
  readonly _: {
    readonly name: string
    readonly columns: Readonly<Record<string, { readonly _: { readonly name: string } }>>
  }
  readonly $inferSelect: object
}

type DrizzleRow<Table extends DrizzleTable> = {
  readonly [Key in keyof Table['_']['columns'] as Table['_']['columns'][Key]['_']['name']]: Key extends keyof Table['$inferSelect']
    ? Table['$inferSelect'][Key]
    : never
}

/**
 * The models of a Prisma schema: `Prisma.TypeMap` of the generated client, which names them all, or a record
 * of model types. `Names` says which table `@@map` gives to a model.
 *
 * @example
 * definePolicy<PrismaDatabase<Prisma.TypeMap, { User: 'users' }>>()({ … })
 */
export type PrismaDatabase<
  Models,
  Names extends { readonly [Model in keyof PrismaRows<Models>]?: string } = Record<never, never>,
> = {
  readonly [Model in keyof PrismaRows<Models> as Model extends keyof Names
    ? Names[Model] & string
    : Model]: PrismaRows<Models>[Model]
}

type PrismaRows<Models> = Models extends {
  readonly model: infer Mapped extends Readonly<Record<string, PrismaModel>>
}
  ? { readonly [Model in keyof Mapped]: Mapped[Model]['payload']['scalars'] }
  : Models

interface PrismaModel {
  readonly payload: { readonly scalars: object }
}

/**
 * Another database type with its names in snake case: for Kysely's `CamelCasePlugin`, Drizzle's
 * `casing: 'snake_case'`, and wherever else the database spells `userId` as `user_id`.
 */
export type SnakeCaseDatabase<Database> = {
  readonly [Table in keyof Database as SnakeCase<Table>]: {
    readonly [Column in keyof Database[Table] as SnakeCase<Column>]: Database[Table][Column]
  }
}

/** A capital begins a word unless it follows another one, as in `userID`. */
type SnakeCase<
  Name,
  Done extends string = '',
  Last extends string = '_',
> = Name extends `${infer Letter}${infer Rest}`
  ? SnakeCase<
      Rest,
      `${Done}${IsCapital<Letter> extends true ? (IsCapital<Last> extends true ? '' : Last extends '_' ? '' : '_') : ''}${Lowercase<Letter>}`,
      Letter
    >
  : Done

type IsCapital<Letter extends string> = Letter extends Lowercase<Letter> ? false : true
