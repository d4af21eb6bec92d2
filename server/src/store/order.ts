/** In which order a list comes: by a column that is named here in the program, never by a text that was given. */
export type Order<Column extends string> = { readonly by: Column; readonly isDescending: boolean }

/** What has no value comes last, and what is alike in the order of the ids, which an index has. */
export function orderOf({ by, isDescending }: Order<string>, column: (name: string) => string): string {
  const direction = isDescending ? 'desc' : 'asc'
  const byId = `${column('id')} ${direction}`
  return by === 'id' ? byId : `${column(by)} ${direction} nulls last, ${byId}`
}
