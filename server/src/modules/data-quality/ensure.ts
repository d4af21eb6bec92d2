/** What of rules and monitors is refused at once, and found again when it is to take effect. */
import {
  type Known,
  MAX_RULES_OF_A_MONITOR,
  type QualityProblem,
  type QualityRule,
  Refusal,
  type RefusalCode,
  ruleProblems,
} from '@holdpoint/core'
import type { Sql, Transaction } from '../../store/database.ts'
import { ruleNames } from '../../store/quality-rules.ts'
import { userOfTenant } from '../../store/users.ts'

/** What can never be checked, each with its place. */
export function ensureSound(problems: readonly QualityProblem[]): void {
  const [first] = problems
  if (first === undefined) return
  const paths = problems.map(({ path }) => path)
  throw new Refusal('QUALITY_INVALID', { ...first, paths, problems: problems.map(({ problem }) => problem) })
}

export const rulesProblems = (rules: readonly QualityRule[], at: (index: number) => string): QualityProblem[] =>
  rules.flatMap((rule, index) =>
    ruleProblems(rule).map(({ path, problem }) => ({ path: `${at(index)}.${path}`, problem })),
  )

/** The names are used once among these. */
export function ensureNamesDiffer(names: readonly string[]): void {
  const twice = [...Map.groupBy(names, (name) => name)].flatMap(([name, all]) => (all.length > 1 ? [name] : []))
  if (twice.length > 0) throw new Refusal('QUALITY_NAME_TAKEN', { names: twice })
}

export function ensureDifferent(ids: readonly number[], path: string): void {
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined) ensureSound([{ path, problem: `${twice} is named twice` }])
}

/** All that were named are there. */
export function ensureThere(
  code: Extract<RefusalCode, 'QUALITY_RULE_NOT_FOUND' | 'QUALITY_MONITOR_NOT_FOUND'>,
  ids: readonly number[],
  rows: readonly { readonly id: number }[],
): void {
  const absent = ids.filter((id) => !rows.some((row) => row.id === id))
  if (absent.length > 0) throw new Refusal(code, { id: absent })
}

export async function ensureRevision(
  sql: Sql,
  row: { tenant_id: number; name: string; revision: number; modified_by: number | null },
  named: number | null,
): Promise<void> {
  const { tenant_id: tenantId, name, revision, modified_by: userId } = row
  if (named === null || named === revision) return
  const by = userId === null ? null : await userOfTenant(sql, tenantId, userId)
  throw new Refusal('QUALITY_CHANGED', { name, by: by?.display_name ?? '', revision, named })
}

/** Rule 60: what is there no more, and what has another revision, of what the operation knew. */
export function changesSince(
  known: readonly Known[],
  rows: readonly { readonly id: number; readonly revision: number }[],
): Refusal[] {
  const today = new Map(rows.map((row) => [row.id, row.revision]))
  const there = known.filter((one) => one.revision !== null)
  const names = (some: readonly Known[]) => ({ names: some.map(({ name, id }) => `${name} (${id})`) })
  const gone = there.filter(({ id }) => !today.has(id))
  const changed = there.filter(({ id, revision }) => today.has(id) && today.get(id) !== revision)
  return [
    ...(gone.length > 0 ? [new Refusal('QUALITY_GONE', names(gone))] : []),
    ...(changed.length > 0 ? [new Refusal('QUALITY_CHANGED_MEANWHILE', names(changed))] : []),
  ]
}

/** Whether a locked monitor can have these rules: their names are free, and there are not too many. */
export async function roomForRules(
  tx: Transaction,
  monitorId: number,
  rules: readonly { readonly id: number; readonly name: string }[],
): Promise<Refusal[]> {
  const others = await ruleNames(
    tx,
    monitorId,
    rules.map(({ id }) => id),
  )
  const taken = rules.flatMap(({ name }) => (others.includes(name) ? [name] : []))
  return [
    ...(taken.length > 0 ? [new Refusal('QUALITY_NAME_TAKEN', { names: taken })] : []),
    ...(others.length + rules.length > MAX_RULES_OF_A_MONITOR
      ? [new Refusal('QUALITY_RULES_TOO_MANY', { limit: MAX_RULES_OF_A_MONITOR })]
      : []),
  ]
}

export function ensureNone(refusals: readonly Refusal[]): void {
  if (refusals.length > 0) throw refusals[0]
}

/** The refusal with which the work ends, if it does. */
export async function refusalOf(work: () => Promise<unknown>): Promise<Refusal[]> {
  try {
    await work()
    return []
  } catch (error) {
    if (error instanceof Refusal) return [error]
    throw error
  }
}
