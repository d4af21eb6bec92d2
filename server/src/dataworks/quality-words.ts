/** Rules of Data Quality in the words of both versions of the dialect. */
import { QUALITY_TEMPLATES, type QualityRule, type QualityTarget, type QualityTemplate, Refusal } from '@holdpoint/core'
import type { Bound } from './schemas/binding.ts'
import type { CREATE_QUALITY_RULE, OlderQualityRule, UPDATE_QUALITY_RULE } from './schemas/quality.ts'
import type { CREATE_DATA_QUALITY_RULE, DataQualityRule } from './schemas/quality-rules.ts'

type Older = Partial<
  Omit<Bound<typeof CREATE_QUALITY_RULE.parameters>, 'ProjectName'> &
    Pick<Bound<typeof UPDATE_QUALITY_RULE.parameters>, 'OpenSwitch'>
>
type Newer = Partial<Omit<Bound<typeof CREATE_DATA_QUALITY_RULE.parameters>, 'ProjectId' | 'Target'>>

const MOST_DAYS_BEFORE = 10
/** Against which earlier days the checkers of the older version compare. */
const DAYS_OF_CHECKER: Readonly<Record<number, readonly number[]>> = { 5: [7], 6: [30], 7: [1, 7, 30] }
const NO_PARTITION = 'NOTAPARTITIONTABLE'

const EMPTY: QualityRule = {
  ...{ name: '', description: '', enabled: true, severity: 'Normal', templateCode: '' },
  sampling: { metric: 'Count', columns: [], filter: null, sql: null, least: null, most: null, values: [] },
  checking: { type: 'Fixed', daysBefore: [], thresholds: { expected: null, warned: null, critical: null } },
}

const invalid = (parameter: string, problem: string) => new Refusal('PARAMETER_INVALID', { parameter, problem })

/** As a template has it, with what is so already beside it. */
const ofTemplate = (
  before: QualityRule,
  { code, metric, checking: type, daysBefore, expected, warned, critical }: QualityTemplate,
): QualityRule => ({
  ...before,
  templateCode: code,
  sampling: { ...before.sampling, metric },
  checking: { type, daysBefore, thresholds: { expected, warned, critical } },
})

// The older version

export function ruleOfOlder(given: Older, before: QualityRule = EMPTY): QualityRule {
  const template = olderTemplate(given, before)
  let rule = template === undefined || template.code === before.templateCode ? before : ofTemplate(before, template)
  const { RuleName: name, Comment: description, BlockType, OpenSwitch: enabled } = given
  rule = {
    ...rule,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(enabled !== undefined && { enabled }),
    ...(BlockType !== undefined && { severity: BlockType === 1 ? 'High' : 'Normal' }),
  }
  return { ...rule, sampling: olderSampling(given, rule), checking: olderChecking(given, rule) }
}

function olderTemplate({ TemplateId, MethodName }: Older, before: QualityRule): QualityTemplate | undefined {
  if (TemplateId !== undefined) {
    const template = QUALITY_TEMPLATES.find(({ id }) => id === TemplateId)
    if (template === undefined) throw invalid('TemplateId', 'no template has this number')
    if (MethodName !== undefined && MethodName !== template.methodName)
      throw invalid('MethodName', `the template measures ${template.methodName}`)
    return template
  }
  if (MethodName === undefined) {
    if (before === EMPTY) throw new Refusal('PARAMETER_MISSING', { parameter: 'MethodName' })
    return undefined
  }
  const known = QUALITY_TEMPLATES.find(({ code }) => code === before.templateCode)
  if (known?.methodName === MethodName) return known
  const template = QUALITY_TEMPLATES.find(({ methodName }) => methodName === MethodName)
  if (template === undefined) throw invalid('MethodName', 'nothing is measured under this name')
  return template
}

/** What a table as a whole is measured by has no column, whatever stands there; some clients have to write something. */
function olderSampling({ Property, WhereCondition }: Older, { sampling }: QualityRule): QualityRule['sampling'] {
  const ofTable = sampling.metric === 'Count' || sampling.metric === 'UserDefinedSql'
  const columns = ofTable ? [] : (Property?.split(',').map((one) => one.trim()) ?? sampling.columns)
  const isSql = sampling.metric === 'UserDefinedSql'
  return {
    ...sampling,
    columns,
    ...(WhereCondition !== undefined && (isSql ? { sql: WhereCondition } : { filter: WhereCondition })),
  }
}

