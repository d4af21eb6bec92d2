/** Bodies of files in the words of the dialect. */
import {
  contentOf,
  dataSourceNameOf,
  emptyNode,
  type FileBody,
  FUNCTION_FILE_TYPE,
  type NodeBody,
  type NodeDefinition,
  type NodeInput,
  nodeConfigurationOf,
  programTypeOf,
  Refusal,
  readCron,
  readParameterLine,
  resourceTypeOf,
} from '@holdpoint/core'
import { instantOf, localTime } from '../modules/operation-center/cron-times.ts'
import type { Bound } from './schemas/binding.ts'
import type { CREATE_FILE, GetFileResponse, UPDATE_FILE } from './schemas/files.ts'

/** What a request says of a file's content and schedule. */
export type GivenFile = Partial<
  Omit<Bound<typeof CREATE_FILE.parameters>, keyof Bound<typeof UPDATE_FILE.parameters>> &
    Omit<Bound<typeof UPDATE_FILE.parameters>, 'DependentType'> &
    Pick<Bound<typeof CREATE_FILE.parameters>, 'DependentType'>
>

/** What a request names by numbers: the resource group, and what the nodes produce of which the cycle before is waited for. */
export type NamedByNumber = {
  readonly resourceGroup: string | undefined
  readonly before: readonly string[] | undefined
}

const RERUN_MODES = {
  ALL_ALLOWED: 'all-allowed',
  ALL_ALLOWD: 'all-allowed',
  FAILURE_ALLOWED: 'failure-allowed',
  ALL_DENIED: 'all-denied',
} as const
const RECURRENCES = { NORMAL: 'normal', MANUAL: 'normal', PAUSE: 'pause', SKIP: 'skip' } as const
const HOUR_SECONDS = 3600

/** An empty file of this type. */
export function emptyBody(fileType: number): FileBody {
  const resourceType = resourceTypeOf(fileType)
  if (resourceType !== null) return { kind: 'resource', resourceType, encoding: 'text', content: '' }
  if (fileType === FUNCTION_FILE_TYPE) return { kind: 'function', dataSource: null, content: '' }
  const programType = programTypeOf(fileType)
  if (programType === null) throw invalid('FileType', 'no type of file has this number')
  // The number that was given stays: several stand for one program type.
  const definition = { ...emptyNode(programType), fileType }
  return { kind: 'node', parsing: { on: true, inputs: [], outputs: [], ignored: [] }, definition }
}

/** The body with what is given; what is not given stays. Of a resource or a function only what it has can be given. */
export function bodyWith(body: FileBody, given: GivenFile, named: NamedByNumber, timeZone: string): FileBody {
  const { Content: content = contentOf(body) } = given
  if (body.kind === 'node') {
    const parsing = { ...body.parsing, on: given.AutoParsing ?? body.parsing.on }
    return { ...body, parsing, definition: definitionWith(body.definition, content, given, named, timeZone) }
  }
  for (const parameter of NODES_ONLY)
    if (given[parameter] !== undefined) throw invalid(parameter, `a ${body.kind} has none`)
  if (body.kind === 'function') return { ...body, content, dataSource: given.ConnectionName ?? body.dataSource }
  if (given.ConnectionName !== undefined) throw invalid('ConnectionName', 'a resource has none')
  // What is given here is text.
  return given.Content === undefined ? body : { ...body, encoding: 'text', content }
}

const NODES_ONLY = [
  'ResourceGroupIdentifier',
  'ResourceGroupId',
  'ParaValue',
  'SchedulerType',
  'CronExpress',
  'CycleType',
  'StartEffectDate',
  'EndEffectDate',
  'AutoRerunTimes',
  'AutoRerunIntervalMillis',
  'Timeout',
  'InputList',
  'OutputList',
  'DependentNodeIdList',
  'RerunMode',
  'DependentType',
] as const satisfies readonly (keyof GivenFile)[]

function definitionWith(
  before: NodeDefinition,
  content: string,
  given: GivenFile,
  { resourceGroup, before: awaited }: NamedByNumber,
  timeZone: string,
): NodeDefinition {
  const zone = before.timezone ?? timeZone
  const at = (ms: number | undefined, was: string | null) => (ms === undefined ? was : localTime(ms, zone))
  const { cron, cycle } = scheduleWith(before, given)
  return {
    ...before,
    description: given.FileDescription ?? before.description,
    script: { ...(before.script ?? { path: null, language: null }), content },
    parameters: given.ParaValue === undefined ? before.parameters : readParameterLine(given.ParaValue),
    resourceGroup: resourceGroup ?? before.resourceGroup,
    dataSource: given.ConnectionName === undefined ? before.dataSource : { name: given.ConnectionName, type: null },
    trigger:
      given.SchedulerType === undefined ? before.trigger : given.SchedulerType === 'MANUAL' ? 'manual' : 'scheduler',
    recurrence: recurrenceWith(before, given),
    cron,
    cycle,
    startAt: at(given.StartEffectDate, before.startAt),
    endAt: at(given.EndEffectDate, before.endAt),
    rerunMode: given.RerunMode === undefined ? before.rerunMode : RERUN_MODES[given.RerunMode],
    rerunTimes: given.AutoRerunTimes ?? before.rerunTimes,
    rerunIntervalMs: given.AutoRerunIntervalMillis ?? before.rerunIntervalMs,
    timeoutSeconds:
      given.Timeout === undefined ? before.timeoutSeconds : given.Timeout === 0 ? null : given.Timeout * HOUR_SECONDS,
    instanceMode:
      given.ApplyScheduleImmediately === undefined
        ? before.instanceMode
        : given.ApplyScheduleImmediately
          ? 'immediately'
          : 't+1',
    outputs: given.OutputList === undefined ? before.outputs : listed(given.OutputList).map(outputOf),
    ...dependenciesWith(before, given, awaited),
  }
}

