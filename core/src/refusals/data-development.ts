/** Data Development: files, running code, tables, code reviews. */
import type { RefusalText } from '../refusal.ts'

export const DATA_DEVELOPMENT_REFUSALS = {
  // Files
  FILE_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.File.NotExist',
    sentence: 'The file does not exist: {id}.',
  },
  FILE_NAME_INVALID: {
    status: 422,
    dataworks: 'Invalid.File.Name',
    sentence: 'The name of a {kind} cannot be {name}: {problem}.',
  },
  FILE_BODY_INVALID: {
    status: 422,
    dataworks: 'Invalid.File.Content',
    sentence: 'The file cannot be kept so; at {path}: {problem}.',
  },
  FILE_TOO_LARGE: {
    status: 413,
    dataworks: 'Invalid.File.TooLarge',
    sentence: 'The content of a file has at most {limitBytes} bytes.',
  },
  FILE_CHANGED: {
    status: 409,
    dataworks: 'Conflict.File.Changed',
    sentence:
      '{name} has been changed meanwhile by {by}: it is at revision {revision}, and you named {named}. Look at what has changed and save again.',
  },
  FILE_UNCHANGED: {
    status: 409,
    dataworks: 'Invalid.File.Unchanged',
    sentence: 'Nothing has changed since the newest version: {files}.',
  },
  FILE_NOT_COMMITTED: {
    status: 409,
    dataworks: 'Invalid.File.NotCommitted',
    sentence: 'It has no committed version that could be deployed: {files}.',
  },
  FILE_DEPLOYED: {
    status: 409,
    dataworks: 'Invalid.File.Deployed',
    sentence: 'Production has this version already: {files}.',
  },
  FILE_IN_PRODUCTION: {
    status: 409,
    dataworks: 'Invalid.File.InProduction',
    sentence: 'It is in the recycle bin and production still has it; deploy the deletion: {files}.',
  },
  FILE_UNDER_CHECK: {
    status: 409,
    dataworks: 'Conflict.File.UnderCheck',
    sentence: 'You have asked for this already, and it is being checked in deployment {deploymentId}: {files}.',
  },
  FILE_USED: {
    status: 409,
    dataworks: 'Invalid.File.Used',
    sentence: 'Other files wait for what it produces; lead them elsewhere first: {files}.',
  },
  FILES_EMPTY: {
    status: 400,
    dataworks: 'MissingFileId',
    sentence: 'Name at least one file.',
  },
  FILES_TOO_MANY: {
    status: 400,
    dataworks: 'InvalidFileId',
    sentence: 'One request names at most {limit} files.',
  },
  FOLDER_PATH_INVALID: {
    status: 422,
    dataworks: 'Invalid.Folder.Path',
    sentence: 'There can be no folder {path}: {problem}.',
  },
  FOLDER_NOT_EMPTY: {
    status: 409,
    dataworks: 'Invalid.Folder.NotEmpty',
    sentence: 'The folder {path} is not empty.',
  },
  SQL_UNPARSEABLE: {
    status: 422,
    dataworks: 'Invalid.File.Sql',
    sentence:
      'The SQL of {name} does not parse; line {line}, column {column}: {problem}. Where the database knows what is written there, turn the parsing of the file off.',
  },
  DEPENDENCY_NOT_DEPLOYED: {
    status: 409,
    dataworks: 'Invalid.File.DependencyNotDeployed',
    sentence: 'What it depends on is not deployed, nor in this deployment: {dependencies}.',
  },
  DEPENDENCY_FAILED: {
    status: 409,
    dataworks: 'Invalid.File.DependencyFailed',
    sentence:
      'It was let pass, and is not deployed because what it waited for in the deployment was not: {dependencies}.',
  },
  FILES_GONE: {
    status: 409,
    dataworks: 'OperationStale.FileGone',
    sentence: 'No longer there since it was asked for: {files}.',
  },
  FILES_VERSION_CHANGED: {
    status: 409,
    dataworks: 'OperationStale.FileVersion',
    sentence: 'Another version has been committed or deployed since it was asked for: {changes}.',
  },

  // Running code
  FILE_NOT_RUN: {
    status: 422,
    dataworks: 'Invalid.File.NotRun',
    sentence: '{name} is no node and cannot be run.',
  },
  RUN_SOURCE_CHANGED: {
    status: 409,
    dataworks: 'OperationStale.DataSource',
    sentence: 'The data source {name} is another one than when it was asked for, or gone.',
  },
  RUN_UNKNOWN: {
    status: 409,
    dataworks: 'Failed.Run.Unknown',
    sentence: 'Whether it has taken effect on the data source {name} could not be found out: {problem}.',
  },

  // Tables
  TABLE_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.Table.NotExist',
    sentence: 'The table does not exist: {id}.',
  },
  TABLE_DESIGN_INVALID: {
    status: 422,
    dataworks: 'Invalid.Table.Design',
    sentence: 'The table cannot be designed so; at {path}: {problem}.',
  },
  TABLE_CHANGED: {
    status: 409,
    dataworks: 'Conflict.Table.Changed',
    sentence: '{name} has been changed meanwhile by {by}: it is at revision {revision}, and you named {named}.',
  },
  TABLE_UNCHANGED: {
    status: 409,
    dataworks: 'Invalid.Table.Unchanged',
    sentence: 'The table {name} is so already.',
  },
  TABLE_LOSES_DATA: {
    status: 409,
    dataworks: 'Invalid.Table.LosesData',
    sentence: 'This would lose data, and has to be asked for by name: {losses}.',
  },
  TABLE_CHANGE_IMPOSSIBLE: {
    status: 422,
    dataworks: 'Invalid.Table.Change',
    sentence: 'The table {name} cannot be changed so: {problem}.',
  },
  TABLE_NOT_IN_DEVELOPMENT: {
    status: 409,
    dataworks: 'Invalid.Table.NotInDevelopment',
    sentence: 'Production gets what has been submitted to development; submit this revision of {name} there first.',
  },
  TABLE_UNDER_WAY: {
    status: 409,
    dataworks: 'Conflict.Table.UnderWay',
    sentence: 'A submission of {name} to this environment is under way; wait for what becomes of it.',
  },
  TABLE_DIFFERS: {
    status: 409,
    dataworks: 'OperationStale.Table',
    sentence: 'The table {name} is not what it was when this was asked for: {problem}.',
  },
  TABLE_SUBMITTED_MEANWHILE: {
    status: 409,
    dataworks: 'OperationStale.TableSubmitted',
    sentence: 'Another submission of {name} to this environment has come before it.',
  },

  // Reviews
  FILE_REVIEW_OPEN: {
    status: 409,
    dataworks: 'Conflict.File.Review',
    sentence: 'A review of version {version} is open already.',
  },
  FILE_REVIEW_ENDED: {
    status: 409,
    dataworks: 'Invalid.File.Review',
    sentence: 'The review has ended: {state}.',
  },
  FILE_REVIEW_OWN: {
    status: 403,
    dataworks: 'Forbidden.File.Review',
    sentence: 'Nobody concludes a review that they asked for, or of what they committed.',
  },
  FILE_REVIEW_OTHERS: {
    status: 403,
    dataworks: 'Forbidden.File.Review',
    sentence: 'A review is withdrawn by who asked for it.',
  },
} as const satisfies Record<string, RefusalText>