function olderChecking(given: Older, { checking }: QualityRule): QualityRule['checking'] {
  const { Checker, Operator, ExpectValue, Trend = 'abs', WarningThreshold, CriticalThreshold } = given
  const isFixed = Checker === undefined ? checking.type === 'Fixed' : Checker === 9
  const daysBefore = isFixed ? [] : Checker === undefined ? checking.daysBefore : DAYS_OF_CHECKER[Checker]!
  const wasFixed = checking.type === 'Fixed'
  const type = isFixed ? 'Fixed' : wasFixed || Checker !== undefined ? 'Fluctuation' : checking.type
  const kept = isFixed === wasFixed ? checking.thresholds : { expected: null, warned: null, critical: null }
  if (!isFixed) {
    const beyond = (parameter: string, text: string) => changeBeyond(numberOf(parameter, text) / 100, Trend)
    return {
      ...{ type, daysBefore },
      thresholds: {
        ...kept,
        ...(WarningThreshold !== undefined && { warned: beyond('WarningThreshold', WarningThreshold) }),
        ...(CriticalThreshold !== undefined && { critical: beyond('CriticalThreshold', CriticalThreshold) }),
      },
    }
  }
  if ((Operator === undefined) !== (ExpectValue === undefined))
    throw new Refusal('PARAMETER_MISSING', { parameter: Operator === undefined ? 'Operator' : 'ExpectValue' })
  const expected =
    Operator === undefined ? kept.expected : comparing(Operator, numberOf('ExpectValue', ExpectValue ?? ''))
  return { type, daysBefore, thresholds: { ...kept, expected } }
}

const comparing = (operator: string, value: number) => `$checkValue ${operator === '=' ? '==' : operator} ${value}`

function changeBeyond(limit: number, trend: 'up' | 'down' | 'abs'): string {
  if (trend === 'up') return `$checkValue > ${limit}`
  return trend === 'down' ? `$checkValue < -${limit}` : `$checkValue > ${limit} or $checkValue < -${limit}`
}

function numberOf(parameter: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw invalid(parameter, 'it must be a number')
  return value
}

/** What the older version cannot say of a rule is left out. */
export function olderRule(row: {
  readonly id: number
  readonly monitor_id: number | null
  readonly rule: QualityRule
}): OlderQualityRule & { readonly Checker?: number } {
  const { rule } = row
  const { sampling, checking } = rule
  const template =
    QUALITY_TEMPLATES.find(({ code }) => code === rule.templateCode) ??
    QUALITY_TEMPLATES.find(({ metric, checking: type }) => metric === sampling.metric && type === checking.type)
  const { expected, warned, critical } = checking.thresholds
  const compared = /^\$checkValue (>=|<=|==|!=|>|<) (-?[\d.]+)$/.exec(expected ?? '')
  const [warns, criticals] = [trendOf(warned), trendOf(critical)]
  const trend = warns?.trend ?? criticals?.trend
  const condition = sampling.sql ?? sampling.filter
  const days = JSON.stringify(checking.daysBefore)
  const checker =
    checking.type === 'Fixed'
      ? '9'
      : Object.keys(DAYS_OF_CHECKER).find((one) => JSON.stringify(DAYS_OF_CHECKER[Number(one)]) === days)
  return {
    ...{ Id: row.id, EntityId: row.monitor_id ?? 0, RuleName: rule.name, Comment: rule.description },
    BlockType: rule.severity === 'High' ? 1 : 0,
    OpenSwitch: rule.enabled,
    ...{ RuleType: template?.code === rule.templateCode ? 0 : 1, PredictType: 0 },
    FixCheck: checking.type === 'Fixed',
    Property: sampling.columns.join(','),
    ...(template && { MethodName: template.methodName, TemplateId: template.id, TemplateName: template.code }),
    ...(checker !== undefined && { Checker: Number(checker) }),
    ...(condition !== null && { WhereCondition: condition }),
    ...(compared && { Operator: compared[1] === '==' ? '=' : compared[1]!, ExpectValue: compared[2]! }),
    ...(trend && { Trend: trend }),
    ...(warns && { WarningThreshold: warns.percent }),
    ...(criticals && { CriticalThreshold: criticals.percent }),
  }
}