const outputOf = (output: string) => ({ output, refTableName: null, isDefault: false, isDeclared: true })
const listed = (text: string) => [...new Set(text.split(',').map((one) => one.trim()))].filter((one) => one !== '')

function recurrenceWith({ recurrence }: NodeDefinition, { SchedulerType, Stop }: GivenFile) {
  if (Stop === true) return 'pause'
  if (SchedulerType !== undefined) return RECURRENCES[SchedulerType]
  return Stop === false && recurrence === 'pause' ? 'normal' : recurrence
}

function scheduleWith({ cron, cycle }: NodeDefinition, { CronExpress, CycleType }: GivenFile) {
  const text = CronExpress ?? cron
  if (CycleType !== undefined && text !== null) {
    const reading = readCron(text)
    const often = reading.problem === null && (reading.cycle === 'minute' || reading.cycle === 'hour')
    if (reading.problem === null && often !== (CycleType === 'NOT_DAY'))
      throw invalid('CycleType', `${text} stands for ${often ? 'NOT_DAY' : 'DAY'}`)
  }
  return CronExpress === undefined ? { cron, cycle } : { cron: CronExpress, cycle: null }
}

/** What was found in the SQL is found again when the draft is saved, and need not be given. */
function dependenciesWith(
  before: NodeDefinition,
  { InputList, DependentType, DependentNodeIdList }: GivenFile,
  awaited: readonly string[] | undefined,
): Pick<NodeDefinition, 'inputs' | 'crossCycle'> {
  const isOfBefore = (input: NodeInput) => input.type === 'cross-cycle-other'
  const normal =
    InputList === undefined
      ? before.inputs.filter((input) => !isOfBefore(input))
      : listed(InputList).map((output) => inputOf(output, 'normal'))
  const names = DependentType?.startsWith('USER_DEFINE') ?? DependentNodeIdList !== undefined
  if (names && awaited === undefined) throw new Refusal('PARAMETER_MISSING', { parameter: 'DependentNodeIdList' })
  if (!names && awaited !== undefined) throw invalid('DependentNodeIdList', 'DependentType must be USER_DEFINE')
  const ofBefore =
    names && awaited !== undefined
      ? awaited.map((output) => inputOf(output, 'cross-cycle-other'))
      : DependentType === undefined
        ? before.inputs.filter(isOfBefore)
        : []
  const crossCycle =
    DependentType === undefined
      ? before.crossCycle
      : { self: DependentType.endsWith('SELF'), children: DependentType.startsWith('CHILD') }
  return { inputs: [...normal, ...ofBefore], crossCycle }
}

const inputOf = (output: string, type: NodeInput['type']): NodeInput => ({
  output,
  type,
  refTableName: null,
  upstreamKey: null,
})

type Configuration = NonNullable<GetFileResponse['Data']['NodeConfiguration']>

export function configurationOf(
  body: NodeBody,
  numbers: Parameters<typeof nodeConfigurationOf>[2],
  timeZone: string,
): Configuration {
  const { definition } = body
  const ms = (text: string) => {
    const [day = '', time = ''] = text.split(' ')
    const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number)
    return instantOf(day, hour * HOUR_SECONDS + minute * 60 + second, definition.timezone ?? timeZone)
  }
  return {
    ...nodeConfigurationOf(body, null, numbers),
    Stop: definition.recurrence === 'pause',
    ...(definition.startAt !== null && { StartEffectDate: ms(definition.startAt) }),
    ...(definition.endAt !== null && { EndEffectDate: ms(definition.endAt) }),
    ApplyScheduleImmediately: definition.instanceMode === 'immediately' ? 'true' : 'false',
    StartImmediately: false,
    IgnoreParentSkipRunningProperty: 'false',
    ...(definition.timeoutSeconds !== null && { Timeout: Math.ceil(definition.timeoutSeconds / HOUR_SECONDS) }),
  }
}

export const connectionNameOf = (body: FileBody): string => dataSourceNameOf(body) ?? ''

const invalid = (parameter: string, problem: string) => new Refusal('PARAMETER_INVALID', { parameter, problem })
