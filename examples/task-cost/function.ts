/**
 * Cost of a task: a task whose run would cost more than the workspace has chosen is refused.
 *
 * SQL costs what it reads times how complex it is. How large tables are stands in the variable TABLE_GB as JSON, {"ods_orders": 120}, and in TABLE_DAYS
 * how many days each of them keeps, of which a condition on `dt` reads one.
 */

type Context = {
  environment: { TABLE_GB?: string; TABLE_DAYS?: string }
  /** What the workspace has chosen. */
  options: { cuNumber?: string }
  /** The file as it was when the operation was asked for. */
  snapshot: { CommittedFile?: { Content: string } }
}

export default function (_request: unknown, { environment, options, snapshot }: Context) {
  const sizes: Record<string, number> = JSON.parse(environment.TABLE_GB ?? '{}')
  const most = Number(options.cuNumber ?? 100)
  const sql = (snapshot.CommittedFile?.Content ?? '').replace(/--.*$|\/\*[\s\S]*?\*\//gm, '').toLowerCase()

  const tables = new Set([...sql.matchAll(/\b(?:from|join)\s+(?:\w+\.)?(\w+)/g)].map((match) => match[1]!))
  const unknown = [...tables].filter((table) => sizes[table] === undefined)
  const days = /\bdt\s*=/.test(sql) ? Number(environment.TABLE_DAYS ?? 30) : 1
  const gigabytes = [...tables].reduce((sum, table) => sum + (sizes[table] ?? 0), 0) / days
  const steps = sql.match(/\b(?:join|group by|order by|distinct|over)\b/g)?.length ?? 0
  const complexity = steps <= 3 ? 1 : steps <= 6 ? 1.5 : steps <= 19 ? 2 : 4
  const units = Math.ceil(gigabytes * complexity)

  const reads = `It reads about ${Math.ceil(gigabytes)} GB with complexity ${complexity}: ${units} units a run`
  if (units > most) return { checkResult: 'FAIL', checkMessage: `${reads}, more than ${most}.` }
  if (unknown.length > 0)
    return { checkResult: 'WARN', checkMessage: `${reads}; how large ${unknown.join(', ')} is, is not known.` }
  return { checkResult: 'OK', checkMessage: `${reads}.` }
}
