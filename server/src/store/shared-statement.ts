/**
 * One statement for what several ask for, or write, at the same moment: each asks with an item of its own, and the statement takes them all,
 * as arrays that `unnest` lays side by side. With one item it is the same statement, prepared once.
 */
import type { Statement } from './batch.ts'

export type SharedStatement<Item, Answer> = {
  readonly statement: (items: readonly Item[]) => Statement
  /** The answer to each item, in their order. */
  // biome-ignore lint/suspicious/noExplicitAny: the rows are what the statement selects, and it alone knows
  readonly answers: (rows: readonly any[], items: readonly Item[]) => readonly Answer[]
  /** Items of which this is the same are asked for once. */
  readonly sameAs?: (item: Item) => string
  /** Names of what the statement locks for the item. */
  readonly locks?: (item: Item) => readonly string[]
}

type Shared<Item, Row, Answer> = {
  readonly text: string
  /** The values of `$1`, `$2` …, most of them one array each. */
  readonly values: (items: readonly Item[]) => readonly unknown[]
  readonly sameAs?: (item: Item) => string
  readonly locks?: (item: Item) => readonly string[]
  readonly answer: (rows: readonly Row[], item: Item) => Answer
}

/** A question whose rows tell by a column `at` to which item they belong: 1 for the first (`unnest … with ordinality`). */
export function question<Item, Row, Answer>({
  text,
  values,
  answer,
  ...more
}: Shared<Item, Row, Answer>): SharedStatement<Item, Answer> {
  return {
    ...more,
    statement: (items) => ({ text, values: values(items) }),
    answers(rows: readonly (Row & { readonly at: number })[], items) {
      const byItem: Row[][] = items.map(() => [])
      for (const row of rows) byItem[row.at - 1]!.push(row)
      return items.map((item, at) => answer(byItem[at]!, item))
    },
  }
}

/** Something that is written and answers nothing. */
export function writing<Item>(
  text: string,
  values: (items: readonly Item[]) => readonly unknown[],
): SharedStatement<Item, void> {
  return {
    statement: (items) => ({ text, values: values(items) }),
    answers: (_rows, items) => items.map(() => undefined),
  }
}
