/** Change freeze: on the days that the workspace has chosen nothing is committed, deployed, frozen, unfrozen or unpublished. */

type Context = {
  /** What the workspace has chosen. */
  options: { days?: string; checkStatus?: 'WARN' | 'FAIL'; utcOffset?: string }
}

const HOUR_MS = 3_600_000

export default function (_request: unknown, { options }: Context) {
  const today = new Date(Date.now() + Number(options.utcOffset ?? 0) * HOUR_MS).toISOString().slice(0, 10)
  // A line is a day, 2026-10-01, or all from one day to another, 2026-10-01..2026-10-07; then, if wanted, why.
  const line = (options.days ?? '').split('\n').find((one) => {
    const [, first, last] = /^\s*(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?/.exec(one) ?? []
    return first !== undefined && first <= today && today <= (last ?? first)
  })
  if (line === undefined) return { checkResult: 'OK' }
  return {
    checkResult: options.checkStatus ?? 'FAIL',
    checkMessage: `Nothing is changed today, ${today}: \`${line.trim()}\``,
  }
}
