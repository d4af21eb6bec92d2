/** Data Quality: rules, monitors, subscriptions, results. */
import type { RefusalText } from '../refusal.ts'

export const DATA_QUALITY_REFUSALS = {
  QUALITY_RULE_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.Quality.RuleNotExist',
    sentence: 'The rule does not exist: {id}.',
  },
  QUALITY_MONITOR_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.Quality.MonitorNotExist',
    sentence: 'The monitor does not exist: {id}.',
  },
  QUALITY_SUBSCRIPTION_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.Quality.SubscriptionNotExist',
    sentence: 'The subscription does not exist: {id}.',
  },
  QUALITY_RESULT_NOT_FOUND: {
    status: 404,
    dataworks: 'Invalid.Quality.ResultNotExist',
    sentence: 'The result does not exist: {id}.',
  },
  QUALITY_INVALID: {
    status: 422,
    dataworks: 'Invalid.Quality.Content',
    sentence: 'It cannot be kept so; at {path}: {problem}.',
  },
  QUALITY_NAME_TAKEN: {
    status: 409,
    dataworks: 'Conflict.Quality.Name',
    sentence: 'There is one of that name already: {names}.',
  },
  QUALITY_CHANGED: {
    status: 409,
    dataworks: 'Conflict.Quality.Changed',
    sentence: '{name} has been changed meanwhile by {by}: it is at revision {revision}, and you named {named}.',
  },
  QUALITY_RULES_TOO_MANY: {
    status: 422,
    dataworks: 'Invalid.Quality.TooManyRules',
    sentence: 'A monitor has at most {limit} rules.',
  },
  QUALITY_SUBSCRIBED: {
    status: 409,
    dataworks: 'Conflict.Quality.Subscribed',
    sentence: '{receiver} is told of this monitor already.',
  },
  QUALITY_RECEIVER_INVALID: {
    status: 422,
    dataworks: 'Invalid.Quality.Receiver',
    sentence: '{receiver} cannot be told by {channel}: {problem}.',
  },
  QUALITY_NOTHING_TO_CHECK: {
    status: 409,
    dataworks: 'Invalid.Quality.NothingToCheck',
    sentence: '{name} has no rule that is switched on.',
  },
  QUALITY_GONE: {
    status: 409,
    dataworks: 'OperationStale.Quality.Gone',
    sentence: 'No longer there since it was asked for: {names}.',
  },
  QUALITY_CHANGED_MEANWHILE: {
    status: 409,
    dataworks: 'OperationStale.Quality.Changed',
    sentence: 'Changed since it was asked for: {names}.',
  },

  // Checks
  QUALITY_MEASURING_FAILED: {
    status: 422,
    dataworks: 'Failed.Quality.Statement',
    sentence: 'It could not be measured: {problem}.',
  },
  QUALITY_NO_NUMBER: {
    status: 422,
    dataworks: 'Failed.Quality.NoNumber',
    sentence: 'The statement has to answer one number; it answered {answer}.',
  },
  QUALITY_BLOCKED: {
    status: 409,
    dataworks: 'Failed.Instance.Quality',
    sentence: 'The program has ended well, and its data are not as strong rules want them: {rules}.',
  },
} as const satisfies Record<string, RefusalText>
