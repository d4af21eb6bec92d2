/** Mappings of synchronisations in the words of the newer dialect: which tables, and rules that say what becomes of them. */
import { Refusal, type Sync, type SyncKind, type SyncMapping } from '@holdpoint/core'
import type { Bound } from './schemas/binding.ts'
import type { CREATE_DI_JOB, DIJob } from './schemas/di-jobs.ts'

type Given = Bound<typeof CREATE_DI_JOB.parameters>
type Mappings = Given['TableMappings']
type Rules = NonNullable<Given['TransformationRules']>
type Reference = Pick<Rules[number], 'RuleActionType' | 'RuleName' | 'RuleTargetType'>

export const KIND_OF = {
  Full: 'full',
  OfflineIncremental: 'incremental',
  FullAndOfflineIncremental: 'incremental',
  RealtimeIncremental: 'real-time',
  FullAndRealtimeIncremental: 'real-time',
} as const satisfies Record<Given['MigrationType'], SyncKind>
export const MIGRATION_TYPES = {
  full: 'Full',
  incremental: 'OfflineIncremental',
  'real-time': 'RealtimeIncremental',
} as const satisfies Record<SyncKind, Given['MigrationType']>

const SAME_NAME = `\${table}`

/** What they say of columns, conditions and formats they do not say; it is as if it had not been given. */
export function mappingsOf(kind: SyncKind, given: Mappings, rules: Rules): readonly SyncMapping[] {
  return given.flatMap(({ SourceObjectSelectionRules: objects, TransformationRules: references = [] }, at) => {
    const path = `TableMappings.${at + 1}.SourceObjectSelectionRules`
    const tables = objects.filter(({ ObjectType }) => ObjectType === 'Table')
    const schemas = objects.filter(({ ObjectType }) => ObjectType === 'Schema')
    if (tables.length === 0) throw invalid(path, 'a table has to be named')
    if (schemas.length > 1) throw invalid(path, 'at most one schema can be named')
    const [schema] = schemas
    const change = expressionOf(rules, references, 'DefineIncrementalCondition', 'Table')
    const key = textsIn(expressionOf(rules, references, 'DefinePrimaryKey', 'Table'), 'columns')
    const renamed = (target: 'Table' | 'Schema') =>
      templateOf(expressionOf(rules, references, 'Rename', target)?.expression)
    const upserts = kind !== 'full' || key.length > 0
    return tables.map(({ Expression: table, ExpressionType }): SyncMapping => {
      const isPattern = ExpressionType === 'Regex'
      if (schema?.ExpressionType === 'Regex' && !isPattern)
        throw invalid(path, 'the schema can be an expression only where the table is one')
      const exact =
        schema && (isPattern && schema.ExpressionType === 'Exact' ? literal(schema.Expression) : schema.Expression)
      return {
        source: { schema: exact ?? null, table, isPattern, format: null },
        target: { schema: renamed('Schema') ?? null, table: renamed('Table') ?? SAME_NAME, format: null },
        ...{ columns: [], where: null, write: upserts ? 'upsert' : 'replace', partition: null, key },
        changeColumn: kind === 'full' ? null : (textsIn(change, 'column')[0] ?? null),
      }
    })
  })
}

/** The same as rules; what they cannot say is left out. */
export function rulesOf({ mappings }: Sync): Pick<DIJob, 'TableMappings' | 'TransformationRules'> {
  const rules = new Map<string, DIJob['TransformationRules'][number]>()
  const rule = (action: Reference['RuleActionType'], target: Reference['RuleTargetType'], expression: object) => {
    const RuleExpression = JSON.stringify(expression)
    const known = rules.get(`${action} ${target} ${RuleExpression}`)
    const RuleName = known?.RuleName ?? `rule_${rules.size + 1}`
    const reference = { RuleActionType: action, RuleName, RuleTargetType: target }
    rules.set(`${action} ${target} ${RuleExpression}`, { ...reference, RuleExpression })
    return reference
  }
  const include = (ObjectType: 'Table' | 'Schema', Expression: string, isPattern: boolean) => ({
    ...{ Action: 'Include' as const, Expression, ExpressionType: isPattern ? ('Regex' as const) : ('Exact' as const) },
    ObjectType,
  })
  const named = (template: string) =>
    template.replaceAll(SAME_NAME, `\${srcTableName}`).replaceAll(`\${schema}`, `\${srcSchemaName}`)
  const TableMappings = mappings.map(({ source, target, key, changeColumn }) => ({
    SourceObjectSelectionRules: [
      include('Table', source.table, source.isPattern),
      ...(source.schema === null ? [] : [include('Schema', source.schema, source.isPattern)]),
    ],
    TransformationRules: [
      ...(target.table === SAME_NAME ? [] : [rule('Rename', 'Table', { expression: named(target.table) })]),
      ...(target.schema === null ? [] : [rule('Rename', 'Schema', { expression: named(target.schema) })]),
      ...(key.length === 0 ? [] : [rule('DefinePrimaryKey', 'Table', { columns: key })]),
      ...(changeColumn === null ? [] : [rule('DefineIncrementalCondition', 'Table', { column: changeColumn })]),
    ],
  }))
  return { TableMappings, TransformationRules: [...rules.values()] }
}

function expressionOf(
  rules: Rules,
  references: readonly Reference[],
  action: Reference['RuleActionType'],
  target: Reference['RuleTargetType'],
): Readonly<Record<string, unknown>> | undefined {
  const reference = references.find((one) => one.RuleActionType === action && one.RuleTargetType === target)
  if (reference === undefined) return undefined
  const at = rules.findIndex(
    (one) => one.RuleName === reference.RuleName && one.RuleActionType === action && one.RuleTargetType === target,
  )
  if (at === -1)
    throw invalid('TransformationRules', `there is no rule ${reference.RuleName} for ${action} of ${target}`)
  const path = `TransformationRules.${at + 1}.RuleExpression`
  let expression: unknown
  try {
    expression = JSON.parse(rules[at]!.RuleExpression)
  } catch {
    throw invalid(path, 'it is not valid JSON')
  }
  if (expression === null || typeof expression !== 'object') throw invalid(path, 'it must be a JSON object')
  const wanted = { Rename: 'expression', DefinePrimaryKey: 'columns', DefineIncrementalCondition: 'column' }[action]
  if (textsIn(expression as Readonly<Record<string, unknown>>, wanted).length === 0)
    throw invalid(path, `it must have ${wanted}`)
  return expression as Readonly<Record<string, unknown>>
}

function templateOf(expression: unknown): string | undefined {
  if (typeof expression !== 'string') return undefined
  const template = expression
    .replaceAll(`\${srcTableName}`, SAME_NAME)
    .replaceAll(/\$\{src(Schema|Database)Name\}/g, `\${schema}`)
  const [unknown] = template.match(/\$\{(?!table\}|schema\})[^}]*\}/) ?? []
  if (unknown !== undefined) throw invalid('TransformationRules', `${unknown} is not known here`)
  return template
}

const textsIn = (of: Readonly<Record<string, unknown>> | undefined, member: string): string[] =>
  [of?.[member]].flat().filter((one) => typeof one === 'string' && one !== '') as string[]
const literal = (name: string) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
const invalid = (parameter: string, problem: string) => new Refusal('PARAMETER_INVALID', { parameter, problem })
