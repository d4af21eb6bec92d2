import { type Field, long, oneOf, string, suchAs } from './body.ts'
import type { EventEntry } from './event.ts'

/** Who acts, and in which workspace the data lie. Transfers name both in their own way. */
const TRANSFER: readonly Field[] = [
  string('queryDwProjectId', 'Workspace of the data, as text.'),
  string('queryDwProjectName', 'Name of that workspace.'),
  string('datasourceId', 'Data source, as text.'),
  string('datasourceName', 'Name of the data source.'),
  long('fileSize', 'Size in bytes.'),
  string('operatorUid', 'User ID of the person who asked for the operation.'),
  string('operatorBaseId', 'Base ID of that person.'),
]

const DOWNLOAD: readonly Field[] = [
  oneOf(
    string('moduleType', 'Where the data come from.'),
    ...['entity_transfer', 'develop_query', 'sqlx_query', 'dw_excel'],
  ),
  string('fileName', 'Name of the file.'),
  string('dataRowSize', 'Number of rows, as text.'),
  string('sqlText', 'Query that produced the data.'),
  ...TRANSFER,
]

const downloadSample = (eventCode: string) => ({
  eventCode,
  tenantId: 280000000000656,
  moduleType: 'sqlx_query',
  operatorBaseId: '123900000000000',
  operatorUid: '149300000000000',
  fileName: 'result.csv',
  fileSize: 10241024,
  datasourceId: '1111',
  datasourceName: 'odps_first',
  queryDwProjectId: '90004',
  queryDwProjectName: 'test_project',
  dataRowSize: '123456',
  sqlText: 'select sku_code, sku_name from dim_sku',
})

const CALLBACK_INFERRED = 'That results come back by CallbackExtension is inferred.'

export const UPLOAD_DOWNLOAD = [
  {
    eventCode: 'download-resources',
    type: 'dataworks:ResourcesDownload:DownloadResources',
    category: 'resources-download',
    kind: 'extension-point',
    functions: true,
    name: { en: 'Pre-event for data download (file generation)', zh: '数据下载前置事件' },
    trigger: 'Somebody has data written to a file for download.',
    bodyBasis: 'published',
    notes: [CALLBACK_INFERRED, 'dataRowSize is text on the wire although the tables call it a number.'],
    body: DOWNLOAD,
    sample: downloadSample('download-resources'),
  },
  {
    eventCode: 'download-resources-execute',
    type: 'dataworks:ResourcesDownload:DownloadResourcesExecute',
    category: 'resources-download',
    kind: 'extension-point',
    functions: true,
    name: { en: 'Pre-event for data download (file download)', zh: '数据下载(文件下载)前置事件', zhOwn: true },
    trigger: 'Somebody downloads a file that was written for it.',
    bodyBasis: 'published',
    notes: [
      CALLBACK_INFERRED,
      'dataRowSize is text on the wire although the tables call it a number.',
      'Function support is published for data download as a whole.',
    ],
    body: [...DOWNLOAD, string('ip', 'Address the person downloads from.')],
    sample: { ...downloadSample('download-resources-execute'), ip: '198.51.100.1' },
  },
  {
    eventCode: 'upload-data-to-table',
    type: 'dataworks:ResourcesUpload:UploadDataToTable',
    category: 'resources-download',
    kind: 'extension-point',
    functions: true,
    name: { en: 'Pre-event for data upload', zh: '数据上传前置事件', zhOwn: true },
    trigger: 'Somebody uploads data to a table.',
    bodyBasis: 'published',
    notes: [
      CALLBACK_INFERRED,
      'The type would suggest a category of its own, but the published function message and list of points sort it ' +
        'under data download.',
    ],
    body: [
      oneOf(string('uploadSourceType', 'Where the data come from.'), 'LOCAL', 'OSS', 'DW_EXCEL', 'HTTP'),
      oneOf(string('optTableType', 'Whether the table is new or exists.'), 'CREATE', 'IMPORT'),
      suchAs(string('targetEngineType', 'Engine of the table.'), 'MAXCOMPUTE', 'EMR Hive', 'Hologres'),
      oneOf(string('writeType', 'Whether rows replace what is there or are added.'), 'OVERWRITE', 'APPEND'),
      oneOf(string('conflictMode', 'What happens when a primary key is taken.'), 'IGNORE', 'REPLACE', 'UPDATE'),
      string('tableGuid', 'Unique ID of the table; its form depends on the engine.'),
      ...TRANSFER,
    ],
    sample: {
      eventCode: 'upload-data-to-table',
      tenantId: 280000000000656,
      uploadSourceType: 'LOCAL',
      optTableType: 'CREATE',
      targetEngineType: 'MAXCOMPUTE',
      writeType: 'OVERWRITE',
      conflictMode: 'IGNORE',
      operatorBaseId: '123120000000000',
      operatorUid: '122222200000000',
      datasourceId: '1111',
      datasourceName: 'odps_first',
      tableGuid: 'odps.mc_project.test_table',
      queryDwProjectId: '90004',
      queryDwProjectName: 'test_project',
      fileSize: 123456,
    },
  },
] as const satisfies readonly EventEntry[]
