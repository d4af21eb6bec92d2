// biome-ignore-all lint/suspicious/noTemplateCurlyInString: parameters are written so
/**
 * A rule of Data Quality: what is measured of a table's partition, and what the measured value may be.
 *
 * A strong rule (severity High) can hold up what waits for the node whose instance has been checked; a weak one is told of.
 */
import { conditionProblem } from '../operation-center/branch-condition.ts'
import { sqlStatements } from '../operation-center/sql-statements.ts'

export const QUALITY_SEVERITIES = ['High', 'Normal'] as const
export type QualitySeverity = (typeof QUALITY_SEVERITIES)[number]

/** What is measured: of the table as a whole, of a column, or by SQL that answers one number. Percentages are fractions, 0.05 for 5 %. */
export const QUALITY_METRICS = [
  'Count',
  'NullValueCount',
  'NullValuePercent',
  'DistinctCount',
  'DistinctPercent',
  'DuplicatedCount',
  'DuplicatedPercent',
  'OutOfRangeCount',
  'CountNotIn',
  'Min',
  'Max',
  'Avg',
  'Sum',
  'UserDefinedSql',
] as const
export type QualityMetric = (typeof QUALITY_METRICS)[number]

/** How the measured value is judged: itself; its change against each of some earlier days, relative or absolute; or against their average, relative. */
export const QUALITY_CHECKINGS = ['Fixed', 'Fluctuation', 'Difference', 'Average'] as const
export type QualityChecking = (typeof QUALITY_CHECKINGS)[number]

export type QualityThresholds = {
  /** Conditions over `$checkValue`. The check is critical where `critical` holds, else warns where `warned` does, else passes unless `expected` does not hold. */
  readonly expected: string | null
  readonly warned: string | null
  readonly critical: string | null
}

export type QualityRule = {
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly severity: QualitySeverity
  /** One of `QUALITY_TEMPLATES`, or a text of whoever made it. */
  readonly templateCode: string
  readonly sampling: {
    readonly metric: QualityMetric
    /** Of a metric of columns; several count as one value together. */
    readonly columns: readonly string[]
    /** Which rows of the partition, in SQL. */
    readonly filter: string | null
    /** Of `UserDefinedSql`: one statement that answers one number. `${table}` and `${partition}` stand for the table and the condition of the partition. */
    readonly sql: string | null
    /** Of `OutOfRangeCount`, which counts what lies outside; either may be missing. */
    readonly least: number | null
    readonly most: number | null
    /** Of `CountNotIn`, which counts what is none of these. */
    readonly values: readonly string[]
  }
  readonly checking: {
    readonly type: QualityChecking
    /** Days before the business date with which it is compared, of all but `Fixed`. */
    readonly daysBefore: readonly number[]
    readonly thresholds: QualityThresholds
  }
}

export const MAX_QUALITY_RULES_AT_ONCE = 200
export const MAX_RULES_OF_A_MONITOR = 500

const OF_THE_TABLE: readonly QualityMetric[] = ['Count', 'UserDefinedSql']
const OF_ONE_COLUMN: readonly QualityMetric[] = ['OutOfRangeCount', 'CountNotIn', 'Min', 'Max', 'Avg', 'Sum']

export type QualityProblem = { readonly path: string; readonly problem: string }

/** Rule 58: what of a rule can never be checked, whatever the table has. */
export function ruleProblems({ sampling, checking }: QualityRule): readonly QualityProblem[] {
  const { metric, columns, sql, least, most, values } = sampling
  const { type, daysBefore, thresholds } = checking
  const ofTable = OF_THE_TABLE.includes(metric)
  const wrong = (broken: boolean, path: string, problem: string) => (broken ? [{ path, problem }] : [])
  return [
    ...wrong(ofTable && columns.length > 0, 'sampling.columns', `${metric} is of the table as a whole`),
    ...wrong(!ofTable && columns.length === 0, 'sampling.columns', `${metric} is of a column`),
    ...wrong(OF_ONE_COLUMN.includes(metric) && columns.length > 1, 'sampling.columns', `${metric} is of one column`),
    ...wrong(
      (metric === 'UserDefinedSql') !== (sql !== null),
      'sampling.sql',
      'it belongs to UserDefinedSql, which has one',
    ),
    ...wrong(sql !== null && sqlStatements(sql).length !== 1, 'sampling.sql', 'it has to be one statement'),
    ...wrong(
      (metric === 'OutOfRangeCount') !== (least !== null || most !== null),
      'sampling.least',
      'a range has a least or a greatest value, and belongs to OutOfRangeCount',
    ),
    ...wrong(least !== null && most !== null && least > most, 'sampling.most', 'it is below the least'),
    ...wrong(
      (metric === 'CountNotIn') !== values.length > 0,
      'sampling.values',
      'they belong to CountNotIn, which has some',
    ),
    ...wrong(
      (type === 'Fixed') !== (daysBefore.length === 0),
      'checking.daysBefore',
      'every type but Fixed names some',
    ),
    ...wrong(
      thresholds.expected === null && thresholds.critical === null && thresholds.warned === null,
      'checking.thresholds',
      'there has to be one',
    ),
    ...(['expected', 'warned', 'critical'] as const).flatMap((name) => {
      const condition = thresholds[name]
      const problem = condition === null ? null : conditionProblem(withNames(condition))
      return problem === null ? [] : [{ path: `checking.thresholds.${name}`, problem }]
    }),
  ]
}

/** `$checkValue`, as thresholds are written, is a name of the language of conditions. */
export const withNames = (condition: string): string => condition.replace(/\$([A-Za-z]\w*)/g, '${$1}')
