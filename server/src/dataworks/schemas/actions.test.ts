import { Refusal } from '@holdpoint/core/refusal'
import { describe, expect, test } from 'vitest'
import { ACTIONS } from './actions.ts'
import { bind, type Parameter, type Schema } from './binding.ts'
import {
  CALLBACK_EXTENSION,
  LIST_CHECK_PROCESSES,
  UPDATE_IDE_EVENT_RESULT,
  UPDATE_WORKBENCH_EVENT_RESULT,
} from './extensions.ts'
import { LIST_NODES, UPDATE_NODE_RUN_MODE } from './operation-center.ts'
import { LIST_PROJECTS } from './workspaces.ts'

/** The published contract: name, type and, with `*`, whether it is required; of two readings, ours is the stricter. */
const PUBLISHED: Record<string, string> = {
  CallbackExtension: 'CheckMessage:string CheckResult:enum* ExtensionCode:string* MessageId:string*',
  GetExtension: 'ExtensionCode:string*',
  GetIDEEventDetail: 'MessageId:string* ProjectId:int64*',
  GetOptionValueForProject: 'ExtensionCode:string ProjectId:string',
  ListCheckProcesses:
    'EventCode:string* MessageId:string Operator:string PageNumber:int32 PageSize:int32 ProjectId:int64 Status:enum',
  ListEnabledExtensionsForProject: 'EventCode:string* FileType:string ProjectId:int64*',
  ListExtensions: 'PageNumber:int32 PageSize:int32',
  UpdateIDEEventResult: 'CheckResult:enum* CheckResultTip:string ExtensionCode:string* MessageId:string*',
  UpdateWorkbenchEventResult: 'CheckResult:enum* CheckResultTip:string ExtensionCode:string* MessageId:string*',
  GetNode: 'NodeId:int64* ProjectEnv:enum*',
  GetNodeChildren: 'NodeId:int64* ProjectEnv:enum*',
  GetNodeCode: 'NodeId:int64* ProjectEnv:enum*',
  GetNodeParents: 'NodeId:int64* ProjectEnv:enum*',
  ListNodes:
    'BizName:string NodeName:string Owner:string PageNumber:int32 PageSize:int32 ProgramType:string ProjectEnv:enum* ProjectId:int64* SchedulerType:enum',
  OfflineNode: 'NodeId:int64* ProjectId:int64*',
  UpdateNodeRunMode: 'NodeId:int64* ProjectEnv:enum* SchedulerType:int32*',
  CreateDagComplement:
    'BizBeginTime:string BizEndTime:string EndBizDate:string* ExcludeNodeIds:list IncludeNodeIds:list* Name:string* NodeParams:string Parallelism:boolean* ProjectEnv:enum* RootNodeId:int64* StartBizDate:string*',
  CreateDagTest: 'Bizdate:string* Name:string* NodeId:int64* NodeParams:string ProjectEnv:enum*',
  GetDag: 'DagId:int64* ProjectEnv:enum*',
  GetInstance: 'InstanceId:int64* ProjectEnv:enum*',
  GetInstanceLog: 'InstanceHistoryId:int64 InstanceId:int64* ProjectEnv:enum*',
  ListDags: 'OpSeq:int64* ProjectEnv:enum*',
  ListInstances:
    'BeginBizdate:string BizName:string Bizdate:string DagId:int64 EndBizdate:string NodeId:int64 NodeName:string OrderBy:string Owner:string PageNumber:int32 PageSize:int32 ProgramType:string ProjectEnv:enum* ProjectId:int64* Status:enum',
  ListInstanceHistory: 'InstanceId:int64* ProjectEnv:enum',
  ListNodeInputOrOutput: 'IoType:enum* NodeId:int64* ProjectEnv:enum*',
  ListNodeIO: 'IoType:enum* NodeId:int64* ProjectEnv:enum*',
  RestartInstance: 'InstanceId:int64* ProjectEnv:enum*',
  ResumeInstance: 'InstanceId:int64* ProjectEnv:enum*',
  RunCycleDagNodes:
    'AlertNoticeType:enum AlertType:enum BizBeginTime:string BizEndTime:string ConcurrentRuns:int32 EndBizDate:string* ExcludeNodeIds:list IncludeNodeIds:list* Name:string* NodeParams:string Parallelism:boolean* ProjectEnv:enum* RootNodeId:int64* StartBizDate:string* StartFutureInstanceImmediately:boolean',
  RunSmokeTest: 'Bizdate:string* Name:string* NodeId:int64* NodeParams:string ProjectEnv:enum*',
  SetSuccessInstance: 'InstanceId:int64* ProjectEnv:enum*',
  StopInstance: 'InstanceId:int64* ProjectEnv:enum*',
  SuspendInstance: 'InstanceId:int64* ProjectEnv:enum*',
  CreateWorkflowInstances:
    'AutoStartEnabled:boolean Comment:string DefaultRunProperties:object* EnvType:enum Name:string* Periods:object* ProjectId:int64* TaskParameters:string Type:enum* WorkflowId:int64* WorkflowParameters:refused',
  GetCreateWorkflowInstancesResult: 'OperationId:string*',
  GetWorkflowInstance: 'Id:int64*',
  ListWorkflowInstances:
    'BizDate:int64* EnvType:enum Filter:object Ids:list Name:string Owner:string PageNumber:int32 PageSize:int32 ProjectId:int64* SortBy:string Tags:refused Type:enum UnifiedWorkflowInstanceId:int64 WorkflowId:int64',
  StartWorkflowInstances: 'Comment:string Ids:list*',
  StopWorkflowInstances: 'Comment:string Ids:list*',
  BatchUpdateTasks: 'Comment:string Tasks:list*',
  DeleteTask: 'Id:int64* ProjectEnv:enum',
  GetTask: 'Id:int64* ProjectEnv:enum',
  ListDownstreamTasks: 'Id:int64* PageNumber:int32 PageSize:int32 ProjectEnv:enum',
  ListTasks:
    'Ids:list Name:string Owner:string PageNumber:int32 PageSize:int32 ProjectEnv:enum ProjectId:int64* RuntimeResource:string SortBy:string TaskType:string TriggerRecurrence:enum TriggerType:enum WorkflowId:int64',
  ListTaskOperationLogs: 'Date:int64 Id:int64* PageNumber:int32 PageSize:int32 ProjectEnv:enum',
  ListUpstreamTasks: 'Id:int64* PageNumber:int32 PageSize:int32 ProjectEnv:enum',
  UpdateTask:
    'DataSource:object Dependencies:list Description:string EnvType:enum Id:int64* Inputs:object InstanceMode:enum Name:refused Outputs:object Owner:string RerunInterval:int32 RerunMode:enum RerunTimes:int32 RuntimeResource:object Script:object Tags:refused Timeout:int32 Trigger:object',
  GetTaskInstance: 'Id:int64*',
  GetTaskInstanceLog: 'Id:int64* RunNumber:int32',
  ListDownstreamTaskInstances: 'Id:int64* PageNumber:int32 PageSize:int32',
  ListTaskInstances:
    'Bizdate:int64* Filter:object Id:int64 Ids:list Owner:string PageNumber:int32 PageSize:int32 ProjectEnv:enum ProjectId:int64* RuntimeResource:string SortBy:string Status:enum TaskId:int64 TaskIds:list TaskName:string TaskType:string TriggerRecurrence:enum TriggerType:enum UnifiedWorkflowInstanceId:int64 WorkflowId:int64 WorkflowInstanceId:int64 WorkflowInstanceType:enum',
  ListTaskInstanceOperationLogs: 'Date:int64 Id:int64* PageNumber:int32 PageSize:int32',
  ListUpstreamTaskInstances: 'Id:int64* PageNumber:int32 PageSize:int32',
  RemoveTaskInstanceDependencies: 'Comment:string Id:int64* UpstreamTaskInstanceIds:list*',
  RerunTaskInstances: 'Comment:string Ids:list* UseLatestConfig:boolean',
  ResumeTaskInstances: 'Comment:string Ids:list*',
  SetSuccessTaskInstances: 'Comment:string Ids:list*',
  StopTaskInstances: 'Comment:string Ids:list*',
  SuspendTaskInstances: 'Comment:string Ids:list*',
  UpdateTaskInstances: 'Comment:string TaskInstances:list*',
  CreateFile:
    'AdvancedSettings:refused ApplyScheduleImmediately:boolean AutoParsing:boolean AutoRerunIntervalMillis:int32 AutoRerunTimes:int32 ConnectionName:string Content:string CreateFolderIfNotExists:boolean CronExpress:string CycleType:enum DependentNodeIdList:string DependentType:enum EndEffectDate:int64 FileDescription:string FileFolderPath:string FileName:string* FileType:int32* IgnoreParentSkipRunningProperty:enum ImageId:refused InputList:string InputParameters:refused OutputList:string OutputParameters:refused Owner:string ParaValue:string ProjectId:int64 ProjectIdentifier:string RerunMode:enum ResourceGroupId:int64 ResourceGroupIdentifier:string SchedulerType:enum StartEffectDate:int64 StartImmediately:enum Stop:boolean Timeout:int32',
  DeleteFile: 'FileId:int64* ProjectId:int64 ProjectIdentifier:string',
  DeployFile: 'Comment:string FileId:int64 NodeId:int64 ProjectId:int64 ProjectIdentifier:string',
  GetFile: 'FileId:int64 NodeId:int64 ProjectId:int64 ProjectIdentifier:string',
  GetFileVersion: 'FileId:int64* FileVersion:int32* ProjectId:int64 ProjectIdentifier:string',
  ListFiles:
    'CommitStatus:int32 ExactFileName:string FileFolderPath:string FileIdIn:list FileTypes:list Keyword:string LastEditUser:string NeedAbsoluteFolderPath:boolean NeedContent:boolean NodeId:int64 Owner:string PageNumber:int32 PageSize:int32 ProjectId:int64 ProjectIdentifier:string UseType:enum',
  ListFileVersions: 'FileId:int64* PageNumber:int32 PageSize:int32 ProjectId:int64 ProjectIdentifier:string',
  SubmitFile: 'Comment:string FileId:int64* ProjectId:int64 ProjectIdentifier:string SkipAllDeployFileExtensions:enum',
  UpdateFile:
    'AdvancedSettings:refused ApplyScheduleImmediately:boolean AutoParsing:boolean AutoRerunIntervalMillis:int32 AutoRerunTimes:int32 ConnectionName:string Content:string CronExpress:string CycleType:enum DependentNodeIdList:string DependentType:enum EndEffectDate:int64 FileDescription:string FileFolderPath:string FileId:int64* FileName:string IgnoreParentSkipRunningProperty:enum ImageId:refused InputList:string InputParameters:refused OutputList:string OutputParameters:refused Owner:string ParaValue:string ProjectId:int64 ProjectIdentifier:string RerunMode:enum ResourceGroupIdentifier:string SchedulerType:enum StartEffectDate:int64 StartImmediately:enum Stop:boolean Timeout:int32',
  CreateFolder: 'FolderPath:string* ProjectId:int64 ProjectIdentifier:string',
  DeleteFolder: 'FolderId:string* ProjectId:int64 ProjectIdentifier:string',
  GetFolder: 'FolderId:string FolderPath:string ProjectId:int64 ProjectIdentifier:string',
  ListFolders: 'PageNumber:int32 PageSize:int32 ParentFolderPath:string* ProjectId:int64 ProjectIdentifier:string',
  UpdateFolder: 'FolderId:string* FolderName:string* ProjectId:int64 ProjectIdentifier:string',
  GetDeployment: 'DeploymentId:int64* ProjectId:int64 ProjectIdentifier:string',
  GetDeploymentPackage: 'DeploymentId:int64* ProjectId:int64 ProjectIdentifier:string',
  ListDeployments:
    'Creator:string EndCreateTime:int64 EndExecuteTime:int64 Executor:string Keyword:string PageNumber:int32 PageSize:int32 ProjectId:int64 ProjectIdentifier:string Status:int32',
  ListDeploymentPackages:
    'Creator:string EndCreateTime:int64 EndExecuteTime:int64 Executor:string Keyword:string PageNumber:int32 PageSize:int32 ProjectId:int64 ProjectIdentifier:string Status:int32',
  CreateTable:
    'AppGuid:string CategoryId:refused ClientToken:string Columns:list* Comment:string Endpoint:refused EnvType:int32 ExternalTableType:refused HasPart:int32 IsView:int32 LifeCycle:int32 Location:refused LogicalLevelId:refused OwnerId:string PhysicsLevelId:refused ProjectId:int64 Schema:refused TableName:string* Themes:refused Visibility:refused',
  GetDDLJobStatus: 'TaskId:string*',
  UpdateTable:
    'AppGuid:string CategoryId:refused Columns:list Comment:string CreateIfNotExists:enum Endpoint:refused EnvType:int32 ExternalTableType:refused HasPart:int32 IsView:int32 LifeCycle:int32 Location:refused LogicalLevelId:refused OwnerId:string PhysicsLevelId:refused ProjectId:int64 Schema:refused TableName:string* Themes:refused Visibility:refused',
  CreateDISyncTask:
    'ClientToken:string ProjectId:int64* TaskContent:string* TaskName:string TaskParam:string TaskType:enum*',
  DeleteDISyncTask: 'FileId:int64* ProjectId:int64* TaskType:enum*',
  DeployDISyncTask: 'FileId:int64* ProjectId:int64* TaskType:enum*',
  GenerateDISyncTaskConfigForCreating: 'ClientToken:string ProjectId:int64* TaskParam:string* TaskType:enum*',
  GenerateDISyncTaskConfigForUpdating:
    'ClientToken:string ProjectId:int64* TaskId:int64* TaskParam:string* TaskType:enum*',
  GetDISyncInstanceInfo: 'FileId:int64* ProjectId:int64* TaskType:enum*',
  GetDISyncTask: 'FileId:int64* ProjectId:int64* TaskType:enum*',
  QueryDISyncTaskConfigProcessResult: 'AsyncProcessId:int64* ProjectId:int64* TaskType:enum*',
  StartDISyncInstance: 'FileId:int64* ProjectId:int64* StartParam:string TaskType:enum*',
  StopDISyncInstance: 'FileId:int64* ProjectId:int64* TaskType:enum*',
  TerminateDISyncInstance: 'FileId:int64* ProjectId:int64* TaskType:enum*',
  UpdateDISyncTask: 'FileId:int64* ProjectId:int64* TaskContent:string TaskParam:string TaskType:enum*',
  CreateDIJob:
    'Description:string DestinationDataSourceSettings:list* DestinationDataSourceType:string FileSpec:refused JobName:string JobSettings:object JobType:string MigrationType:enum* Name:string Owner:string ProjectId:int64* ResourceSettings:object SourceDataSourceSettings:list* SourceDataSourceType:string TableMappings:list* TransformationRules:list',
  DeleteDIJob: 'DIJobId:int64 Id:int64 ProjectId:int64',
  GetDIJob: 'DIJobId:int64 Id:int64 ProjectId:int64 WithDetails:boolean',
  ListDIJobs:
    'DestinationDataSourceType:string MigrationType:enum Name:string PageNumber:int32 PageSize:int32 ProjectId:int64* SourceDataSourceType:string SpecType:string',
  StartDIJob: 'DIJobId:int64 ForceToRerun:boolean Id:int64 RealtimeStartSettings:object',
  StopDIJob: 'DIJobId:int64 Id:int64 InstanceId:int64',
  UpdateDIJob:
    'DIJobId:int64 Description:string FileSpec:refused Id:int64 JobSettings:object Owner:refused ProjectId:int64 ResourceSettings:object TableMappings:list TransformationRules:list',
  CreateQualityEntity:
    'EntityLevel:int32 EnvType:string* MatchExpression:string* ProjectId:int64 ProjectName:string* TableName:string*',
  CreateQualityFollower: 'AlarmMode:int32* EntityId:int64* Follower:string* ProjectId:int64 ProjectName:string*',
  CreateQualityRelativeNode:
    'EnvType:string* MatchExpression:string* NodeId:int64* ProjectId:int64* ProjectName:string* TableName:string* TargetNodeProjectId:int64* TargetNodeProjectName:string*',
  CreateQualityRule:
    'BlockType:int32* Checker:int32 Comment:string CriticalThreshold:string EntityId:int64* ExpectValue:string MethodName:string Operator:enum PredictType:int32* ProjectId:int64 ProjectName:string* Property:string PropertyType:string RuleName:string* RuleType:int32* TaskSetting:string TemplateId:int32 Trend:enum WarningThreshold:string WhereCondition:string',
  DeleteQualityEntity: 'EntityId:int64* EnvType:string* ProjectId:int64 ProjectName:string*',
  DeleteQualityFollower: 'FollowerId:int64* ProjectId:int64 ProjectName:string*',
  DeleteQualityRelativeNode:
    'EnvType:string* MatchExpression:string* NodeId:int64* ProjectId:int64* ProjectName:string* TableName:string* TargetNodeProjectId:int64* TargetNodeProjectName:string*',
  DeleteQualityRule: 'ProjectId:int64 ProjectName:string* RuleId:int64*',
  GetQualityEntity: 'EnvType:string* MatchExpression:string ProjectId:int64 ProjectName:string* TableName:string*',
  GetQualityFollower: 'EntityId:int64* ProjectId:int64 ProjectName:string*',
  GetQualityRule: 'ProjectId:int64 ProjectName:string* RuleId:int64*',
  ListQualityResultsByEntity:
    'EndDate:string* EntityId:int64* PageNumber:int32 PageSize:int32 ProjectId:int64 ProjectName:string* StartDate:string*',
  ListQualityResultsByRule:
    'EndDate:string* PageNumber:int32 PageSize:int32 ProjectId:int64 ProjectName:string* RuleId:int64* StartDate:string*',
  ListQualityRules: 'EntityId:int64* PageNumber:int32 PageSize:int32 ProjectId:int64 ProjectName:string*',
  UpdateQualityFollower: 'AlarmMode:int32* Follower:string* FollowerId:int64* ProjectId:int64 ProjectName:string*',
  UpdateQualityRule:
    'BlockType:int32 Checker:int32 Comment:string CriticalThreshold:string EntityId:int64 ExpectValue:string Id:int64* MethodName:string* OpenSwitch:boolean Operator:enum PredictType:int32 ProjectId:int64 ProjectName:string* Property:string* PropertyType:string RuleName:string RuleType:int32 TaskSetting:string TemplateId:int32 Trend:enum WarningThreshold:string WhereCondition:string',
  CreateDataQualityRule:
    'CheckingConfig:object Description:string Enabled:boolean ErrorHandlers:refused Name:string* ProjectId:int64* SamplingConfig:object Severity:enum Target:object* TemplateCode:string',
  DeleteDataQualityRule: 'Id:int64* ProjectId:int64',
  GetDataQualityRule: 'Id:int64*',
  ListDataQualityRules:
    'DataQualityEvaluationTaskId:int64 Name:string PageNumber:int32 PageSize:int32 ProjectId:int64* TableGuid:string',
  UpdateDataQualityRule:
    'CheckingConfig:object Description:string Enabled:boolean ErrorHandlers:refused Id:int64* Name:string ProjectId:int64* SamplingConfig:object Severity:enum TemplateCode:string',
  GetProject: 'ProjectId:int64 ProjectIdentifier:string',
  ListProjects: 'PageNumber:int32 PageSize:int32 ResourceManagerResourceGroupId:string Tags:list',
  AddProjectMemberToRole: 'ClientToken:string ProjectId:int64* RoleCode:enum* UserId:string*',
  CreateProjectMember: 'ClientToken:string ProjectId:int64* RoleCode:enum UserId:string*',
  DeleteProjectMember: 'ProjectId:int64* UserId:string*',
  ListProjectMembers: 'PageNumber:int32 PageSize:int32 ProjectId:int64*',
  RemoveProjectMemberFromRole: 'ProjectId:int64* RoleCode:enum* UserId:string*',
}

