/**
 * The statements of an SQL text, each with the line that it begins on. Quotes, comments and dollar quotes are skipped as PostgreSQL and DuckDB read
 * them; what is not closed goes on to the end, where the database says what is wrong with it.
 */
export type SqlStatement = { readonly text: string; readonly line: number }

/** What may hold a semicolon that ends nothing; each is passed over as a whole. Comments within comments are counted by hand. */
const PASSED_OVER = [
  /--[^\n]*/y,
  /(?<![\p{L}\p{N}_$])[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)/uy,
  /'(?:[^']|'')*(?:'|$)/y,
  /"(?:[^"]|"")*(?:"|$)/y,
  /(?<![\p{L}\p{N}_$])\$([\p{L}_][\p{L}\p{N}_]*)?\$[\s\S]*?(?:\$\1\$|$(?![\s\S]))/uy,
] as const

export function sqlStatements(sql: string): readonly SqlStatement[] {
  const found: SqlStatement[] = []
  let line = 1
  let counted = 0
  const add = (from: number, to: number) => {
    const begin = beginOf(sql, from, to)
    if (begin === to) return
    for (; counted < begin; counted++) if (sql[counted] === '\n') line++
    found.push({ text: sql.slice(begin, to).trimEnd(), line })
  }
  let from = 0
  for (let at = 0; at < sql.length; ) {
    if (sql[at] === ';') {
      add(from, at)
      at = from = at + 1
    } else at = passed(sql, at)
  }
  add(from, sql.length)
  return found
}

/** Where the statement itself begins, behind blanks and comments. */
function beginOf(sql: string, from: number, to: number): number {
  let at = from
  while (at < to) {
    if (/\s/.test(sql[at]!)) at++
    else if (sql.startsWith('--', at) || sql.startsWith('/*', at)) at = passed(sql, at)
    else return at
  }
  return to
}

/** Where the text goes on after what begins here. */
function passed(sql: string, at: number): number {
  if (sql.startsWith('/*', at)) return endOfComment(sql, at)
  if ('-\'"$eE'.includes(sql[at]!))
    for (const pattern of PASSED_OVER) {
      pattern.lastIndex = at
      if (pattern.test(sql)) return pattern.lastIndex
    }
  return at + 1
}

function endOfComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g
  edge.lastIndex = start
  let depth = 0
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return sql.length
}
