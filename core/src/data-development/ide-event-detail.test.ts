import { describe, expect, test } from 'vitest'
import { readFlowSpec } from '../operation-center/flowspec.ts'
import type { NodeBody } from './file.ts'
import { committedFile, deletedFile, type FrozenFile, fileExecutionCommand, tableModel } from './ide-event-detail.ts'
import type { FileSnapshot } from './snapshot.ts'

const bodyOf = (node: Record<string, unknown>, inputs: readonly string[] = []): NodeBody => ({
  kind: 'node',
  parsing: { on: true, inputs, outputs: [], ignored: [] },
  definition: readFlowSpec(JSON.stringify({ version: '1.1.0', kind: 'CycleWorkflow', spec: { nodes: [node] } }))
    .nodes[0]!,
})
const SQL = {
  id: 'orders',
  name: 'orders',
  script: { content: 'select 1', runtime: { command: 'ODPS_SQL' }, parameters: [{ name: 'day', value: '$bizdate' }] },
  inputs: { nodeOutputs: [{ data: 'shop.raw' }, { data: 'shop.dim' }] },
  outputs: { nodeOutputs: [{ data: 'shop.orders', refTableName: 'orders' }] },
  trigger: { type: 'Scheduler', cron: '00 30 02 * * ?' },
  rerunMode: 'FailureAllowed',
  rerunTimes: 2,
  rerunInterval: 60000,
}
const SNAPSHOT: FileSnapshot = {
  tenantId: 1,
  workspaceId: 10,
  deploymentId: 3,
  itemId: 4,
  fileId: 5,
  kind: 'node',
  name: 'orders',
  innerKey: null,
  change: 'update',
  version: 7,
  newestVersion: 6,
  deployedVersion: 6,
  revision: null,
  isInBin: false,
  reachesProduction: true,
  awaitedBy: [],
}
const frozen = (body: FrozenFile['body'], more: Partial<FrozenFile> = {}): FrozenFile => ({
  body,
  folderId: 400_001,
  nodeId: 21,
  comment: 'by day',
  committedBy: 8,
  dataSourceName: 'warehouse',
  owner: '9',
  fileType: 10,
  producers: new Map(),
  resourceGroupId: null,
  ...more,
})

test('a committed node is told with its configuration; what was found in its SQL is told apart from what was written', () => {
  expect(committedFile(SNAPSHOT, frozen(bodyOf(SQL, ['shop.dim']), { resourceGroupId: 3 }))).toEqual({
    ChangeType: 'UPDATE',
    Comment: 'by day',
    Committor: '8',
    Content: 'select 1',
    FileId: 5,
    FileName: 'orders',
    FilePropertyContent: { CurrentVersion: 7, DataSourceName: 'warehouse', FolderId: '400001', Owner: '9' },
    FileType: 10,
    NodeConfiguration: {
      AutoRerunIntervalMillis: 60_000,
      AutoRerunTimes: 2,
      CronExpress: '00 30 02 * * ?',
      CycleType: 'DAY',
      DependentNodeIdList: '',
      DependentType: 'NONE',
      InputList: [
        { Input: 'shop.raw', ParseType: 'MANUAL' },
        { Input: 'shop.dim', ParseType: 'AUTO' },
      ],
      OutputList: [{ Output: 'shop.orders', RefTableName: 'orders' }],
      ParaValue: 'day=$bizdate',
      RerunMode: 'FAILURE_ALLOWED',
      ResourceGroupId: 3,
      SchedulerType: 'NORMAL',
    },
    NodeId: 21,
    UseType: 'NORMAL',
  })
})

test('a node that waits for a cycle before names the nodes that produce it', () => {
  const body = bodyOf(SQL)
  const [first, second] = body.definition.inputs
  const inputs = [{ ...first!, type: 'cross-cycle-other' as const }, second!]
  const told = committedFile(
    SNAPSHOT,
    frozen({ ...body, definition: { ...body.definition, inputs } }, { producers: new Map([[first!.output, 77]]) }),
  )
  expect(told.NodeConfiguration).toMatchObject({
    DependentType: 'USER_DEFINE',
    DependentNodeIdList: '77',
    InputList: [{ Input: second!.output }],
  })
})

