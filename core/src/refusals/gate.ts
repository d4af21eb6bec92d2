/** Holding, answering and OpenEvent. */
import type { RefusalText } from '../refusal.ts'

export const GATE_REFUSALS = {
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
