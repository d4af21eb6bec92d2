/**
 * Which tables SQL reads and makes, of its syntax tree as Apache DataFusion's parser writes it: objects with one member, named by what they are. What is not known here is looked through for
 * tables that are read.
 */

export type SqlTables = {
  /** In the order in which they are met; `schema.table` where the SQL writes a schema, and `table` alone otherwise. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

type Tree = { readonly [member: string]: unknown }
type Identifier = { readonly value: string; readonly quote_style?: string | null }
type Walk = {
  readonly read: (name: unknown, hidden: ReadonlySet<string>) => void
  readonly made: (name: unknown) => void
  readonly temporary: (name: unknown) => void
}

/**
 * What a statement inserts into, creates, updates, deletes from or merges into is made by it, and what it selects from is read. Tables that live as long as
 * the run (`create temporary`) and the names of `with` are neither, nor are files and functions that give rows.
 */
export function tablesOfSql(statements: readonly unknown[], isKnown: (name: string) => boolean): SqlTables {
  const inputs = new Set<string>()
  const outputs = new Set<string>()
  const temporary = new Set<string>()
  const walk: Walk = {
    read(name, hidden) {
      const text = nameOf(name)
      if (text !== null && isKnown(text) && !hidden.has(text) && !temporary.has(text)) inputs.add(text)
    },
    made(name) {
      const text = nameOf(name)
      if (text !== null && isKnown(text) && !temporary.has(text)) outputs.add(text)
    },
    temporary(name) {
      const text = nameOf(name)
      if (text !== null) temporary.add(text)
    },
  }
  for (const statement of statements) {
    const [[kind, tree] = []] = Object.entries((statement ?? {}) as Tree)
    if (kind !== undefined && isTree(tree)) lookThrough(walk, STATEMENTS[kind]?.(walk, tree) ?? tree, NOTHING)
  }
  return { inputs: [...inputs], outputs: [...outputs] }
}

/** Takes what the statement makes, and answers what is left to look through. */
const STATEMENTS: Readonly<Record<string, (walk: Walk, tree: Tree) => unknown>> = {
  Insert(walk, tree) {
    walk.made(memberOf(tree.table, 'TableName'))
    return { ...tree, table: null }
  },
  CreateTable(walk, tree) {
    if (tree.temporary === true) walk.temporary(tree.name)
    else walk.made(tree.name)
    walk.read(memberOf(memberOf(tree.like, 'Plain'), 'name'), NOTHING)
    walk.read(tree.clone, NOTHING)
    return tree.query
  },
  CreateView(walk, tree) {
    if (tree.temporary === true) walk.temporary(tree.name)
    else walk.made(tree.name)
    return tree.query
  },
  Update(walk, tree) {
    const table = tree.table as { readonly relation?: unknown; readonly joins?: unknown } | undefined
    walk.made(memberOf(memberOf(table?.relation, 'Table'), 'name'))
    return { ...tree, table: table?.joins }
  },
  Delete(walk, tree) {
    const [from] = Object.values((tree.from ?? {}) as Tree)
    const [first, ...others] = Array.isArray(from) ? from : []
    walk.made(memberOf(memberOf(memberOf(first, 'relation'), 'Table'), 'name'))
    return { ...tree, from: [memberOf(first, 'joins'), others] }
  },
  Merge(walk, tree) {
    walk.made(memberOf(memberOf(tree.table, 'Table'), 'name'))
    return { ...tree, table: null }
  },
  Copy(walk, tree) {
    const name = memberOf(memberOf(tree.source, 'Table'), 'table_name')
    if (tree.to === true) walk.read(name, NOTHING)
    else walk.made(name)
    return tree.source
  },
}

const NOTHING: ReadonlySet<string> = new Set()

function lookThrough(walk: Walk, at: unknown, hidden: ReadonlySet<string>): void {
  if (Array.isArray(at)) for (const one of at) lookThrough(walk, one, hidden)
  if (!isTree(at)) return
  const within = withNames(at, hidden)
  for (const [member, value] of Object.entries(at)) {
    if (member === 'Table' && isTree(value) && Array.isArray(value.name)) {
      // With arguments it is a function.
      if (value.args === undefined || value.args === null) walk.read(value.name, within)
      else lookThrough(walk, value.args, within)
    } else if (member === 'into' && isTree(value)) walk.made(value.name)
    else lookThrough(walk, value, within)
  }
}

/** The names that `with` gives to queries are hidden in all of the query that it stands before. */
function withNames(at: Tree, hidden: ReadonlySet<string>): ReadonlySet<string> {
  const tables = memberOf(at.with, 'cte_tables')
  if (!Array.isArray(tables)) return hidden
  return new Set([
    ...hidden,
    ...tables.flatMap((one) => nameOf([{ Identifier: memberOf(memberOf(one, 'alias'), 'name') }]) ?? []),
  ])
}

const DEFAULT_SCHEMAS = ['main', 'public']

function nameOf(parts: unknown): string | null {
  if (!Array.isArray(parts) || parts.length === 0) return null
  const words = parts.map((part) => memberOf(part, 'Identifier') as Identifier | undefined)
  // A name in single quotes is a file.
  if (words.some((word) => typeof word?.value !== 'string' || word.quote_style === "'")) return null
  const names = words.map((word) => (word!.quote_style ? word!.value : word!.value.toLowerCase()))
  return (names.length === 2 && DEFAULT_SCHEMAS.includes(names[0]!) ? names.slice(1) : names).join('.')
}

function memberOf(tree: unknown, member: string): unknown {
  return isTree(tree) ? tree[member] : undefined
}

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
