import { type NodeDefinition, Refusal } from '@holdpoint/core'
import { writeAudit } from '../../store/audit.ts'
import { isUniqueViolation, type Transaction } from '../../store/database.ts'
import { type Environment, insertNodes, putWiring } from '../../store/nodes.ts'
import { insertWorkspace, putMember, type WorkspaceRow } from '../../store/workspaces.ts'
import { rootOutput } from '../operation-center/publish-nodes.ts'

/**
 * A new workspace with its root node in each of its environments: standard mode has development and production, basic mode production
 * only. Who creates it owns it.
 */
export async function createWorkspace(
  tx: Transaction,
  creator: { readonly userId: number; readonly tenantId: number },
  workspace: {
    readonly identifier: string
    readonly name: string
    readonly description: string
    readonly mode: 'basic' | 'standard'
  },
): Promise<WorkspaceRow> {
  let row: WorkspaceRow
  try {
    row = await insertWorkspace(tx, { ...workspace, tenantId: creator.tenantId, createdBy: creator.userId })
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal('NAME_TAKEN', { thing: 'workspace', name: workspace.identifier })
    throw error
  }
  await putMember(tx, row.id, creator.userId, ['owner'])
  const environments: Environment[] = workspace.mode === 'standard' ? ['PROD', 'DEV'] : ['PROD']
  for (const environment of environments) {
    const [rootId] = await insertNodes(
      tx,
      [
        {
          id: null,
          tenantId: creator.tenantId,
          workspaceId: row.id,
          environment,
          ownerId: creator.userId,
          recurrence: 'normal',
          isRoot: true,
          definition: rootDefinition(workspace.identifier),
        },
      ],
      creator.userId,
    )
    putWiring(tx, creator.tenantId, environment, [
      { nodeId: rootId!, outputs: [rootOutput(workspace.identifier)], inputs: [] },
    ])
  }
  writeAudit(tx, {
    tenantId: creator.tenantId,
    workspaceId: row.id,
    userId: creator.userId,
    action: 'workspace.create',
    object: workspace.identifier,
  })
  return row
}

/** The virtual node from which every other node of the workspace descends. */
function rootDefinition(identifier: string): NodeDefinition {
  return {
    key: rootOutput(identifier),
    name: rootOutput(identifier),
    owner: null,
    description: '',
    programType: 'VIRTUAL',
    fileType: 99,
    script: null,
    parameters: [],
    resourceGroup: null,
    dataSource: null,
    inputs: [],
    outputs: [{ output: rootOutput(identifier), refTableName: null, isDefault: true, isDeclared: true }],
    workflowKey: null,
    isRoot: true,
    trigger: 'scheduler',
    recurrence: 'normal',
    cron: '00 00 00 * * ?',
    cycle: 'day',
    startAt: null,
    endAt: null,
    timezone: null,
    rerunMode: 'all-allowed',
    rerunTimes: 0,
    rerunIntervalMs: 0,
    timeoutSeconds: null,
    priority: 8,
    instanceMode: 't+1',
    crossCycle: { self: false, children: false },
    innerNodes: [],
  }
}