describe('rule 46: a node inside a node', () => {
  const loop = bodyOf({
    id: 'loop',
    name: 'loop',
    'do-while': {
      nodes: [{ id: 'step', name: 'step', script: { content: 'echo step', runtime: { command: 'DIDE_SHELL' } } }],
      while: { id: 'end', name: 'end', script: { content: 'echo end', runtime: { command: 'CONTROLLER_CYCLE_END' } } },
    },
  })
  test('is told by its own name and content, with the file that it is in as its parent', () => {
    const told = committedFile({ ...SNAPSHOT, name: 'loop', innerKey: 'step' }, frozen(loop, { fileType: 6 }))
    expect(told).toMatchObject({ FileId: 5, FileName: 'step', Content: 'echo step', FileType: 6 })
    expect(told.FilePropertyContent.ParentFileId).toBe(5)
    expect(committedFile(SNAPSHOT, frozen(loop)).FilePropertyContent).not.toHaveProperty('ParentFileId')
  })
})

test('a resource has no configuration', () => {
  const told = committedFile(
    { ...SNAPSHOT, kind: 'resource' },
    frozen({ kind: 'resource', resourceType: 'python', encoding: 'text', content: 'print(1)' }, { fileType: 12 }),
  )
  expect(told).toMatchObject({ Content: 'print(1)', FileType: 12, UseType: 'NORMAL' })
  expect(told).not.toHaveProperty('NodeConfiguration')
})

test('a deleted file is told as its draft was', () => {
  expect(deletedFile({ ...SNAPSHOT, change: 'delete', version: 6 }, frozen(bodyOf(SQL)))).toEqual({
    Content: 'select 1',
    CurrentVersion: 6,
    DataSourceName: 'warehouse',
    FileId: 5,
    FileName: 'orders',
    FileType: 10,
    FolderId: '400001',
    NodeId: 21,
    Owner: '9',
    UseType: 'NORMAL',
  })
})

test('of a run, what is to run is told', () => {
  const told = fileExecutionCommand({
    tenantId: 1,
    workspaceId: 10,
    fileId: 5,
    name: 'orders',
    environment: 'DEV',
    dataSourceId: 2,
    dataSourceName: 'warehouse',
    programType: 'ODPS_SQL',
    resourceGroup: null,
    fileType: 10,
    nodeId: 21,
    content: 'select 2',
    bizdate: '2026-11-21',
    parameters: null,
  })
  expect(told).toEqual({ Content: 'select 2', DataSourceName: 'warehouse', FileId: 5, FileType: 10 })
})

test('a table is told as it is designed', () => {
  const told = tableModel({
    tenantId: 1,
    workspaceId: 10,
    tableId: 6,
    name: 'orders',
    environment: 'DEV',
    dataSourceId: 2,
    dataSourceName: 'warehouse',
    revision: 1,
    before: null,
    design: {
      comment: 'all orders',
      dataSource: null,
      lifeCycleDays: 30,
      columns: [
        { name: 'amount', type: 'decimal(18,2)', comment: 'paid', isPartition: false },
        { name: 'dt', type: 'string', comment: '', isPartition: true },
      ],
    },
    changes: [{ kind: 'create-table' }],
    lastSubmissionId: null,
  })
  expect(told).toEqual({
    Columns: [
      { ColumnName: 'amount', ColumnType: 'DECIMAL(18,2)', Comment: 'paid', IsPartitionColumn: false },
      { ColumnName: 'dt', ColumnType: 'STRING', Comment: '', IsPartitionColumn: true },
    ],
    Comment: 'all orders',
    DataSourceName: 'warehouse',
    Env: 'DEV',
    LifeCycle: 30,
    Location: '',
    TableName: 'orders',
  })
})