function trendOf(condition: string | null) {
  const both = /^\$checkValue > ([\d.]+) or \$checkValue < -([\d.]+)$/.exec(condition ?? '')
  const percent = (text: string) => String(Math.round(Number(text) * 1e6) / 1e4)
  if (both && both[1] === both[2]) return { trend: 'abs', percent: percent(both[1]!) } as const
  const up = /^\$checkValue > ([\d.]+)$/.exec(condition ?? '')
  if (up) return { trend: 'up', percent: percent(up[1]!) } as const
  const down = /^\$checkValue < -([\d.]+)$/.exec(condition ?? '')
  return down ? ({ trend: 'down', percent: percent(down[1]!) } as const) : null
}

/** `schema.table`, or a table of the usual schema; always one of the default data source. */
export function targetOfName(name: string): QualityTarget {
  const parts = name.split('.')
  const [schema, table] = parts.length === 2 ? parts : [null, name]
  return { dataSource: null, schema: schema ?? null, table: table! }
}
export const nameOfTarget = ({ schema, table }: QualityTarget) => (schema === null ? table : `${schema}.${table}`)

export const partitionOf = (expression: string): string | null => (expression === NO_PARTITION ? null : expression)
export const expressionOf = (partition: string | null): string => partition ?? NO_PARTITION

// The newer version

export function ruleOfNewer(given: Newer, before: QualityRule = EMPTY): QualityRule {
  const { TemplateCode, Name: name, Description: description, Enabled: enabled, Severity: severity } = given
  const template = QUALITY_TEMPLATES.find(({ code }) => code.toLowerCase() === TemplateCode?.toLowerCase())
  const code = template?.code ?? TemplateCode
  let rule = template === undefined || code === before.templateCode ? before : ofTemplate(before, template)
  rule = {
    ...rule,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(enabled !== undefined && { enabled }),
    ...(severity !== undefined && { severity }),
    ...(code !== undefined && { templateCode: code }),
  }
  return { ...rule, sampling: newerSampling(given, rule), checking: newerChecking(given, rule) }
}

function newerSampling({ SamplingConfig: given }: Newer, { sampling }: QualityRule): QualityRule['sampling'] {
  if (given === undefined) return sampling
  const parameters = jsonIn('SamplingConfig.MetricParameters', given.MetricParameters)
  const { Columns, SQL, Values, Least, Most } = parameters
  const texts = (value: unknown, was: readonly string[]) =>
    value === undefined ? was : [value].flat().map((one) => String(one))
  const number = (name: string, value: unknown, was: number | null) =>
    value === undefined ? was : numberOf(`SamplingConfig.MetricParameters.${name}`, String(value))
  return {
    metric: given.Metric ?? sampling.metric,
    columns: texts(Columns, sampling.columns),
    filter: given.SamplingFilter ?? sampling.filter,
    sql: SQL === undefined ? sampling.sql : String(SQL),
    least: number('Least', Least, sampling.least),
    most: number('Most', Most, sampling.most),
    values: texts(Values, sampling.values),
  }
}

function newerChecking({ CheckingConfig: given }: Newer, { checking }: QualityRule): QualityRule['checking'] {
  if (given === undefined) return checking
  const { bizdate } = jsonIn('CheckingConfig.ReferencedSamplesFilter', given.ReferencedSamplesFilter)
  const type = given.Type === 'Fluctation' ? 'Fluctuation' : (given.Type ?? checking.type)
  const daysBefore = bizdate !== undefined ? [bizdate].flat().map(daysOf) : type === 'Fixed' ? [] : checking.daysBefore
  if (daysBefore.length > MOST_DAYS_BEFORE)
    throw invalid('CheckingConfig.ReferencedSamplesFilter', `it names more than ${MOST_DAYS_BEFORE} days`)
  const { Expected, Warned, Critical } = given.Thresholds ?? {}
  const { expected, warned, critical } = checking.thresholds
  return {
    ...{ type, daysBefore },
    // All of them are given together.
    thresholds:
      given.Thresholds === undefined
        ? { expected, warned, critical }
        : {
            expected: conditionOf('Expected', Expected),
            warned: conditionOf('Warned', Warned),
            critical: conditionOf('Critical', Critical),
          },
  }
}

