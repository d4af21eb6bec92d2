import {
  APP_ID,
  BLOCK_BUSINESS,
  EXTENSION_BIZ_ID,
  EXTENSION_BIZ_NAME,
  integer,
  list,
  long,
  OPERATION_TIME,
  OPERATOR,
  oneOf,
  optional,
  PROJECT_ID,
  string,
  timestamp,
} from './body.ts'
import type { EventEntry, Name } from './event.ts'

export const DAG_TYPE = oneOf(
  integer(
    'dagType',
    'Kind of run: 0 scheduled, 1 manual task, 2 smoke test, 3 data backfill, 4 temporary workflow, 5 manual workflow.',
  ),
  ...[0, 1, 2, 3, 4, 5],
)

/** What the numbers of an instance's status mean. */
export const INSTANCE_STATUS =
  '1 not run, 2 waiting for its time, 3 waiting for resources, 4 running, 5 failed, 6 succeeded, ' +
  '7 in a data quality check, 8 checking a branch condition.'

export const DAG_TYPE_NOTE = 'Older samples of the platform swap dagType 4 and 5.'

/** The five points on instances, before the operation. */
const instancePoint = <const Code extends string, const Type extends `dataworks:${string}:${string}`>(
  eventCode: Code,
  type: Type,
  name: Name,
  trigger: string,
) =>
  ({
    eventCode,
    type,
    category: 'instance-change',
    kind: 'extension-point',
    name,
    trigger,
    bodyBasis: eventCode === 'pre-freeze-instance' ? 'published' : 'shared',
    notes: ['The category is inferred from the type.'],
    body: [
      PROJECT_ID,
      list(long('taskIds', 'The instances the operation acts on.')),
      OPERATOR,
      EXTENSION_BIZ_ID,
      EXTENSION_BIZ_NAME,
    ],
    sample: {
      eventCode,
      extensionBizId: '055000000000afaa',
      extensionBizName: 'Node Name',
      projectId: 90004,
      taskIds: [523536569736],
      tenantId: 280000000000656,
      operator: '190000000000735',
    },
  }) as const

/** The same five operations on instances, told after they took effect. */
const instanceNews = <const Code extends string, const Type extends `dataworks:${string}:${string}`>(
  eventCode: Code,
  type: Type,
  name: Name,
  trigger: string,
) =>
  ({
    eventCode,
    type,
    category: 'instance-change',
    kind: 'regular',
    name,
    trigger,
    bodyBasis: eventCode === 'freeze-instance' ? 'published' : 'shared',
    body: [
      PROJECT_ID,
      oneOf(string('projectType', 'Environment of the instances.'), 'PROD', 'DEV'),
      list(long('taskIds', 'The instances that were changed.')),
      OPERATOR,
    ],
    sample: {
      eventCode,
      operator: '190000000000735',
      projectId: 120008,
      projectType: 'PROD',
      taskIds: [523000009736],
      tenantId: 280000000000656,
    },
  }) as const

