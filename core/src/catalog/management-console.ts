import { BLOCK_BUSINESS, long, OPERATOR, string, timestamp } from './body.ts'
import type { EventEntry } from './event.ts'

export const MANAGEMENT_CONSOLE = [
  {
    eventCode: 'delete-project',
    type: 'dataworks:ProjectChange:DeleteProject',
    category: 'project-change',
    kind: 'extension-point',
    name: { en: 'Pre-event for workspace deletion', zh: '删除项目空间前置事件' },
    trigger: 'Somebody deletes a workspace.',
    bodyBasis: 'published',
    notes: ['That results come back by CallbackExtension is inferred.'],
    body: [long('projectId', 'Workspace to be deleted.'), OPERATOR],
    sample: {
      eventCode: 'delete-project',
      projectId: 70007,
      tenantId: 280000000000656,
      operator: '190000000000735',
    },
  },
  {
    eventCode: 'project-deleted',
    type: 'dataworks:ProjectChange:ProjectDeleted',
    category: 'project-change',
    kind: 'regular',
    name: { en: 'Post-event for workspace deletion', zh: '租户删除项目空间后置事件' },
    trigger: 'A workspace has been deleted.',
    bodyBasis: 'published',
    body: [
      long('projectId', 'The workspace that is gone.'),
      string('projectName', 'Its name.'),
      timestamp('timestamp', 'When the message was sent.'),
      OPERATOR,
      BLOCK_BUSINESS,
    ],
    sample: {
      eventCode: 'project-deleted',
      tenantId: 280000000000656,
      blockBusiness: false,
      projectName: 'test2',
      projectId: 90004,
      operator: '190000000000735',
      timestamp: 1702260556896,
    },
  },
] as const satisfies readonly EventEntry[]
