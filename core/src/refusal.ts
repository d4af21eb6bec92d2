/**
 * Everything that may not happen, as one closed list.
 *
 * A refusal is expected: somebody asked for what the rules do not allow. Each code has its HTTP status, its code in the
 * DataWorks dialect and its public sentence, in which `{name}` is filled from the details given where it is thrown.
 * A code that is missing here does not compile; anything that is thrown and is no Refusal is a fault of ours.
 */
export type RefusalText = {
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429
  readonly dataworks: string
  readonly sentence: string
}

export const REFUSALS = {
  // Signing in and signatures
  SIGN_IN_REQUIRED: { status: 401, dataworks: 'MissingAccessKeyId', sentence: 'Sign in or sign the request first.' },
  SIGN_IN_FAILED: { status: 401, dataworks: 'Forbidden.Access', sentence: 'The name or the password is wrong.' },
  SIGN_IN_THROTTLED: {
    status: 429,
    dataworks: 'Throttling.User',
    sentence:
      'Too many failed attempts to sign in; try again in {seconds} seconds, or ask an administrator to let you in.',
  },
  PASSWORD_SIGN_IN_OFF: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'Only the account owner signs in with a password here; sign in with {label} instead.',
  },
  PASSWORD_CHANGE_REQUIRED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'This is a one-time password: choose a new one to sign in.',
  },
  ONE_TIME_PASSWORD_EXPIRED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'This one-time password is not valid any more; ask an administrator for another.',
  },
  PASSWORD_WRONG: { status: 403, dataworks: 'Forbidden.Access', sentence: 'The present password is wrong.' },
  PASSWORD_UNFIT: {
    status: 422,
    dataworks: 'InvalidPassword',
    sentence: 'The new password cannot be taken: {problem}.',
  },
  OPENID_OFF: {
    status: 404,
    dataworks: 'NotFound.Provider',
    sentence: 'No OpenID Connect provider is configured here.',
  },
  OPENID_UNAVAILABLE: {
    status: 409,
    dataworks: 'Unavailable.Provider',
    sentence:
      'The sign-in provider cannot be reached or is set up wrongly; try again, or tell whoever runs this server.',
  },
  OPENID_BEGIN_AGAIN: {
    status: 409,
    dataworks: 'Conflict.SignIn',
    sentence: 'This sign-in was begun elsewhere or too long ago; begin again.',
  },
  OPENID_DENIED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'The sign-in provider did not let you in; if that is not what you want, ask whoever runs it.',
  },
  OPENID_FAILED: {
    status: 409,
    dataworks: 'Conflict.SignIn',
    sentence: 'What the sign-in provider answered cannot be believed; the server log has the details.',
  },
  OPENID_USER_UNKNOWN: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence:
      'The sign-in provider knows you, but no user here belongs to that account: sign in with your password and link it on your account page, or ask an administrator.',
  },
  OPENID_EMAIL_UNVERIFIED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence:
      'The sign-in provider has not verified your e-mail address, so you cannot be recognised by it; have it verified there, or ask an administrator.',
  },
  OPENID_LINKED_OTHERWISE: {
    status: 409,
    dataworks: 'Conflict.SignIn',
    sentence:
      'This account of the sign-in provider, or this user, is linked otherwise already; an administrator can undo that.',
  },
  OPENID_USER_DISABLED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'Your user here is disabled; ask an administrator.',
  },
  CROSS_SITE_REQUEST: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'A request that changes something must come from the console itself.',
  },
  ACCESS_KEY_UNKNOWN: {
    status: 404,
    dataworks: 'InvalidAccessKeyId.NotFound',
    sentence: 'Specified access key is not found.',
  },
  ACCESS_KEY_INACTIVE: {
    status: 400,
    dataworks: 'InvalidAccessKeyId.Inactive',
    sentence: 'Specified access key is disabled.',
  },
  ACCESS_KEYS_FULL: {
    status: 409,
    dataworks: 'QuotaExceeded.AccessKey',
    sentence: 'A user has at most two active AccessKey pairs; deactivate or delete one first.',
  },
  ACCESS_KEY_KEPT_INACTIVE: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'An administrator deactivated this AccessKey pair; only an administrator activates it again.',
  },
  SIGNATURE_MISSING: {
    status: 400,
    dataworks: 'IncompleteSignature',
    sentence: 'The request signature does not conform to the standards: {problem}.',
  },
  /** The text is part of the protocol: some clients split it at its only colon and compare the rest with their own string to sign. */
  SIGNATURE_MISMATCH_V1: {
    status: 400,
    dataworks: 'SignatureDoesNotMatch',
    sentence: 'Specified signature is not matched with our calculation. server string to sign is:{stringToSign}',
  },
  SIGNATURE_MISMATCH_V3: {
    status: 400,
    dataworks: 'SignatureDoesNotMatch',
    sentence:
      'Specified signature does not match our calculation. server StringToSign is [{stringToSign}] server CanonicalRequest is [{canonicalRequest}]',
  },
  SIGNATURE_NONCE_USED: {
    status: 400,
    dataworks: 'SignatureNonceUsed',
    sentence: 'Specified signature nonce was used already.',
  },
  SIGNATURE_METHOD_UNSUPPORTED: {
    status: 400,
    dataworks: 'InvalidSignatureMethod',
    sentence: 'Signature method or version {method} is not supported.',
  },
  TIMESTAMP_EXPIRED: {
    status: 400,
    dataworks: 'InvalidTimeStamp.Expired',
    sentence: 'Specified time stamp or date value is expired.',
  },
  TIMESTAMP_MALFORMED: {
    status: 400,
    dataworks: 'InvalidTimeStamp.Format',
    sentence: 'Specified time stamp or date value is not well formatted.',
  },
  SECURITY_TOKEN_UNKNOWN: {
    status: 400,
    dataworks: 'InvalidSecurityToken.MismatchWithAccessKey',
    sentence: 'The security token does not belong to the access key.',
  },

  // Requests
  ACTION_UNKNOWN: {
    status: 404,
    dataworks: 'InvalidAction.NotFound',
    sentence: 'Specified api is not found: action {action}, version {version}.',
  },
  ACTION_MISSING: { status: 400, dataworks: 'MissingAction', sentence: 'Action is mandatory.' },
  VERSION_MISSING: { status: 400, dataworks: 'MissingVersion', sentence: 'Version is mandatory.' },
  METHOD_UNSUPPORTED: {
    status: 400,
    dataworks: 'UnsupportedHTTPMethod',
    sentence: 'HTTP method {method} is not supported here.',
  },
  FORMAT_UNSUPPORTED: {
    status: 400,
    dataworks: 'InvalidParameter.Format',
    sentence: 'Format {format} is not supported; only JSON is.',
  },
  PARAMETER_MISSING: {
    status: 400,
    dataworks: 'Missing{parameter}',
    sentence: '{parameter} is mandatory for this action.',
  },
  PARAMETER_INVALID: {
    status: 400,
    dataworks: 'Invalid{parameter}',
    sentence: 'The value of {parameter} is not valid: {problem}.',
  },
  PARAMETER_REPEATED: {
    status: 400,
    dataworks: 'InvalidParameter.Repeated',
    sentence: 'Parameter {parameter} is given more than once.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    dataworks: 'InvalidParameter.BodyTooLarge',
    sentence: 'The request body is larger than {limitBytes} bytes.',
  },
  BODY_MALFORMED: {
    status: 400,
    dataworks: 'InvalidParameter.Body',
    sentence: 'The request body cannot be read: {problem}.',
  },
  CONTENT_TYPE_UNSUPPORTED: {
    status: 415,
    dataworks: 'UnsupportedMediaType',
    sentence: 'Content type {contentType} is not supported here.',
  },
  REQUEST_INVALID: { status: 400, dataworks: 'InvalidParameter', sentence: 'The request is not valid: {problem}.' },

  METRICS_OFF: {
    status: 404,
    dataworks: 'NotFound.metrics',
    sentence: 'The metrics are closed: set HOLDPOINT_METRICS_TOKEN and send it as a bearer token.',
  },
  METRICS_TOKEN_WRONG: {
    status: 401,
    dataworks: 'Forbidden.Access',
    sentence: 'Send the token that HOLDPOINT_METRICS_TOKEN is set to, as a bearer token.',
  },

  // Access and tenants
  FORBIDDEN: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'None of your roles allows this ({action}).',
  },
  NOT_FOUND: { status: 404, dataworks: 'NotFound.{thing}', sentence: 'There is no such {thing}: {id}.' },
  LIMIT_REACHED: {
    status: 409,
    dataworks: 'QuotaExceeded',
    sentence: 'There are at most {limit} {things}.',
  },
  NAME_TAKEN: {
    status: 409,
    dataworks: 'Conflict.{thing}',
    sentence: 'There is already a {thing} with the name {name}.',
  },
  WORKSPACE_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.Tenant.ProjectNotExists',
    sentence: 'The workspace does not exist: {id}.',
  },
  MEMBER_NOT_IN_TENANT: {
    status: 400,
    dataworks: 'Invalid.Tenant.UserNotInTenant',
    sentence: 'The user does not belong to this tenant: {id}.',
  },
  OWN_RIGHTS: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'Nobody gives rights to themselves; ask another administrator.',
  },
  SERVICE_USER: {
    status: 409,
    dataworks: 'Conflict.ServiceUser',
    sentence: 'This is the service user of an extension: {problem}.',
  },
  LAST_ADMINISTRATOR: {
    status: 409,
    dataworks: 'Conflict.LastAdministrator',
    sentence: 'Somebody must remain who can administer this; give the role to another user first.',
  },

  // Nodes
  NODE_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.Wkbench.NodeNotExist',
    sentence: 'The node does not exist in this environment: {id}.',
  },
  NODE_ALREADY_FROZEN: {
    status: 409,
    dataworks: 'Invalid.Wkbench.NodeAlreadyFrozen',
    sentence: 'Already frozen: {nodes}.',
  },
  NODE_NOT_FROZEN: { status: 409, dataworks: 'Invalid.Wkbench.NodeNotFrozen', sentence: 'Not frozen: {nodes}.' },
  NODE_HAS_DESCENDANTS: {
    status: 409,
    dataworks: 'Invalid.Wkbench.NodeHasDescendants',
    sentence: 'A node with descendants cannot be unpublished; unpublish those first: {nodes}.',
  },
  NODE_IS_ROOT: {
    status: 409,
    dataworks: 'Invalid.Wkbench.NodeIsRoot',
    sentence: 'The root node of a workspace cannot be unpublished: {nodes}.',
  },
  NODE_FROZEN: {
    status: 409,
    dataworks: 'Invalid.Wkbench.NodeFrozen',
    sentence: 'A frozen node does not run; unfreeze it first: {nodes}.',
  },
  NODE_NOT_MANUAL: {
    status: 409,
    dataworks: 'Invalid.Wkbench.NodeNotManual',
    sentence: 'It runs by its schedule; only manual nodes are run so: {nodes}.',
  },
  NODES_EMPTY: { status: 400, dataworks: 'MissingNodeId', sentence: 'Name at least one node.' },
  NODES_TOO_MANY: {
    status: 400,
    dataworks: 'InvalidNodeId',
    sentence: 'One request names at most {limit} nodes.',
  },
  ENVIRONMENT_ABSENT: {
    status: 400,
    dataworks: 'InvalidProjectEnv',
    sentence: 'A workspace in basic mode has no development environment.',
  },

  // Running
  PROGRAM_NOT_RUN: {
    status: 422,
    dataworks: 'Invalid.Instance.Program',
    sentence: 'It cannot be run here: {problem}.',
  },
  PROGRAM_FAILED: { status: 422, dataworks: 'Failed.Instance.Program', sentence: 'The program failed: {problem}.' },
  STATEMENT_FAILED: {
    status: 422,
    dataworks: 'Failed.Instance.Statement',
    sentence: 'The statement on line {line} failed: {problem}',
  },
  RUN_TIMED_OUT: {
    status: 422,
    dataworks: 'Failed.Instance.TimedOut',
    sentence: 'It ran longer than the {seconds} seconds that it may and was ended.',
  },
  RUN_TERMINATED: {
    status: 409,
    dataworks: 'Failed.Instance.Terminated',
    sentence: 'It was terminated while it ran.',
  },
  RUN_LOST: {
    status: 409,
    dataworks: 'Failed.Instance.Lost',
    sentence: 'The server that ran it has ended or could not go on; what the program had done by then is not known.',
  },
  RUN_FAULT: {
    status: 409,
    dataworks: 'Failed.Instance.Fault',
    sentence: 'An internal fault kept it from running; the server log has the details.',
  },
  SHELL_NOT_ALLOWED: {
    status: 403,
    dataworks: 'Forbidden.Instance.Shell',
    sentence:
      'The resource group lets no shell or Python program run; a tenant administrator can allow it for the group.',
  },
  DATA_SOURCE_MISSING: {
    status: 422,
    dataworks: 'Invalid.Instance.DataSource',
    sentence: 'The workspace has no data source {name} in this environment.',
  },
  DATA_SOURCE_UNREACHABLE: {
    status: 422,
    dataworks: 'Failed.Instance.DataSource',
    sentence: 'The data source {name} cannot be used: {problem}.',
  },
  DATA_SOURCE_INVALID: {
    status: 422,
    dataworks: 'InvalidDataSource',
    sentence: 'The data source cannot be kept so: {problem}.',
  },
  IN_USE_BY_NODES: {
    status: 409,
    dataworks: 'Conflict.InUse',
    sentence: '{name} is used by nodes; lead them elsewhere first: {nodes}.',
  },
  DEFAULT_KEPT: {
    status: 409,
    dataworks: 'Conflict.Default',
    sentence: '{name} is the default one and stays; make another one the default first.',
  },
  // Instances
  INSTANCE_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.Wkbench.InstanceNotExist',
    sentence: 'The instance does not exist in this environment: {id}.',
  },
  INSTANCES_EMPTY: { status: 400, dataworks: 'MissingInstanceId', sentence: 'Name at least one instance.' },
  INSTANCES_TOO_MANY: {
    status: 400,
    dataworks: 'InvalidInstanceId',
    sentence: 'One request names at most {limit} instances.',
  },
  INSTANCE_ALREADY_FROZEN: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceAlreadyFrozen',
    sentence: 'Already frozen: {instances}.',
  },
  INSTANCE_NOT_FROZEN: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceNotFrozen',
    sentence: 'Not frozen: {instances}.',
  },
  INSTANCE_FROZEN: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceFrozen',
    sentence: 'A frozen instance does not run; unfreeze it first: {instances}.',
  },
  INSTANCE_NOT_TERMINABLE: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceStatus',
    sentence: 'Only what runs, or waits for its time or for resources, can be terminated: {instances}.',
  },
  INSTANCE_NOT_RERUNNABLE: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceStatus',
    sentence: 'Only what has failed, has succeeded or is not run yet can be rerun: {instances}.',
  },
  INSTANCE_RERUN_DENIED: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceRerunDenied',
    sentence: 'Their nodes do not allow a rerun: {instances}.',
  },
  INSTANCE_RERUN_FAILED_ONLY: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceRerunDenied',
    sentence: 'Their nodes allow a rerun only after a failure: {instances}.',
  },
  INSTANCE_NOT_FAILED: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceStatus',
    sentence: 'Only what has failed can be set to succeeded: {instances}.',
  },
  INSTANCE_NOT_UPSTREAM: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceDependency',
    sentence: 'It does not wait for these instances: {instanceIds}.',
  },
  FORCED_RERUN_DATE: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceBizdate',
    sentence: 'What follows an instance is rerun by force for the business dates {from} and {to} only, not {bizdate}.',
  },
  FORCED_RERUN_NOT_ENDED: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceStatus',
    sentence: 'What follows an instance is rerun by force only once that has succeeded or failed: {instances}.',
  },
  FORCED_RERUN_ONE: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceStatus',
    sentence: 'A forced rerun of what follows an instance starts at one instance.',
  },
  FORCED_RERUN_UNDER_WAY: {
    status: 409,
    dataworks: 'Conflict.ForcedRerun',
    sentence: 'Another forced rerun of what follows an instance is under way, from {instance}; there is one at a time.',
  },
  FORCED_RERUN_TOO_LARGE: {
    status: 409,
    dataworks: 'QuotaExceeded.ForcedRerun',
    sentence: 'More than {limit} instances follow this one; rerun by force from one further down.',
  },
  INSTANCES_CHANGED: {
    status: 409,
    dataworks: 'OperationStale.Instance',
    sentence: 'Instances have changed since it was asked for: {changes}.',
  },
  INSTANCES_GONE: {
    status: 409,
    dataworks: 'OperationStale.InstanceGone',
    sentence: 'No longer there since it was asked for: {instances}.',
  },
  DAG_NOT_FOUND: { status: 404, dataworks: 'Invalid.Wkbench.DagNotExist', sentence: 'The run does not exist: {id}.' },
  // Alerts
  ALERT_MAIL_OFF: {
    status: 422,
    dataworks: 'InvalidReceiver',
    sentence: 'No mail server is configured here (HOLDPOINT_SMTP_URL); alerts can go to webhooks.',
  },
  ALERT_WEBHOOK_REFUSED: {
    status: 422,
    dataworks: 'InvalidWebhook',
    sentence: 'The webhook cannot be used: {problem}.',
  },
  ALERT_NODES_UNKNOWN: {
    status: 422,
    dataworks: 'Invalid.Wkbench.NodeNotExist',
    sentence: 'These are no published nodes of the workspace in production: {nodes}.',
  },
  ALERT_TEST_RUNNING: {
    status: 409,
    dataworks: 'Conflict.AlertTest',
    sentence: 'A test of the rule is on its way; wait for what comes of it.',
  },

  // Data backfill
  BACKFILL_NAME_INVALID: {
    status: 422,
    dataworks: 'InvalidName',
    sentence: 'A backfill has a name of 1 to {limit} characters, none of them a control character.',
  },
  BACKFILL_RANGES_INVALID: {
    status: 422,
    dataworks: 'InvalidPeriods',
    sentence: 'A backfill has 1 to {limit} ranges of business dates; {count} are given.',
  },
  BACKFILL_DATE_ABSENT: {
    status: 422,
    dataworks: 'InvalidPeriods.BizDate',
    sentence: 'There is no date {date}; dates are written yyyy-mm-dd.',
  },
  BACKFILL_DATES_REVERSED: {
    status: 422,
    dataworks: 'InvalidPeriods.BizDate',
    sentence: 'The range ends ({end}) before it starts ({start}).',
  },
  BACKFILL_DATES_TOO_MANY: {
    status: 422,
    dataworks: 'InvalidPeriods.TooMany',
    sentence: 'The ranges hold {count} business dates; a backfill has at most {limit}.',
  },
  BACKFILL_TIME_ABSENT: {
    status: 422,
    dataworks: 'InvalidPeriods.Time',
    sentence: 'There is no time {time}; times are written hh:mm:ss.',
  },
  BACKFILL_WINDOW_HALF: {
    status: 422,
    dataworks: 'InvalidPeriods.Time',
    sentence: 'A time window has a start and an end, or neither.',
  },
  BACKFILL_WINDOW_REVERSED: {
    status: 422,
    dataworks: 'InvalidPeriods.Time',
    sentence: 'The time window ends ({end}) before it starts ({start}).',
  },
  BACKFILL_GROUPS_INVALID: { status: 422, dataworks: 'InvalidParallelism', sentence: 'There are 1 to {limit} groups.' },
  BACKFILL_PRIORITY_INVALID: {
    status: 422,
    dataworks: 'InvalidPriority',
    sentence: 'A priority is from 1 to {limit}.',
  },
  BACKFILL_RUN_WINDOW_EMPTY: {
    status: 422,
    dataworks: 'InvalidRunPolicy',
    sentence: 'A run window that ends when it starts never opens.',
  },
  BACKFILL_PARAMETERS_OF_NONE: {
    status: 422,
    dataworks: 'InvalidTaskParameters',
    sentence: 'Parameters are given by the id of a node that runs; {id} is none.',
  },
  BACKFILL_PARAMETERS_TOO_LONG: {
    status: 422,
    dataworks: 'InvalidTaskParameters',
    sentence: 'The parameters of a node have at most {limit} characters.',
  },
  BACKFILL_MEMBER_FOREIGN: { status: 422, dataworks: 'InvalidMode', sentence: 'The mode {mode} takes no {field}.' },
  BACKFILL_NODES_EMPTY: {
    status: 422,
    dataworks: 'MissingRootTaskIds',
    sentence: 'Name the node at which the backfill starts.',
  },
  BACKFILL_ROOTS_TOO_MANY: {
    status: 422,
    dataworks: 'InvalidRootTaskIds',
    sentence: 'The mode {mode} starts at one node; {count} are named.',
  },
  BACKFILL_CHAIN_END_MISSING: {
    status: 422,
    dataworks: 'MissingIncludeTaskIds',
    sentence: 'Name the node at which the chain ends.',
  },
  BACKFILL_BOTH_WAYS: {
    status: 422,
    dataworks: 'InvalidExcludeTaskIds',
    sentence: 'Included and left out at once: {ids}.',
  },
  BACKFILL_OUTSIDE: {
    status: 422,
    dataworks: 'InvalidTaskIds',
    sentence: 'In the mode {mode} these are not among the nodes in question: {nodes}.',
  },
  BACKFILL_NO_CHAIN: {
    status: 422,
    dataworks: 'InvalidTaskIds.NoChain',
    sentence: 'No dependencies lead from a start of the chain to an end of it by: {nodes}.',
  },
  BACKFILL_EMPTY: {
    status: 422,
    dataworks: 'InvalidTaskIds.Empty',
    sentence: 'Every node is left out, so nothing would run.',
  },
  BACKFILL_ELSEWHERE: {
    status: 422,
    dataworks: 'InvalidRootTaskIds.Project',
    sentence: 'A backfill is asked for in the workspace of a node at which it starts; these are in others: {nodes}.',
  },
  BACKFILL_MANUAL_NODES: {
    status: 422,
    dataworks: 'InvalidTaskIds.Manual',
    sentence: 'These nodes run only when somebody starts them and have no business dates to fill: {nodes}.',
  },
  BACKFILL_NOT_ALLOWED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence:
      'You may not operate on nodes that are to run: {nodes}. Leave them out, or ask for the right in their workspaces.',
  },
  BACKFILL_NO_INSTANCES: {
    status: 422,
    dataworks: 'InvalidPeriods.NoInstances',
    sentence: 'On these business dates none of the nodes has an instance.',
  },
  BACKFILL_TOO_LARGE: {
    status: 422,
    dataworks: 'InvalidPeriods.TooLarge',
    sentence: 'It would have {count} instances or more; a backfill has at most {limit}.',
  },
  BACKFILL_ANALYSIS: {
    status: 409,
    dataworks: 'Conflict.Analysis',
    sentence: 'The check beforehand found what stands in its way: {findings}.',
  },
  BACKFILL_STATE: {
    status: 409,
    dataworks: 'Conflict.BackfillState',
    sentence: 'This cannot be done with a backfill that is {state} ({verb}).',
  },
  BACKFILL_NOTHING_FAILED: {
    status: 409,
    dataworks: 'Conflict.BackfillState',
    sentence: 'Nothing of the backfill has failed.',
  },
  BACKFILL_RIGHTS_LOST: {
    status: 409,
    dataworks: 'OperationStale.Rights',
    sentence: 'Whoever asked may no longer operate on nodes that are to run: {nodes}.',
  },
  BACKFILL_NOW_MANUAL: {
    status: 409,
    dataworks: 'OperationStale.Manual',
    sentence: 'Since it was asked for these have become nodes that run only when somebody starts them: {nodes}.',
  },

  BACKFILL_BEING_CREATED: {
    status: 409,
    dataworks: 'OperationAccepted.BeingCreated',
    sentence:
      'The backfill {id} has been let through and its instances are still being created; do not repeat the request.',
  },

  // FlowSpec
  FLOWSPEC_MALFORMED: {
    status: 422,
    dataworks: 'InvalidSpec',
    sentence: 'The FlowSpec cannot be imported; at {path}: {problem}.',
  },
  FLOWSPEC_UNSUPPORTED: {
    status: 422,
    dataworks: 'InvalidSpec.Unsupported',
    sentence: 'The FlowSpec cannot be imported: {problem}.',
  },
  SCHEDULE_NEVER_RUNS: {
    status: 422,
    dataworks: 'InvalidSpec.Schedule',
    sentence: 'The schedule {cron} at {path} never runs: there is no such day, or none within its effective period.',
  },
  FLOWSPEC_CYCLE: {
    status: 422,
    dataworks: 'InvalidSpec.Cycle',
    sentence: 'The FlowSpec cannot be imported, its dependencies form a cycle: {cycle}.',
  },

  // Holding and answering
  OPERATION_HELD: {
    status: 409,
    dataworks: 'OperationHeld.ExtensionCheck',
    sentence:
      'The operation is held and has not taken effect: extensions are checking it. It runs by itself when all of them pass. Process {processId}, message {messageId}.',
  },
  OPERATION_REFUSED: {
    status: 409,
    dataworks: 'OperationRefused.ExtensionCheck',
    sentence: 'The operation was refused by an extension and has not taken effect. Process {processId}: {reason}',
  },
  OPERATION_FAILED: {
    status: 409,
    dataworks: 'OperationFailed',
    sentence: 'The operation was let through, but its effect failed. Process {processId}: {reason}',
  },
  OPERATION_ENDED: {
    status: 409,
    dataworks: 'Conflict.OperationEnded',
    sentence: 'The operation is not held any more; it ended as {state}.',
  },
  OPERATION_NOT_YOURS: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'Only the person who asked for an operation may withdraw it.',
  },
  OPERATION_UNKNOWN: {
    status: 409,
    dataworks: 'OperationFailed.Unknown',
    sentence: 'This server has no operation {eventCode}.',
  },
  OPERATION_FAULT: {
    status: 409,
    dataworks: 'OperationFailed.Fault',
    sentence: 'An internal fault stopped it; the server log has the details.',
  },
  REQUESTER_NOT_ALLOWED: {
    status: 409,
    dataworks: 'OperationRefused.Requester',
    sentence: 'The person who asked for it is no longer allowed to.',
  },
  NODES_UNPUBLISHED: {
    status: 409,
    dataworks: 'OperationStale.NodeUnpublished',
    sentence: 'No longer published since it was asked for: {nodes}.',
  },
  NODES_RECURRENCE_CHANGED: {
    status: 409,
    dataworks: 'OperationStale.NodeRecurrence',
    sentence: 'How they recur has changed since it was asked for: {changes}.',
  },
  NODES_VERSION_CHANGED: {
    status: 409,
    dataworks: 'OperationStale.NodeVersion',
    sentence: 'Their definition has a new version since it was asked for: {changes}.',
  },
  NODES_NEW_DESCENDANTS: {
    status: 409,
    dataworks: 'OperationStale.NodeDescendants',
    sentence: 'They have new descendants since it was asked for: {changes}.',
  },
  MESSAGE_UNKNOWN: {
    status: 404,
    dataworks: 'InvalidMessageId.NotFound',
    sentence: 'The message does not exist: {messageId}.',
  },
  MESSAGE_EXPIRED: {
    status: 410,
    dataworks: 'InvalidMessageId.Expired',
    sentence: 'The message is older than three days and has expired: {messageId}.',
  },
  EXTENSION_UNKNOWN: {
    status: 404,
    dataworks: 'InvalidExtensionCode.NotFound',
    sentence: 'The extension does not exist: {extensionCode}.',
  },
  EXTENSION_NOT_ASKED: {
    status: 403,
    dataworks: 'InvalidExtensionCode.NotAsked',
    sentence: 'The extension {extensionCode} was not asked about message {messageId}.',
  },
  CHECK_CONFLICT: {
    status: 409,
    dataworks: 'Conflict.CheckResult',
    sentence: 'The extension has already answered {given}; the first result stands.',
  },
  CALLBACK_WRONG_API: {
    status: 400,
    dataworks: 'InvalidMessageId.WrongCallback',
    sentence: 'Results for {eventCode} are returned with {callback}.',
  },
  CHECK_NOT_PASSABLE: {
    status: 409,
    dataworks: 'Conflict.CheckNotPassable',
    sentence: 'This check cannot be passed by hand: {problem}.',
  },

  // Extensions
  EXTENSION_LEVELS_MIXED: {
    status: 422,
    dataworks: 'InvalidExtensionPoints',
    sentence: 'One extension watches extension points of one level only; these are of the other level: {events}.',
  },
  EXTENSION_POINT_UNKNOWN: {
    status: 422,
    dataworks: 'InvalidEventCode',
    sentence: 'No extension point has the event code {eventCode}.',
  },
  EXTENSION_TRANSITION: {
    status: 409,
    dataworks: 'Conflict.ExtensionStatus',
    sentence: 'An extension in status {status} cannot be {verb}.',
  },
  EXTENSION_SELF_REVIEW: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'The author of a submission cannot review it.',
  },
  OPTIONS_FORM_INVALID: {
    status: 422,
    dataworks: 'InvalidOptionSetting',
    sentence: 'The form of options is not valid; line {line}, at {path}: {problem}.',
  },
  OPTIONS_INVALID: {
    status: 422,
    dataworks: 'InvalidOptionValue',
    sentence: 'The options do not fit the form: {faults}.',
  },
  PARAMETERS_INVALID: {
    status: 422,
    dataworks: 'InvalidParameterSetting',
    sentence: 'The parameters are not valid; line {line}: {problem}.',
  },
  EXTENSION_CHANGED: {
    status: 409,
    dataworks: 'Conflict.ExtensionStatus',
    sentence: 'Version {version} of the extension has been changed meanwhile; look at it again first.',
  },
  EXTENSION_LEVEL_KEPT: {
    status: 422,
    dataworks: 'InvalidExtensionPoints',
    sentence:
      'An extension that has been published keeps its level, because others decide where it is enabled: {level}.',
  },
  EXTENSION_ONLY_VERSION: {
    status: 409,
    dataworks: 'Conflict.ExtensionStatus',
    sentence: 'It is the only version of the extension; delete the extension instead.',
  },
  EXTENSION_OPEN_CHECKS: {
    status: 409,
    dataworks: 'Conflict.ExtensionStatus',
    sentence: 'Held operations wait for what the extension says; it can be deleted when they have ended.',
  },
  EXTENSION_TESTING_FOREIGN: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'A tenant-level extension in testing is switched on by its owner, for their own operations.',
  },
  EXTENSION_TESTING_OPTIONS: {
    status: 409,
    dataworks: 'Conflict.ExtensionStatus',
    sentence: 'A version of the extension is published; its options are set by tenant administrators.',
  },
  EXTENSION_NOT_PUBLISHED: {
    status: 409,
    dataworks: 'Conflict.ExtensionStatus',
    sentence: 'Only a published extension can be enabled.',
  },

  // Trials
  EXTENSION_NOT_IN_TESTING: {
    status: 409,
    dataworks: 'Conflict.ExtensionStatus',
    sentence: 'No version of the extension is in testing; only what is under test can be tried.',
  },
  TEST_WORKSPACE_MISSING: {
    status: 409,
    dataworks: 'Conflict.ExtensionStatus',
    sentence: 'The version under test names no workspace for testing; choose one first.',
  },
  TRIAL_NOT_OWNER: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'A tenant-level extension under test applies to what its owner asks for, so only its owner can try it.',
  },
  TRIAL_EVENT_FOREIGN: {
    status: 422,
    dataworks: 'InvalidEventCode',
    sentence: 'The version under test has nothing to do with the event {eventCode}; it can be tried with: {events}.',
  },
  TRIAL_BODY_INVALID: {
    status: 422,
    dataworks: 'InvalidEventBody',
    sentence: 'This is no body of the event: {problems}.',
  },
  TRIAL_LEFT_OUT: {
    status: 409,
    dataworks: 'Conflict.ExtensionParameters',
    sentence:
      'The extension would not be asked: its parameters leave out the workspace, {eventCode} or this type of file.',
  },
  EDITION_EXPIRED: {
    status: 409,
    dataworks: 'Conflict.Edition',
    sentence: 'The edition of the tenant has expired: no extension is asked any more.',
  },
  DEV_TAKEN_OVER: {
    status: 409,
    dataworks: 'Conflict.DevConnection',
    sentence:
      'The messages of the extension are forwarded to {machine} by now: a newer connection took over from this one.',
  },
  DEV_CONNECTION_ENDED: {
    status: 409,
    dataworks: 'Conflict.DevConnection',
    sentence: 'This connection has ended; open another one.',
  },
  DEV_CONNECTION_HELD: {
    status: 409,
    dataworks: 'Conflict.DevConnection',
    sentence:
      'The messages of the extension are forwarded to {machine}: before that has not been heard of for ten minutes, only who connected it or the owner of the extension takes over.',
  },
  REPLAY_NOT_ASKED: {
    status: 409,
    dataworks: 'Conflict.Delivery',
    sentence: 'The message {messageId} does not ask this extension, and was not on its way to it.',
  },
  REPLAY_NOWHERE: {
    status: 409,
    dataworks: 'Conflict.Delivery',
    sentence:
      'No machine is connected for the extension, and the message was not on its way to a target that serves it.',
  },
  EVENT_DETAIL_UNKNOWN: {
    status: 404,
    dataworks: 'Invalid.Extension.EventDetailNotExist',
    sentence: 'Nothing is known about the object of the message {messageId} in this workspace.',
  },

  // Functions
  FUNCTION_SOURCE_INVALID: {
    status: 422,
    dataworks: 'InvalidFunctionSource',
    sentence: 'The source of the function is not valid; line {line}, column {column}: {problem}.',
  },
  FUNCTION_INVALID: {
    status: 422,
    dataworks: 'InvalidFunction',
    sentence: 'The code of the function cannot be used: {problem}.',
  },
  FUNCTION_NO_PLACE: {
    status: 429,
    dataworks: 'Throttling.Function',
    sentence: 'The function could not be run now: {problem}',
  },
  FUNCTION_NONE: {
    status: 409,
    dataworks: 'Conflict.Deployment',
    sentence: 'The extension {extensionCode} is not deployed as a function.',
  },

  // OpenEvent
  PATTERN_INVALID: {
    status: 422,
    dataworks: 'InvalidEventPattern',
    sentence: 'The event pattern is not valid; at {path}: {problem}.',
  },
  TARGET_REFUSED: {
    status: 422,
    dataworks: 'InvalidTarget',
    sentence: 'The target cannot be used: {problem}.',
  },
  EVENT_BUS_IN_USE: {
    status: 409,
    dataworks: 'Conflict.EventBus',
    sentence: 'A distribution channel or another event bus leads events to {name}; lead them elsewhere first.',
  },
  DELIVERY_ENDED: {
    status: 409,
    dataworks: 'Conflict.Delivery',
    sentence: 'The message has expired or its delivery is still under way; it cannot be delivered again.',
  },
} as const satisfies Record<string, RefusalText>

export type RefusalCode = keyof typeof REFUSALS

/**
 * What fills the `{name}`s of a refusal's sentence and code, and reaches the caller beside them. `paths` and `problems`, of the same length, name
 * the members of a request that are wrong, each with its problem.
 */
export type RefusalDetails = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly details: RefusalDetails

  constructor(code: RefusalCode, details: RefusalDetails = {}) {
    super(fill(REFUSALS[code].sentence, details))
    this.name = 'Refusal'
    this.code = code
    this.details = details
  }
}

/** The refusal's code in the DataWorks dialect, e.g. `MissingNodeId`. */
export function dataworksCode(refusal: Refusal): string {
  return fill(REFUSALS[refusal.code].dataworks, refusal.details)
}

export function refusalStatus(refusal: Refusal): number {
  return REFUSALS[refusal.code].status
}

/** A sentence with its `{name}`s filled in; lists stand there with commas. */
export function fill(template: string, details: RefusalDetails): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = details[name]
    return Array.isArray(value) ? value.join(', ') : String(value ?? '')
  })
}