const codeOf = (schema: Schema, given: Record<string, string>): string => {
  try {
    bind(schema, new Map(Object.entries(given)))
  } catch (error) {
    if (error instanceof Refusal) return `${error.code} ${error.details.parameter}`
    throw error
  }
  throw new Error('it was not refused')
}

test('every action has the parameters of the published contract, and no others', () => {
  const ours = Object.fromEntries(
    ACTIONS.map(({ action, parameters }) => [
      action,
      Object.entries(parameters)
        .map(([name, { kind, required }]) => `${name}:${kind}${required ? '*' : ''}`)
        .sort()
        .join(' '),
    ]),
  )
  expect(ours).toEqual(PUBLISHED)
  expect(ACTIONS).toHaveLength(Object.keys(PUBLISHED).length)
})

test('every action and every parameter says in one sentence what it is', () => {
  const docs: [string, string | undefined][] = []
  const visit = (path: string, parameter: Parameter, isItem = false) => {
    if (!isItem) docs.push([path, parameter.doc])
    if (parameter.kind === 'list') visit(`${path}[]`, parameter.items, true)
    if (parameter.kind === 'object') {
      for (const [name, member] of Object.entries(parameter.members)) visit(`${path}.${name}`, member)
    }
  }
  for (const { action, doc, parameters } of ACTIONS) {
    docs.push([action, doc])
    for (const [name, parameter] of Object.entries(parameters)) visit(`${action}.${name}`, parameter)
  }
  for (const [path, doc] of docs) expect(doc, path).toMatch(/^.+\.$/)
})

