import {
  EXTENSION_BIZ_ID,
  EXTENSION_BIZ_NAME,
  type Field,
  OPERATION_TIME,
  OPERATOR,
  oneOf,
  PROJECT_ID,
  string,
} from './body.ts'
import type { EventEntry } from './event.ts'

const NOTES = [
  'Only the name and the support for functions are public. Type, code, category, level, callback and body are our design.',
]

const ASSET: readonly Field[] = [
  PROJECT_ID,
  string('assetGuid', 'Unique ID of the asset; for a table, the one Data Map gives it.'),
  string('assetName', 'Name of the asset.'),
  oneOf(string('assetType', 'Kind of the asset.'), 'TABLE', 'API', 'INDICATOR', 'TAG'),
  string('ownerId', 'User ID of the owner.'),
  OPERATOR,
  OPERATION_TIME,
  EXTENSION_BIZ_ID,
  EXTENSION_BIZ_NAME,
]

const assetSample = (eventCode: string) => ({
  eventCode,
  tenantId: 280000000000656,
  projectId: 90004,
  assetGuid: 'odps.mc_project.test_table',
  assetName: 'test_table',
  assetType: 'TABLE',
  ownerId: '190000000000735',
  operator: '190000000000735',
  operationTime: 1734505954897,
  extensionBizId: 'as0000000000001a7',
  extensionBizName: 'test_table',
  blockBusiness: true,
})

export const DATA_ASSETS = [
  {
    eventCode: 'publish-asset',
    type: 'dataworks:AssetChange:PublishAsset',
    category: 'asset-change',
    kind: 'extension-point',
    functions: true,
    own: true,
    name: { en: 'Pre-event for asset publishing', zh: '资产上架前置事件', zhOwn: true },
    trigger: 'Somebody publishes an asset so that others can find and request it.',
    bodyBasis: 'own',
    notes: NOTES,
    body: ASSET,
    sample: assetSample('publish-asset'),
  },
  {
    eventCode: 'unpublish-asset',
    type: 'dataworks:AssetChange:UnpublishAsset',
    category: 'asset-change',
    kind: 'extension-point',
    functions: true,
    own: true,
    name: { en: 'Pre-event for asset unpublishing', zh: '资产下架前置事件', zhOwn: true },
    trigger: 'Somebody withdraws a published asset.',
    bodyBasis: 'own',
    notes: NOTES,
    body: ASSET,
    sample: assetSample('unpublish-asset'),
  },
] as const satisfies readonly EventEntry[]
