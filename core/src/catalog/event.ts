import type { Body, Field } from './body.ts'

/**
 * What every event of the catalogue has in common: the modules it belongs to, the categories it is sorted under, and the
 * entry each module file writes for it. `index.ts` completes the entries.
 */

/** A name in both languages of the console. Where the platform's own Chinese term is not known, the wording is ours. */
export type Name = { readonly en: string; readonly zh: string; readonly zhOwn?: true }

/** Which action of the DataWorks dialect takes the results for an extension point. */
export type CallbackApi = 'UpdateIDEEventResult' | 'UpdateWorkbenchEventResult' | 'CallbackExtension'

/** Workspace-level events belong to one workspace, tenant-level events to the tenant as a whole. */
export type EventScope = 'workspace' | 'tenant'

export type ModuleText = { readonly name: Name; readonly scope: EventScope; readonly callback: CallbackApi }

/** The modules of the platform. Level and callback are the same for everything a module asks. */
export const MODULES = {
  'data-development': {
    name: { en: 'Data Development', zh: '数据开发' },
    scope: 'workspace',
    callback: 'UpdateIDEEventResult',
  },
  'data-integration': {
    name: { en: 'Data Integration', zh: '数据集成' },
    scope: 'workspace',
    callback: 'CallbackExtension',
  },
  'operation-center': {
    name: { en: 'Operation Center', zh: '运维中心' },
    scope: 'workspace',
    callback: 'UpdateWorkbenchEventResult',
  },
  'security-center': {
    name: { en: 'Security Center', zh: '安全中心' },
    scope: 'workspace',
    callback: 'CallbackExtension',
  },
  'data-quality': { name: { en: 'Data Quality', zh: '数据质量' }, scope: 'workspace', callback: 'CallbackExtension' },
  'management-console': {
    name: { en: 'Management console', zh: '管理控制台' },
    scope: 'tenant',
    callback: 'CallbackExtension',
  },
  'upload-download': {
    name: { en: 'Upload and download', zh: '上传与下载' },
    scope: 'tenant',
    callback: 'CallbackExtension',
  },
  'data-assets': {
    name: { en: 'Data assets', zh: '数据资产', zhOwn: true },
    scope: 'workspace',
    callback: 'CallbackExtension',
  },
} as const satisfies Record<string, ModuleText>

export type ModuleCode = keyof typeof MODULES

/** What an extension's event categories and the category of a function message are called. */
export const CATEGORIES = {
  'file-change': { en: 'File change events', zh: '文件变更事件' },
  'table-change': { en: 'Table change events', zh: '表变更事件' },
  'node-change': { en: 'Node change events', zh: '节点变更事件' },
  'backfill-data-operate': { en: 'Data backfill operation events', zh: '补数据操作事件' },
  'instance-change': { en: 'Instance change events', zh: '实例变更事件', zhOwn: true },
  'instance-status-changes': { en: 'Instance status change events', zh: '实例状态变更事件', zhOwn: true },
  'dag-status-changes': { en: 'Workflow status change events', zh: '工作流状态变更事件', zhOwn: true },
  'monitor-alert': { en: 'Monitoring alert events', zh: '监控告警事件', zhOwn: true },
  'approval-change': { en: 'Approval Center events', zh: '审批中心事件', zhOwn: true },
  'dqc-check': { en: 'Data Quality verification events', zh: '数据质量校验事件', zhOwn: true },
  'project-change': { en: 'Workspace change events', zh: '工作空间变更事件', zhOwn: true },
  'resources-download': { en: 'Data download events', zh: '数据下载事件', zhOwn: true },
  'asset-change': { en: 'Asset change events', zh: '资产变更事件', zhOwn: true },
} as const satisfies Record<string, Name>

export type CategoryCode = keyof typeof CATEGORIES

/**
 * Where the body comes from: `published` for this very event, `shared` when a sister event's body is published for both,
 * `own` when nothing is public and the design is ours.
 */
export type BodyBasis = 'published' | 'shared' | 'own'

/**
 * One event as its module writes it. Left out because they are the same everywhere: `eventCode` and `tenantId`, which
 * stand in every body, and for extension points the two members that say whether and in which process it is held.
 */
export type EventEntry = {
  /** Identifies the event in the payload. */
  readonly eventCode: string
  /** Identifies the event on the bus, where rules filter by it. */
  readonly type: `dataworks:${string}:${string}`
  readonly category: CategoryCode
  /** An extension point can be held; a regular event is only told. */
  readonly kind: 'extension-point' | 'regular'
  /** An extension deployed as a function can watch it. */
  readonly functions?: true
  readonly name: Name
  /** When it happens. */
  readonly trigger: string
  /** Only the name is public; type, code, category, level, callback and body are our design. */
  readonly own?: true
  readonly bodyBasis: BodyBasis
  /** What is inferred, contradictory or irregular about it. */
  readonly notes?: readonly string[]
  readonly body: readonly Field[]
  readonly sample: Body
  /** Bodies of other shapes that the same event takes. */
  readonly variants?: readonly Body[]
}
