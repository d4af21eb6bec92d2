/** Strong rules: what is published is watched by rules that hold up what waits for it. */

type Rule = { name: string; severity: 'High' | 'Normal' }
type Request = {
  messageBody: Partial<Rule> & {
    /** `duckdb.shop.default.ads_sales_daily`; where rules are changed it is not told. */
    target?: { tableGuid: string }
    rules?: Rule[]
    /** Of a monitor: what its results do. */
    hooks?: { type: string }[]
  }
}
type Context = {
  /** What the workspace has chosen. */
  options: { prefixes?: string }
}

export default function ({ messageBody }: Request, { options }: Context) {
  const prefixes = (options.prefixes ?? 'ads_').split(/[\s,]+/)
  const { target, hooks, rules = [messageBody] } = messageBody
  const table = target?.tableGuid.split('.').at(-1)
  const weak = rules.filter(({ severity }) => severity === 'Normal').map(({ name }) => `\`${name}\``)

  if (table === undefined) {
    if (weak.length === 0) return { checkResult: 'OK' }
    return {
      checkResult: 'WARN',
      checkMessage: `Weak from now on: ${weak.join(', ')}. Is its table one of ${prefixes.join(' ')}?`,
    }
  }
  if (!prefixes.some((prefix) => table.startsWith(prefix))) return { checkResult: 'OK' }
  if (weak.length > 0)
    return { checkResult: 'FAIL', checkMessage: `Rules of \`${table}\` have to be strong: ${weak.join(', ')}` }
  if (hooks?.every(({ type }) => type !== 'BlockTaskInstance'))
    return { checkResult: 'FAIL', checkMessage: `A monitor of \`${table}\` has to hold up what waits for it.` }
  return { checkResult: 'OK' }
}
