import type { NodeRow } from '../../store/nodes.ts'

const SCHEDULER_TYPES = { normal: 'NORMAL', pause: 'PAUSE', skip: 'SKIP' } as const

/** The body of node-change-created, -updated and -deleted. */
export function nodeChangeBody(node: NodeRow): Record<string, unknown> {
  return {
    nodeName: node.name,
    programType: node.program_type,
    cronExpress: node.cron ?? '',
    schedulerType: SCHEDULER_TYPES[node.recurrence],
    ownerId: String(node.owner_id ?? node.definition.owner ?? ''),
    priority: node.priority,
    baselineId: 0,
    repeatability: node.definition.rerunMode !== 'all-denied',
    modifyTime: node.modified_at.getTime(),
    createTime: node.created_at.getTime(),
    nodeId: node.id,
    projectId: node.workspace_id,
    // Declared for node-change-deleted only; a node without a data source names none.
    datasource: node.definition.dataSource?.name ?? '',
  }
}