describe('the three callbacks', () => {
  const answer = { MessageId: 'm', ExtensionCode: 'e' }

  test.each([UPDATE_WORKBENCH_EVENT_RESULT, UPDATE_IDE_EVENT_RESULT, CALLBACK_EXTENSION])(
    '$action takes OK, WARN and FAIL in any case, and nothing else',
    ({ parameters }: { parameters: Schema }) => {
      for (const text of ['OK', 'Fail', 'WARN', 'warn', 'ok']) {
        const bound = bind(parameters, new Map(Object.entries({ ...answer, CheckResult: text })))
        expect(bound.CheckResult).toBe(text.toUpperCase())
      }
      expect(codeOf(parameters, { ...answer, CheckResult: 'PASS' })).toBe('PARAMETER_INVALID CheckResult')
      expect(codeOf(parameters, answer)).toBe('PARAMETER_MISSING CheckResult')
      expect(codeOf(parameters, { CheckResult: 'OK', MessageId: 'm' })).toBe('PARAMETER_MISSING ExtensionCode')
      expect(codeOf(parameters, { CheckResult: 'OK', ExtensionCode: 'e' })).toBe('PARAMETER_MISSING MessageId')
    },
  )

  test('only what is about data development is in both versions', () => {
    const inBoth = ACTIONS.filter(({ versions }) => versions.length === 2).map(({ action }) => action)
    expect(inBoth).toEqual([
      ...['UpdateIDEEventResult', 'GetIDEEventDetail'],
      ...['CreateFile', 'UpdateFile', 'GetFile', 'ListFiles', 'SubmitFile', 'DeployFile', 'DeleteFile'],
    ])
  })
})