/** Operation Center's events on instances. */
export const OPERATION_CENTER_INSTANCES = [
  {
    eventCode: 'instance-status-changes',
    type: 'dataworks:InstanceStatusChanges:InstanceStatusChanges',
    category: 'instance-status-changes',
    kind: 'regular',
    name: { en: 'Instance status change', zh: '调度任务状态变更' },
    trigger: 'An instance has moved to another status.',
    bodyBasis: 'published',
    notes: [
      'It names the workspace in appId, and nobody as operator.',
      'Older samples of the platform write status 0 for not run; 1 is written here.',
      DAG_TYPE_NOTE,
    ],
    body: [
      APP_ID,
      long('taskId', 'The instance.'),
      oneOf(integer('status', `Its new status: ${INSTANCE_STATUS}`), 1, 2, 3, 4, 5, 6, 7, 8),
      oneOf(
        integer(
          'taskType',
          'How its node is scheduled: 0 NORMAL, 1 MANUAL, 2 PAUSE, 3 SKIP, 4 SKIP_UNCHOOSE, 5 SKIP_CYCLE, ' +
            '6 CONDITION_UNCHOOSE, 7 REALTIME_DEPRECATED.',
        ),
        ...[0, 1, 2, 3, 4, 5, 6, 7],
      ),
      long('nodeId', 'Its node.'),
      long('dagId', 'The run it belongs to.'),
      DAG_TYPE,
      long('flowId', 'Its workflow; 1 for scheduled instances.'),
      integer('opCode', 'Internal number; to be ignored.'),
      optional(timestamp('beginWaitTimeTime', 'Since when it waits or waited for its time.')),
      optional(timestamp('beginWaitResTime', 'Since when it waits or waited for resources.')),
      optional(timestamp('beginRunningTime', 'When it started to run.')),
      optional(timestamp('finishTime', 'When it ended.')),
      timestamp('createTime', 'When it was created.'),
      timestamp('modifyTime', 'When it was last changed.'),
    ],
    sample: {
      beginWaitTimeTime: 1652700576000,
      dagId: 446000000330,
      dagType: 0,
      eventCode: 'instance-status-changes',
      taskType: 0,
      modifyTime: 1652700577000,
      createTime: 1652543233000,
      appId: 300002,
      tenantId: 280000000000656,
      opCode: 31,
      flowId: 1,
      nodeId: 1000000219,
      beginWaitResTime: 1652700577000,
      taskId: 453000000169,
      status: 3,
    },
  },
  instanceNews(
    'freeze-instance',
    'dataworks:InstanceChange:FreezeInstance',
    { en: 'Freeze an instance', zh: '冻结实例' },
    'Instances have been frozen.',
  ),
  instanceNews(
    'unfreeze-instance',
    'dataworks:InstanceChange:UnfreezeInstance',
    { en: 'Unfreeze an instance', zh: '解冻实例' },
    'Instances have been unfrozen.',
  ),
  instanceNews(
    'kill-instance',
    'dataworks:InstanceChange:KillInstance',
    { en: 'Terminate an instance', zh: '终止实例' },
    'Instances have been terminated.',
  ),
  instanceNews(
    'rerun-instance',
    'dataworks:InstanceChange:RerunInstance',
    { en: 'Rerun an instance', zh: '重跑实例' },
    'Instances have been set to run again, alone or with their descendants.',
  ),
  instanceNews(
    'set-instance-success',
    'dataworks:InstanceChange:SetInstanceSuccess',
    { en: 'Set an instance to succeeded', zh: '置成功实例' },
    'Instances have been set to succeeded by hand.',
  ),
  {
    eventCode: 'delete-task-instance-dependencies',
    type: 'dataworks:InstanceChange:DeleteTaskInstanceDependencies',
    category: 'instance-change',
    kind: 'regular',
    name: { en: 'Delete upstream dependencies of an instance', zh: '删除实例上游依赖', zhOwn: true },
    trigger: 'An instance no longer waits for some of its upstream instances.',
    bodyBasis: 'published',
    notes: ['The category is inferred from the type, the kind from pictures in the published list.'],
    body: [
      APP_ID,
      long('taskInstanceId', 'The instance.'),
      list(long('upstreamTaskInstanceIds', 'The instances it no longer waits for.')),
      OPERATOR,
      OPERATION_TIME,
      BLOCK_BUSINESS,
    ],
    sample: {
      eventCode: 'delete-task-instance-dependencies',
      upstreamTaskInstanceIds: [520000000035, 520000000098],
      appId: 300003,
      tenantId: 280000000000656,
      blockBusiness: false,
      taskInstanceId: 520000000049,
      operator: '190000000000735',
      operationTime: 1734505954897,
    },
  },
  instancePoint(
    'pre-freeze-instance',
    'dataworks:InstanceChange:PreFreezeInstance',
    { en: 'Pre-event for instance freezing', zh: '冻结实例前置事件', zhOwn: true },
    'Somebody freezes instances.',
  ),
  instancePoint(
    'pre-unfreeze-instance',
    'dataworks:InstanceChange:PreUnfreezeInstance',
    { en: 'Pre-event for instance unfreezing', zh: '解冻实例前置事件', zhOwn: true },
    'Somebody unfreezes instances.',
  ),
  instancePoint(
    'pre-rerun-instance',
    'dataworks:InstanceChange:PreRerunInstance',
    { en: 'Pre-event for instance rerunning', zh: '重跑实例前置事件', zhOwn: true },
    'Somebody lets instances run again.',
  ),
  instancePoint(
    'pre-set-instance-success',
    'dataworks:InstanceChange:PreSetInstanceSuccess',
    { en: 'Pre-event for setting instance status to success', zh: '置成功实例前置事件', zhOwn: true },
    'Somebody sets instances to succeeded by hand.',
  ),
  instancePoint(
    'pre-kill-instance',
    'dataworks:InstanceChange:PreKillInstance',
    { en: 'Pre-event for instance termination', zh: '终止实例前置事件', zhOwn: true },
    'Somebody terminates instances.',
  ),
  {
    eventCode: 'expired-task-instances-deleted',
    type: 'dataworks:InstanceChange:ExpiredTaskInstancesDeleted',
    category: 'instance-change',
    kind: 'regular',
    name: { en: 'Delete expired instances', zh: '清理过期实例', zhOwn: true },
    trigger: 'The platform has cleared away instances past their retention.',
    bodyBasis: 'published',
    notes: ['The category is inferred from the type, the kind from pictures in the published list.'],
    body: [
      APP_ID,
      list(long('deletedTaskInstanceIds', 'The instances that are gone.')),
      string('owner', 'User ID of the owner of the instances.'),
      OPERATION_TIME,
      BLOCK_BUSINESS,
    ],
    sample: {
      eventCode: 'expired-task-instances-deleted',
      deletedTaskInstanceIds: [524000000035, 524000000498],
      appId: 307303,
      tenantId: 280000000000656,
      blockBusiness: false,
      owner: '110700000000538',
      operationTime: 1734505954897,
    },
  },
] as const satisfies readonly EventEntry[]