type GivenThreshold = NonNullable<NonNullable<NonNullable<Newer['CheckingConfig']>['Thresholds']>['Expected']>

function conditionOf(name: string, given: GivenThreshold | undefined): string | null {
  if (given?.Expression !== undefined) return given.Expression
  if (given?.Operator === undefined && given?.Value === undefined) return null
  const path = `CheckingConfig.Thresholds.${name}`
  if (given.Operator === undefined) throw new Refusal('PARAMETER_MISSING', { parameter: `${path}.Operator` })
  return comparing(given.Operator, numberOf(`${path}.Value`, given.Value ?? ''))
}

function daysOf(value: unknown): number {
  const [, number, month] = /^-(\d{1,3})(m?)$/.exec(String(value)) ?? []
  const days = Number(number) * (month === 'm' ? 30 : 1)
  if (!(days >= 1 && days <= 400))
    throw invalid('CheckingConfig.ReferencedSamplesFilter', 'bizdate must be days such as -1, -7 or -1m')
  return days
}

export function newerRule(
  row: { readonly id: number; readonly workspace_id: number; readonly rule: QualityRule },
  Target: DataQualityRule['Target'],
): DataQualityRule {
  const { rule } = row
  const { metric, columns, filter, sql, least, most, values } = rule.sampling
  const { type, daysBefore, thresholds } = rule.checking
  const expression = (text: string | null) => text !== null && { Expression: text }
  const [Expected, Warned, Critical] = [thresholds.expected, thresholds.warned, thresholds.critical].map(expression)
  return {
    ...{ Id: row.id, ProjectId: row.workspace_id, Name: rule.name, Description: rule.description },
    ...{ Enabled: rule.enabled, Severity: rule.severity, TemplateCode: rule.templateCode, Target },
    SamplingConfig: {
      Metric: metric,
      MetricParameters: JSON.stringify({
        ...(columns.length > 0 && { Columns: columns }),
        ...(sql !== null && { SQL: sql }),
        ...(values.length > 0 && { Values: values }),
        ...(least !== null && { Least: least }),
        ...(most !== null && { Most: most }),
      }),
      ...(filter !== null && { SamplingFilter: filter }),
    },
    CheckingConfig: {
      // As the vendor spells it.
      Type: type === 'Fluctuation' ? 'Fluctation' : type,
      ...(daysBefore.length > 0 && {
        ReferencedSamplesFilter: JSON.stringify({ bizdate: daysBefore.map((days) => `-${days}`) }),
      }),
      Thresholds: { ...(Expected && { Expected }), ...(Warned && { Warned }), ...(Critical && { Critical }) },
    },
  }
}

/** Kind, workspace, data source, schema where there is one, table; of `odps` workspace and table. */
export function targetOfGuid(guid: string, workspace: string): QualityTarget {
  const [kind, named, ...rest] = guid.split('.')
  if (named !== workspace) throw invalid('TableGuid', `its second part has to be the workspace, ${workspace}`)
  if (kind === 'odps') {
    if (rest.length < 1 || rest.length > 2) throw invalid('TableGuid', 'it has to be odps, workspace and table')
    return targetOfName(rest.join('.'))
  }
  if ((kind !== 'duckdb' && kind !== 'postgresql') || rest.length < 2 || rest.length > 3)
    throw invalid(
      'TableGuid',
      'it has to be duckdb or postgresql, workspace, data source, schema where there is one, and table',
    )
  const [dataSource = '', ...name] = rest
  return { ...targetOfName(name.join('.')), dataSource }
}

function jsonIn(path: string, text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {}
  try {
    const value: unknown = JSON.parse(text)
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>
  } catch {
    throw invalid(path, 'it is not valid JSON')
  }
  throw invalid(path, 'it must be a JSON object')
}
