/** Data Integration: synchronisations, jobs and their runs. */
import type { RefusalText } from '../refusal.ts'

export const DATA_INTEGRATION_REFUSALS = {
  SYNC_JOB_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.DI.JobNotExist',
    sentence: 'The synchronisation job does not exist: {id}.',
  },
  SYNC_JOB_NAME_TAKEN: {
    status: 409,
    dataworks: 'Conflict.DI.JobName',
    sentence: 'The workspace has a synchronisation job {name} already.',
  },
  SYNC_JOB_CHANGED: {
    status: 409,
    dataworks: 'Conflict.DI.JobChanged',
    sentence: '{name} has been changed meanwhile by {by}: it is at revision {revision}, and you named {named}.',
  },
  SYNC_JOB_UNDER_WAY: {
    status: 409,
    dataworks: 'Conflict.DI.JobUnderWay',
    sentence: 'Under way already; stop it first: {jobs}.',
  },
  SYNC_JOB_NOT_UNDER_WAY: {
    status: 409,
    dataworks: 'Invalid.DI.JobNotUnderWay',
    sentence: '{name} is not under way.',
  },
  SYNC_NOT_REAL_TIME: {
    status: 422,
    dataworks: 'Invalid.DI.NotRealTime',
    sentence: 'Only real-time jobs are started several at once: {jobs}.',
  },
  SYNC_POSITION_INVALID: {
    status: 422,
    dataworks: 'Invalid.DI.StartPosition',
    sentence: '{name} cannot start at {position}: {problem}.',
  },
  SYNC_JOBS_GONE: {
    status: 409,
    dataworks: 'OperationStale.DI.JobGone',
    sentence: 'No longer there since it was asked for: {jobs}.',
  },
  SYNC_JOBS_CHANGED: {
    status: 409,
    dataworks: 'OperationStale.DI.JobChanged',
    sentence: 'Changed, or started by somebody else, since it was asked for: {jobs}.',
  },

  // What a synchronisation says, and what its data sources have
  SYNC_INVALID: {
    status: 422,
    dataworks: 'Invalid.DI.Content',
    sentence: 'It cannot be synchronised so; at {path}: {problem}.',
  },
  SYNC_MATCHES_NOTHING: {
    status: 422,
    dataworks: 'Invalid.DI.MatchesNothing',
    sentence: 'The source has no such table: {mappings}.',
  },
  SYNC_TARGET_TWICE: {
    status: 422,
    dataworks: 'Invalid.DI.TargetTwice',
    sentence: 'More than one table would be brought to {target}: {sources}.',
  },
  SYNC_TABLES_TOO_MANY: {
    status: 422,
    dataworks: 'Invalid.DI.TooManyTables',
    sentence: 'A job brings at most {limit} tables; make several.',
  },
  SYNC_PATTERN_SLOW: {
    status: 422,
    dataworks: 'Invalid.DI.Pattern',
    sentence: 'The pattern {pattern} takes too long to match; write it more simply.',
  },
  SYNC_COLUMNS_MISSING: {
    status: 422,
    dataworks: 'Invalid.DI.Columns',
    sentence: '{table} does not have these columns: {columns}.',
  },
  SYNC_KEY_MISSING: {
    status: 422,
    dataworks: 'Invalid.DI.Key',
    sentence: '{table} has no primary key that is brought along; name the columns by which its rows are known.',
  },
  SYNC_CHANGE_COLUMN_UNFIT: {
    status: 422,
    dataworks: 'Invalid.DI.ChangeColumn',
    sentence: '{column} of {table} cannot be followed: it is {type}, neither a number nor a time.',
  },
  SYNC_FAILED: {
    status: 422,
    dataworks: 'Failed.DI.Table',
    sentence: '{table} could not be brought: {problem}. Nothing of this batch was written.',
  },
  SYNC_TYPE_UNFIT: {
    status: 422,
    dataworks: 'Failed.DI.Type',
    sentence:
      'Row {row} of {table}: {value} in column {column} does not fit {type}. Nothing of this batch was written.',
  },
} as const satisfies Record<string, RefusalText>
