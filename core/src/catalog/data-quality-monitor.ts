import { boolean, type Field, json, list, long, object, oneOf, optional, string, suchAs } from './body.ts'

/** The table that rules and monitors watch. */
export const TARGET: readonly Field[] = [
  suchAs(
    string('databaseType', 'Engine of the table.'),
    'MaxCompute',
    'EMR',
    'CDH',
    'Hologres',
    'AnalyticDB for PostgreSQL',
  ),
  string('tableGuid', 'Unique ID of the table in Data Map.'),
]

const threshold = (name: string, meaning: string) =>
  optional(object(name, meaning, [string('expression', 'Condition over $checkValue.')]))

const CHECKING = object('checkingConfig', 'When the check passes.', [
  suchAs(
    string('type', 'How the value is judged.'),
    ...['Fixed', 'Fluctuation', 'FluctuationDiscrete', 'Auto', 'Average', 'Variance'],
  ),
  object('thresholds', 'Limits of the value.', [
    threshold('expected', 'Where the check passes.'),
    threshold('warned', 'Where it warns.'),
    threshold('critical', 'Where it fails.'),
  ]),
])

const RULE_NAME = string('name', 'Name of the rule.')
const RULE_DESCRIPTION = optional(string('description', 'What the rule is for.'))

const RULE_SETTINGS: readonly Field[] = [
  boolean('enabled', 'Whether the rule is in force.'),
  oneOf(string('severity', 'High is a strong rule, Normal a weak one.'), 'High', 'Normal'),
  string('templateCode', 'Template the rule is made from.'),
  object('samplingConfig', 'How the value is taken.', [
    suchAs(
      string('metric', 'What is measured.'),
      ...['Count', 'Min', 'Max', 'Avg', 'DistinctCount', 'DistinctPercent', 'DuplicatedCount', 'DuplicatedPercent'],
      ...['TableSize', 'NullValueCount', 'NullValuePercent', 'GroupCount', 'CountNotIn', 'CountDistinctNotIn'],
      'UserDefinedSql',
    ),
  ]),
]

/** One rule, written out in full. */
export const RULE: readonly Field[] = [RULE_NAME, ...RULE_SETTINGS, CHECKING, RULE_DESCRIPTION]

/** One monitor with its rules, its effect on the node, and who is told. */
export const MONITOR: readonly Field[] = [
  string('name', 'Name of the monitor.'),
  optional(string('description', 'What the monitor is for.')),
  object('target', 'Table it watches.', TARGET),
  object('trigger', 'What starts it.', [
    oneOf(string('type', 'A scheduled instance or a person.'), 'ByScheduledTaskInstance', 'ByManual'),
    optional(list(long('taskIds', 'Nodes whose successful instances start it.'))),
  ]),
  long('dataSourceId', 'Data source it runs on.'),
  optional(json('runtimeConf', 'Settings of the engine, as text.')),
  list(
    object('rules', 'Rules of the monitor; one that exists already carries its ID and what differs.', [
      optional(long('id', 'The rule.')),
      RULE_NAME,
      ...RULE_SETTINGS.map(optional),
      CHECKING,
      RULE_DESCRIPTION,
    ]),
  ),
  optional(
    list(
      object('hooks', 'What happens in case of a result; one that blocks at most.', [
        oneOf(string('type', 'What happens.'), 'BlockTaskInstance'),
        string('condition', 'Condition over severity and status.'),
      ]),
    ),
  ),
  optional(
    object('notifications', 'Who is told.', [
      string('condition', 'Condition over severity and status.'),
      list(
        object('notifications', 'Ways of telling.', [
          suchAs(list(string('channels', 'Channels.')), 'Mail', 'Sms', 'Dingding'),
          list(
            object('notificaionReceivers', 'Receivers; the member is misspelled on the wire.', [
              suchAs(string('receiverType', 'Kind of receiver.'), 'AliUid', 'DingdingUrl'),
              list(string('receiverValues', 'The receivers.')),
              optional(json('extension', 'More about the receivers, as text.')),
            ]),
          ),
        ]),
      ),
    ]),
  ),
]

export const ruleSample = {
  name: 'Table row count > 0',
  enabled: true,
  severity: 'High',
  description: 'demo',
  templateCode: 'system:table:table_count:fixed:0',
  samplingConfig: { metric: 'count' },
  checkingConfig: {
    type: 'fixed',
    thresholds: { expected: { expression: '$checkValue > 0' }, critical: { expression: '$checkValue <= 0' } },
  },
}

const when = (severity: string, status: string) => `(\${severity} == "${severity}" AND \${status} == "${status}")`

export const monitorSample = {
  name: 'Table accuracy monitor',
  description: 'demo',
  target: { databaseType: 'emr', tableGuid: 'an-emr-table-guid' },
  trigger: { type: 'ByScheduledTaskInstance', taskIds: [1001, 1002] },
  dataSourceId: 201,
  runtimeConf: '{ "queue": "default", "sqlEngine": "HIVE_SQL" }',
  rules: [
    ruleSample,
    {
      id: 100002,
      name: 'Table row count > 100',
      checkingConfig: {
        type: 'fixed',
        thresholds: { expected: { expression: '$checkValue > 100' }, critical: { expression: '$checkValue <= 100' } },
      },
    },
  ],
  hooks: [
    {
      type: 'BlockTaskInstance',
      condition: `${when('High', 'Critical')} OR ${when('High', 'Error')}`,
    },
  ],
  notifications: {
    condition: `${when('Normal', 'Critical')} OR ${when('Normal', 'Error')}`,
    notifications: [
      {
        channels: ['Mail', 'Sms'],
        notificaionReceivers: [{ receiverType: 'AliUid', receiverValues: ['1100000000000538'] }],
      },
      {
        channels: ['Dingding'],
        notificaionReceivers: [
          {
            receiverType: 'DingdingUrl',
            receiverValues: ['https://example.invalid/robot'],
            extension: '{ "atAll": true }',
          },
        ],
      },
    ],
  },
}
