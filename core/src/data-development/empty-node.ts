/** What a node is before anybody has said anything about it. */
import type { NodeDefinition } from '../operation-center/node.ts'
import { fileTypeOf } from '../operation-center/program-type.ts'

/** Of this type, with no content, and no times at which it is started yet. */
export function emptyNode(programType: string): NodeDefinition {
  return {
    key: '',
    name: '',
    owner: null,
    description: '',
    programType,
    fileType: fileTypeOf(programType),
    script: { path: null, language: null, content: '' },
    parameters: [],
    resourceGroup: null,
    dataSource: null,
    inputs: [],
    outputs: [],
    workflowKey: null,
    isRoot: false,
    trigger: 'scheduler',
    recurrence: 'normal',
    cron: null,
    cycle: null,
    startAt: null,
    endAt: null,
    timezone: null,
    rerunMode: 'all-allowed',
    rerunTimes: 0,
    rerunIntervalMs: 0,
    timeoutSeconds: null,
    priority: 1,
    instanceMode: 't+1',
    crossCycle: { self: false, children: false },
    innerNodes: [],
  }
}