test('lists begin with page 1 of ten, and a page has a hundred entries at most', () => {
  const paged = ACTIONS.filter(({ parameters }) => 'PageNumber' in parameters)
  expect(paged.map(({ action }) => action).sort()).toEqual([
    'ListCheckProcesses',
    'ListDIJobs',
    'ListDataQualityRules',
    'ListDeploymentPackages',
    'ListDeployments',
    'ListDownstreamTaskInstances',
    'ListDownstreamTasks',
    'ListExtensions',
    'ListFileVersions',
    'ListFiles',
    'ListFolders',
    'ListInstances',
    'ListNodes',
    'ListProjectMembers',
    'ListProjects',
    'ListQualityResultsByEntity',
    'ListQualityResultsByRule',
    'ListQualityRules',
    'ListTaskInstanceOperationLogs',
    'ListTaskInstances',
    'ListTaskOperationLogs',
    'ListTasks',
    'ListUpstreamTaskInstances',
    'ListUpstreamTasks',
    'ListWorkflowInstances',
  ])
  const MORE = {
    ProjectName: 'w',
    EntityId: '1',
    RuleId: '1',
    StartDate: 'd',
    EndDate: 'd',
    Bizdate: '1',
    BizDate: '1',
    FileId: '1',
    ParentFolderPath: '/',
  }
  const given = { EventCode: 'freeze-node', ProjectEnv: 'PROD', ProjectId: '1', Id: '1', ...MORE }
  for (const { parameters } of paged) {
    const needed = Object.fromEntries(Object.entries(given).filter(([name]) => name in parameters))
    const bound = bind(parameters, new Map(Object.entries(needed)))
    expect([bound.PageNumber, bound.PageSize]).toEqual([1, 10])
    expect(codeOf(parameters, { ...needed, PageSize: '101' })).toBe('PARAMETER_INVALID PageSize')
    expect(codeOf(parameters, { ...needed, PageSize: '0' })).toBe('PARAMETER_INVALID PageSize')
    expect(codeOf(parameters, { ...needed, PageNumber: '0' })).toBe('PARAMETER_INVALID PageNumber')
  }
})

