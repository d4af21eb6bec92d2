/** Nodes, what runs of them, alerts and FlowSpec. */
import type { RefusalText } from '../refusal.ts'

export const OPERATION_CENTER_REFUSALS = {
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
    sentence: '{name} is in use; lead what uses it elsewhere first: {nodes}.',
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
  INSTANCE_TEMPORARY: {
    status: 409,
    dataworks: 'Invalid.Wkbench.InstanceTemporary',
    sentence: 'What was run from Data Development is asked for there again: {instances}.',
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
    sentence: 'These nodes would wait for each other in a cycle: {cycle}.',
  },
} as const satisfies Record<string, RefusalText>
