/** Extensions, their trials and functions. */
import type { RefusalText } from '../refusal.ts'

export const EXTENSIONS_REFUSALS = {
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
} as const satisfies Record<string, RefusalText>