test('enumerations are the published ones', () => {
  const node = { NodeId: '1', ProjectEnv: 'PROD' }
  for (const SchedulerType of ['0', '2']) {
    const bound = bind(UPDATE_NODE_RUN_MODE.parameters, new Map(Object.entries({ ...node, SchedulerType })))
    expect(bound.SchedulerType).toBe(Number(SchedulerType))
  }
  expect(codeOf(UPDATE_NODE_RUN_MODE.parameters, { ...node, SchedulerType: '1' })).toBe(
    'PARAMETER_INVALID SchedulerType',
  )
  expect(codeOf(LIST_NODES.parameters, { ProjectId: '1', ProjectEnv: 'TEST' })).toBe('PARAMETER_INVALID ProjectEnv')
  const manual = { ProjectId: '1', ProjectEnv: 'DEV', SchedulerType: 'MANUAL' }
  expect(codeOf(LIST_NODES.parameters, manual)).toBe('PARAMETER_INVALID SchedulerType')
  expect(codeOf(LIST_CHECK_PROCESSES.parameters, { EventCode: 'e', Status: 'True' })).toBe('PARAMETER_INVALID Status')
})

test('tags of ListProjects come as JSON text or numbered', () => {
  const Tags = [{ Key: 'a', Value: 'b' }, { Key: 'c' }]
  const json = bind(LIST_PROJECTS.parameters, new Map([['Tags', JSON.stringify(Tags)]]))
  const numbered = new Map([
    ['Tags.1.Key', 'a'],
    ['Tags.1.Value', 'b'],
    ['Tags.2.Key', 'c'],
  ])
  expect(json.Tags).toEqual(Tags)
  expect(bind(LIST_PROJECTS.parameters, numbered).Tags).toEqual(Tags)
})
