import {
  APP_ID,
  boolean,
  type Field,
  integer,
  list,
  long,
  OPERATOR,
  object,
  oneOf,
  optional,
  PROJECT_ID,
  string,
  suchAs,
  timestamp,
} from './body.ts'
import type { EventEntry } from './event.ts'

/** What is asked for: a table of MaxCompute or a resource of DataService, told apart by the process's assignmentCategory. */
const REQUESTED = list(
  object('arrayData', 'What access is asked for; the members depend on the kind of resource.', [
    optional(string('objectType', 'MaxCompute: kind of object.')),
    optional(string('objectName', 'MaxCompute: name of the object.')),
    optional(string('objectGuid', 'MaxCompute: unique ID of the object.')),
    optional(string('odpsTable', 'MaxCompute: the table.')),
    optional(string('odpsProject', 'MaxCompute: its project.')),
    optional(string('projectGuid', 'MaxCompute: unique ID of the project.')),
    optional(string('projectName', 'MaxCompute: name of the project.')),
    optional(long('projectId', 'MaxCompute: workspace, as a number.')),
    optional(integer('envType', 'MaxCompute: environment, 1 production.')),
    optional(list(string('actions', 'MaxCompute: what one wants to do with it.'))),
    optional(string('ownerBaseId', 'MaxCompute: ID of the owner.')),
    optional(string('ownerAccountName', 'MaxCompute: account of the owner.')),
    optional(long('tenantId', 'MaxCompute: tenant.')),
    optional(string('workspaceId', 'Workspace, as text.')),
    optional(string('id', 'DataService: the entry.')),
    optional(string('resourceId', 'DataService: the resource.')),
    optional(string('resourceVersion', 'DataService: its version.')),
    optional(string('name', 'DataService: its name.')),
    optional(oneOf(integer('type', 'DataService: 1 API, 2 function, 3 orchestration.'), 1, 2, 3)),
    optional(string('url', 'DataService: its address.')),
    optional(string('dsDeployId', 'DataService: its deployment.')),
    optional(string('workspaceName', 'DataService: name of the workspace.')),
    optional(string('ownerId', 'DataService: user ID of the owner.')),
    optional(string('ownerName', 'DataService: name of the owner.')),
  ]),
)

const APPROVAL_PROCESS = object('process', 'The request as a whole.', [
  string('processId', 'The request.'),
  string('processDefinitionId', 'The approval flow it follows.'),
  string('title', 'Title of the request.'),
  suchAs(string('status', 'How far the request is.'), 'Pending'),
  suchAs(string('assignmentCategory', 'Kind of resource asked for.'), 'MaxCompute', 'DataService'),
  string('applicant', 'ID of the person who asks.'),
  string('applicantName', 'Name of that person.'),
  timestamp('createTime', 'When the request was made.'),
  timestamp('updateTime', 'When it was last changed.'),
  object('approvalContent', 'What is asked for.', [
    long('tenantId', 'Tenant.'),
    long('workspaceId', 'Workspace.'),
    string('applyReason', 'Why it is asked for.'),
    string('applyPeriod', 'For how long, in milliseconds, as text.'),
    string('contentType', 'Media type of the content.'),
    string('resourceSummary', 'The resource in short.'),
    optional(string('odpsProjectName', 'MaxCompute project.')),
    optional(string('projectEnv', 'Environment of that project, as text.')),
    list(
      object('granteeAccounts', 'Who is to get access.', [
        string('granteeId', 'Account.'),
        string('granteeName', 'Name of the account.'),
        integer('granteeType', 'Kind of account.'),
        oneOf(
          integer(
            'granteeTypeSub',
            '101 product, 102 application, 103 user, 104 department, 105 other user, 106 mock.',
          ),
          ...[101, 102, 103, 104, 105, 106],
        ),
      ]),
    ),
    REQUESTED,
  ]),
])

const APPROVAL_TASK: readonly Field[] = [
  APP_ID,
  oneOf(string('eventType', 'Always approval; not the event code.'), 'approval'),
  string('assignee', 'ID of the approver.'),
  string('assigneeName', 'Name of the approver.'),
  timestamp('createTime', 'When the approval task was made.'),
  optional(string('comments', 'What the approver wrote.')),
  APPROVAL_PROCESS,
]

/** The published sample of the finished event leaves these out, although the tables list them. */
const APPROVAL_TASK_STATE: readonly Field[] = [
  string('processId', 'The request.'),
  string('taskId', 'The approval task.'),
  suchAs(string('status', 'How far the approval task is.'), 'Submit'),
  timestamp('updateTime', 'When the approval task was last changed.'),
]

