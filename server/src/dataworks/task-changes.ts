/** What `UpdateTask` makes of the definition of a node. */
import { type NodeDefinition, type NodeInput, readParameterLine } from '@holdpoint/core'
import type { Bound } from './schemas/binding.ts'
import type { UPDATE_TASK } from './schemas/tasks.ts'

export type TaskChange = Bound<typeof UPDATE_TASK.parameters>

const RERUN_MODES = {
  AllAllowed: 'all-allowed',
  FailureAllowed: 'failure-allowed',
  AllDenied: 'all-denied',
} as const
const TRIGGERS = { Scheduler: 'scheduler', Manual: 'manual' } as const
const INSTANCE_MODES = { 'T+1': 't+1', Immediately: 'immediately' } as const

/** What is not named stays; some clients send empty lists and objects for what was not given. `outputOf`: what the tasks produce that are named by their numbers. */
export function definitionAfter(
  before: NodeDefinition,
  change: TaskChange,
  outputOf: ReadonlyMap<number, string>,
): NodeDefinition {
  const { Trigger, Script, Dependencies, Outputs } = change
  const given = <Value>(value: Value | undefined, otherwise: Value): Value => (value === undefined ? otherwise : value)
  return {
    ...before,
    description: given(change.Description, before.description),
    owner: given(change.Owner, before.owner),
    dataSource:
      change.DataSource?.Name === undefined ? before.dataSource : { name: change.DataSource.Name, type: null },
    rerunMode: change.RerunMode === undefined ? before.rerunMode : RERUN_MODES[change.RerunMode],
    rerunTimes: given(change.RerunTimes, before.rerunTimes),
    rerunIntervalMs: change.RerunInterval === undefined ? before.rerunIntervalMs : change.RerunInterval * 1000,
    resourceGroup: given(change.RuntimeResource?.ResourceGroupId, before.resourceGroup),
    timeoutSeconds: change.Timeout === undefined ? before.timeoutSeconds : change.Timeout || null,
    instanceMode: change.InstanceMode === undefined ? before.instanceMode : INSTANCE_MODES[change.InstanceMode],
    trigger: Trigger?.Type === undefined ? before.trigger : TRIGGERS[Trigger.Type],
    cron: given(Trigger?.Cron, before.cron),
    // It follows from the expression.
    cycle: Trigger?.Cron === undefined || Trigger.Cron === before.cron ? before.cycle : null,
    startAt: given(Trigger?.StartTime, before.startAt),
    endAt: given(Trigger?.EndTime, before.endAt),
    script:
      Script?.Content === undefined
        ? before.script
        : { ...(before.script ?? { path: null, language: null }), content: Script.Content },
    parameters: Script?.Parameters === undefined ? before.parameters : readParameterLine(Script.Parameters),
    outputs: !Outputs?.TaskOutputs?.length
      ? before.outputs
      : Outputs.TaskOutputs.map(
          ({ Output }) =>
            before.outputs.find(({ output }) => output === Output) ?? {
              output: Output,
              refTableName: null,
              isDefault: false,
              isDeclared: true,
            },
        ),
    ...(Dependencies !== undefined && Dependencies.length > 0 && dependenciesOf(before, Dependencies, outputOf)),
  }
}

function dependenciesOf(
  before: NodeDefinition,
  given: NonNullable<TaskChange['Dependencies']>,
  outputOf: ReadonlyMap<number, string>,
): Pick<NodeDefinition, 'inputs' | 'crossCycle'> {
  const types = new Set(given.map(({ Type }) => Type))
  const inputs = given.flatMap(({ Type, UpstreamOutput, UpstreamTaskId }): NodeInput[] => {
    const output = UpstreamOutput ?? outputOf.get(UpstreamTaskId ?? 0)
    if ((Type !== 'Normal' && Type !== 'CrossCycleDependsOnOtherNode') || output === undefined) return []
    const type = Type === 'Normal' ? 'normal' : 'cross-cycle-other'
    const known = before.inputs.find((one) => one.output === output && one.type === type)
    return [known ?? { output, type, refTableName: null, upstreamKey: null }]
  })
  return {
    inputs,
    crossCycle: {
      self: types.has('CrossCycleDependsOnSelf'),
      children: types.has('CrossCycleDependsOnChildren'),
    },
  }
}
