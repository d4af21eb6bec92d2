/** Data backfill. */
import type { RefusalText } from '../refusal.ts'

export const BACKFILL_REFUSALS = {
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
} as const satisfies Record<string, RefusalText>