const approvalSample = (eventCode: string) => ({
  appId: 194209,
  assignee: '280000000000000899',
  assigneeName: 'approver',
  createTime: 1652094363000,
  eventType: 'approval',
  process: {
    applicant: '280000000000000899',
    applicantName: 'applicant',
    approvalContent: {
      applyPeriod: '2997964800000',
      applyReason: 'Test',
      arrayData: [
        {
          ownerBaseId: '1820000000000045',
          objectType: 'TABLE',
          odpsTable: 't1',
          envType: 1,
          projectGuid: 'odps.b_mc1',
          objectGuid: 'odps.b_mc1.t1',
          tenantId: 280000000000656,
          objectName: 't1',
          ownerAccountName: 'ALIYUN$owner',
          odpsProject: 'B_MC1',
          projectName: 'B_MC1',
          actions: ['Select', 'Describe'],
          projectId: 90004,
          workspaceId: '90004',
        },
      ],
      contentType: 'application/json',
      granteeAccounts: [
        { granteeId: '280000000000000899', granteeTypeSub: 103, granteeType: 1, granteeName: 'RAM$corp:user' },
      ],
      odpsProjectName: 'B_MC1',
      projectEnv: '1',
      resourceSummary: 't1',
      tenantId: 280000000000656,
      workspaceId: 194209,
    },
    assignmentCategory: 'MaxCompute',
    createTime: 1652094363000,
    processDefinitionId: 'definition-00000000-0000-0000-0000-000000000000',
    processId: '528535869984706',
    status: 'Pending',
    title: 'MaxComputeTable',
    updateTime: 1652094363000,
  },
  eventCode,
  tenantId: 280000000000656,
})

export const SECURITY_CENTER = [
  {
    eventCode: 'approval-change-created',
    type: 'dataworks:ApprovalChange:ApprovalChangeCreated',
    category: 'approval-change',
    kind: 'regular',
    name: { en: 'Permission request created', zh: '创建申请单' },
    trigger: 'A permission request has been made and waits for its approvers.',
    bodyBasis: 'published',
    notes: [
      'Published lists disagree whether it can hold the request. It is told and never held; ' +
        'approval-change-before-create is the point that holds.',
    ],
    body: [...APPROVAL_TASK, ...APPROVAL_TASK_STATE],
    sample: {
      ...approvalSample('approval-change-created'),
      processId: '528535869984706',
      status: 'Submit',
      taskId: '528535870015424',
      updateTime: 1652094364000,
    },
  },
  {
    eventCode: 'approval-change-finished',
    type: 'dataworks:ApprovalChange:ApprovalChangeFinished',
    category: 'approval-change',
    kind: 'regular',
    name: { en: 'Permission request finished', zh: '完成申请单' },
    trigger: 'A permission request has been decided.',
    bodyBasis: 'published',
    notes: ['Published lists disagree whether it is an extension point; it is told after the fact and never held.'],
    body: [...APPROVAL_TASK, ...APPROVAL_TASK_STATE.map(optional)],
    sample: { ...approvalSample('approval-change-finished'), comments: 'ok' },
  },
  {
    eventCode: 'approval-change-before-create',
    type: 'dataworks:ApprovalChange:ApprovalChangeBeforeCreate',
    category: 'approval-change',
    kind: 'extension-point',
    name: { en: 'Pre-event for permission request creation', zh: '表权限申请' },
    trigger: 'Somebody asks for access to tables.',
    bodyBasis: 'published',
    notes: ['eventType differs from the event code.', 'That the name belongs to this code is inferred.'],
    body: [
      PROJECT_ID,
      oneOf(string('eventType', 'Always approval-create-before; not the event code.'), 'approval-create-before'),
      object('order', 'The request.', [
        string('applyReason', 'Why it is asked for.'),
        string('deadlineDate', 'For how many units of time, as text.'),
        oneOf(string('deadlineType', 'The unit of time.'), 'day', 'month'),
        list(object('granteeObjectList', 'Who is to get access.', [string('granteeId', 'User ID.')])),
        object('projectMeta', 'What is asked for.', [
          long('projectId', 'Workspace of the tables.'),
          string('projectName', 'Its name.'),
          oneOf(integer('envCode', 'Its environment: 0 development, 1 production.'), 0, 1),
          boolean('labelSecurity', 'Whether access is controlled by labels.'),
          list(
            object('objectMetaList', 'The tables.', [
              string('name', 'Name of the table.'),
              string('projectGuid', 'Unique ID of the project of the table.'),
              list(string('action', 'What one wants to do with it.')),
            ]),
          ),
        ]),
      ]),
      OPERATOR,
    ],
    sample: {
      eventCode: 'approval-change-before-create',
      eventType: 'approval-create-before',
      operator: '190000000000735',
      order: {
        applyReason: 'Test',
        deadlineDate: '1',
        deadlineType: 'month',
        granteeObjectList: [{ granteeId: '123900000008872' }],
        projectMeta: {
          envCode: 1,
          labelSecurity: false,
          objectMetaList: [{ action: ['Select', 'Describe'], name: 'tablei', projectGuid: 'odps.d11aa' }],
          projectId: 200000,
          projectName: 'd11aa',
        },
      },
      projectId: 200000,
      tenantId: 280000000000656,
    },
  },
] as const satisfies readonly EventEntry[]
