import {
  APP_ID,
  BLOCK_BUSINESS,
  boolean,
  datetime,
  EXTENSION_BIZ_ID,
  EXTENSION_BIZ_NAME,
  list,
  long,
  OPERATOR,
  object,
  optional,
  PROJECT_ID,
  string,
} from './body.ts'
import type { EventEntry } from './event.ts'

/** Patterns stand here as they were written, for example `shard.*`. */
const TABLE_MAPPING = optional(
  list(
    object('tableMapping', 'Which table goes where; left out when showTableMapping is false.', [
      string('srcDatasourceName', 'Data source read from.'),
      string('srcDatabaseName', 'Database read from, or a pattern.'),
      string('srcTable', 'Table read from, or a pattern.'),
      string('dstDatasourceName', 'Data source written to.'),
      string('dstTable', 'Table written to.'),
    ]),
  ),
)

const SHOW_TABLE_MAPPING = boolean('showTableMapping', 'False when there are more than 500 tables to name.')

const START_DATE_TIME = optional(datetime('startDateTime', 'Where the run starts.'))
const TIME_ZONE = optional(string('timeZone', 'Time zone of startDateTime.'))

export const DATA_INTEGRATION = [
  {
    eventCode: 'start-diJob',
    type: 'dataworks:NodeChange:StartDiJob',
    category: 'node-change',
    kind: 'extension-point',
    name: { en: 'Enable task', zh: '启动任务', zhOwn: true },
    trigger: 'Somebody starts a synchronization job.',
    bodyBasis: 'published',
    notes: [
      'The code is spelled with a capital J, unlike every other code.',
      'Two shapes are published: the newer one names the job in jobId, the older one in id, with projectId beside appId.',
      'The category is inferred from the type.',
    ],
    body: [
      APP_ID,
      optional(PROJECT_ID),
      optional(long('jobId', 'The job, in the newer shape.')),
      optional(long('id', 'The job, in the older shape.')),
      optional(boolean('forceRun', 'Newer shape; meaning not published.')),
      optional(boolean('startAsV2', 'Newer shape; meaning not published.')),
      optional(
        object('setting', 'Where the job starts; newer shape.', [
          optional(datetime('lastStartPosition', 'Position the previous run started from.')),
          START_DATE_TIME,
          TIME_ZONE,
        ]),
      ),
      SHOW_TABLE_MAPPING,
      TABLE_MAPPING,
      OPERATOR,
      EXTENSION_BIZ_ID,
      EXTENSION_BIZ_NAME,
      BLOCK_BUSINESS,
    ],
    sample: {
      extensionBizId: '59d000000000050fc',
      extensionBizName: 'sync_mysql_to_holo_20240911_170801',
      blockBusiness: true,
      operator: '190000000000735',
      setting: { lastStartPosition: '2024-09-11 12:00:00' },
      eventCode: 'start-diJob',
      jobId: 5777,
      forceRun: false,
      appId: 293624,
      showTableMapping: true,
      tenantId: 280000000000656,
      startAsV2: false,
      tableMapping: [
        {
          srcTable: 'test_verify1',
          dstDatasourceName: 'molin_db',
          srcDatabaseName: 'di_test',
          srcDatasourceName: 'mysql_public',
          dstTable: 'test_verify1',
        },
      ],
    },
    variants: [
      {
        eventCode: 'start-diJob',
        extensionBizId: '59d000000000050fc',
        extensionBizName: 'sync_mysql_to_holo_20240911_170801',
        appId: 293624,
        showTableMapping: false,
        tenantId: 280000000000656,
        blockBusiness: true,
        id: 5280,
        projectId: 293624,
        operator: '190000000000735',
      },
    ],
  },
  {
    eventCode: 'batch-start-diJob',
    type: 'dataworks:NodeChange:BatchStartDiJob',
    category: 'node-change',
    kind: 'extension-point',
    name: { en: 'Batch real-time task', zh: '批量启动实时任务', zhOwn: true },
    trigger: 'Somebody starts several synchronization jobs at once.',
    bodyBasis: 'published',
    notes: [
      'The code is spelled with a capital J, unlike every other code.',
      'extensionBizName joins the names of the jobs with commas.',
      'The category is inferred from the type.',
    ],
    body: [
      APP_ID,
      PROJECT_ID,
      list(long('jobIds', 'The jobs.')),
      string('env', 'Environment the jobs run in, prod in the sample.'),
      boolean('needErrorMessage', 'Meaning not published.'),
      boolean('errorMessageOnlyFailedFileIds', 'Meaning not published.'),
      object('setting', 'Where the jobs start.', [START_DATE_TIME, TIME_ZONE]),
      SHOW_TABLE_MAPPING,
      optional(
        list(
          object('tableMappings', 'One entry per job.', [
            long('id', 'The job.'),
            string('extensionBizName', 'Name of the job.'),
            TABLE_MAPPING,
          ]),
        ),
      ),
      OPERATOR,
      EXTENSION_BIZ_ID,
      EXTENSION_BIZ_NAME,
      BLOCK_BUSINESS,
    ],
    sample: {
      needErrorMessage: false,
      extensionBizId: '2de000000000c4c6',
      extensionBizName: 'job_a,job_b',
      errorMessageOnlyFailedFileIds: false,
      blockBusiness: true,
      env: 'prod',
      operator: '190000000000735',
      setting: { startDateTime: '2024-09-12 14:00:00', timeZone: 'Asia/Shanghai' },
      jobIds: [5777, 5679],
      eventCode: 'batch-start-diJob',
      tableMappings: [
        {
          extensionBizName: 'job_a',
          id: 5777,
          tableMapping: [
            {
              srcTable: 't1',
              dstDatasourceName: 'molin_db',
              srcDatabaseName: 'di_test',
              srcDatasourceName: 'mysql_public',
              dstTable: 't1',
            },
          ],
        },
        {
          extensionBizName: 'job_b',
          id: 5679,
          tableMapping: [
            {
              srcTable: 't2',
              dstDatasourceName: 'odps_first',
              srcDatabaseName: 'db2',
              srcDatasourceName: 'mysql_2',
              dstTable: 'ods_t2',
            },
          ],
        },
      ],
      appId: 293624,
      showTableMapping: true,
      tenantId: 280000000000656,
      projectId: 90004,
    },
  },
] as const satisfies readonly EventEntry[]
