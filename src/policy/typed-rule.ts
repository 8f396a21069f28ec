/**
 * The rules of one table held against the host's types.
 *
 * @module
 */
import type {
  CheckedColumn,
  CheckedColumns,
  CheckedField,
  CheckedJsonColumn,
  CheckedNullableColumn,
  CheckedSet,
  CheckedTable,
  CheckedWhere,
  Mistake,
  Scope,
  TableName,
} from './typed-columns.ts'

/** A table's entry in any of the four ways to write one. */
export type CheckedEntry<S extends Scope, Table, Entry> = Entry extends string
  ? Entry
  : Entry extends readonly unknown[]
    ? { readonly [Index in keyof Entry]: CheckedRule<S, Table, Entry[Index]> }
    : Entry extends { readonly rules: unknown }
      ? {
          readonly [Key in keyof Entry]: Key extends 'rules'
            ? CheckedEntry<S, Table, Entry[Key]>
            : Entry[Key]
        }
      : CheckedRule<S, Table, Entry>

type CheckedRule<S extends Scope, Table, Rule> = {
  readonly [Key in keyof Rule]: Key extends 'match'
    ? CheckedMatch<S, Table, Rule, Rule[Key]>
    : Key extends 'where'
      ? CheckedWhere<S, Table, Rule[Key]>
      : Key extends 'tenant'
        ? CheckedColumn<S, Table, Rule[Key]>
        : Key extends 'set' | 'thenSet'
          ? CheckedSet<S, Table, Rule[Key]>
          : Key extends 'secret'
            ? CheckedColumns<S, Table, Rule[Key]>
            : Rule[Key]
}

/** One way, or each of several. */
type CheckedMatch<S extends Scope, Table, Rule, Match> = Match extends readonly unknown[]
  ? { readonly [Index in keyof Match]: CheckedWay<S, Table, Rule, Match[Index]> }
  : CheckedWay<S, Table, Rule, Match>

type CheckedWay<S extends Scope, Table, Rule, Match> = Match extends string
  ? CheckedReference<S, Table, Rule, Match>
  : {
      readonly [Key in keyof Match]: Key extends 'column'
        ? CheckedReference<S, Table, Rule, Match[Key]>
        : Key extends 'json' | 'array'
          ? CheckedJsonColumn<S, Table, Match[Key]>
          : Key extends 'equals'
            ? CheckedField<S, Match[Key]>
            : Key extends 'through'
              ? CheckedThrough<S, Table, Match[Key]>
              : Match[Key]
    }

type CheckedReference<S extends Scope, Table, Rule, Name> = Rule extends {
  readonly action: 'detach'
}
  ? Rule extends { readonly to: 'ghost' }
    ? CheckedColumn<S, Table, Name>
    : CheckedNullableColumn<S, Table, Name>
  : CheckedColumn<S, Table, Name>

type CheckedThrough<S extends Scope, Table, Through> = Through extends {
  readonly table: infer Parent extends string
}
  ? {
      readonly [Key in keyof Through]: Key extends 'table'
        ? CheckedParent<S, Table, Parent>
        : Key extends 'key'
          ? Parent extends TableName<S>
            ? CheckedColumn<S, Parent, Through[Key]>
            : Through[Key]
          : Key extends 'rule'
            ? CheckedRuleName<RulesOf<S, Parent>, Parent, Through[Key]>
            : Through[Key]
    } & RuleNameNeeded<RulesOf<S, Parent>, Parent, Through>
  : Through

/** What the check at run time refuses too: rows of a table that nothing ties to the user. */
type CheckedParent<S extends Scope, Table, Parent extends string> = Parent extends keyof S['tables']
  ? [RulesOf<S, Parent>] extends [never]
    ? Mistake<`\`${Parent}\` has no rule with a match.`>
    : Parent extends Table
      ? S['tables'][Parent] extends { readonly match: unknown }
        ? Mistake<`\`${Parent}\` has no other rule that leads to the user.`>
        : Parent
      : Parent
  : Parent extends TableName<S>
    ? Mistake<`\`${Parent}\` has no rule.`>
    : CheckedTable<S, Parent>

type CheckedRuleName<Rules, Parent extends string, Name> = [Rules] extends [never]
  ? Name
  : Name extends NameOf<Rules>
    ? Name
    : NameOf<Rules> | Mistake<`\`${Parent}\` has no rule named \`${Name & string}\`.`>

/** Rules that treat rows differently have to be told apart. */
type RuleNameNeeded<Rules, Parent extends string, Through> = Through extends {
  readonly rule: unknown
}
  ? unknown
  : IsOne<ActionOf<Rules>> extends true
    ? unknown
    : {
        readonly rule: NameOf<Rules> | Mistake<`The rules of \`${Parent}\` treat rows differently.`>
      }

/** The rules of a table that say which rows belong to the user, as a union. */
type RulesOf<S extends Scope, Table> = Table extends keyof S['tables']
  ? Extract<EachRule<S['tables'][Table]>, { readonly match: unknown }>
  : never

type EachRule<Entry> = Entry extends string
  ? never
  : Entry extends readonly unknown[]
    ? Entry[number]
    : Entry extends { readonly rules: readonly unknown[] }
      ? Entry['rules'][number]
      : Entry

type NameOf<Rules> = Rules extends { readonly name: infer Name extends string } ? Name : never

type ActionOf<Rules> = Rules extends { readonly action: infer Action } ? Action : never

/** Whether a union has at most one member. */
type IsOne<Union, Each = Union> = [Union] extends [never]
  ? true
  : Each extends unknown
    ? [Union] extends [Each]
      ? true
      : false
    : never
