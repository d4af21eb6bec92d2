/** What each action of the audit trail is called in a sentence, and what its object leads to. */
import type { LinkOptions } from '@tanstack/react-router'
import type { AuditEntry } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import type { auditEn } from '../../text/audit-en.ts'

type Did = keyof (typeof auditEn)['audit']['did']

/** Actions with one sentence each. */
const SENTENCES = {
  'check.answer': 'checkAnswer',
  'check.pass': 'checkPass',
  'check.give-up': 'checkGiveUp',
  'function.delivery': 'functionDelivery',
  'function.test': 'functionTest',
  'operation.withdraw': 'operationWithdraw',
  'operation.expire': 'operationExpire',
  'message.publish': 'messagePublish',
  'delivery.redeliver': 'deliveryRedeliver',
  'dead-letter.replay': 'deadLetterReplay',
  'dead-letter.drop': 'deadLetterDrop',
  'session.start': 'sessionStart',
  'session.end': 'sessionEnd',
  'user.create': 'userCreate',
  'user.change': 'userChange',
  'user.reset-password': 'userResetPassword',
  'user.change-password': 'userChangePassword',
  'user.end-sessions': 'userEndSessions',
  'user.link': 'userLink',
  'user.unlink': 'userUnlink',
  'user.unlock': 'userUnlock',
  'access-key.create': 'accessKeyCreate',
  'access-key.activate': 'accessKeyActivate',
  'access-key.deactivate': 'accessKeyDeactivate',
  'access-key.delete': 'accessKeyDelete',
  'tenant.create': 'tenantCreate',
  'workspace.create': 'workspaceCreate',
  'member.put': 'memberPut',
  'member.remove': 'memberRemove',
  'node.import': 'nodeImport',
  'folder.create': 'folderCreate',
  'folder.move': 'folderMove',
  'folder.delete': 'folderDelete',
  'file.create': 'fileCreate',
  'file.change': 'fileChange',
  'file.restore': 'fileRestore',
  'file.stop-run': 'fileStopRun',
  'deployment.create': 'deploymentCreate',
  'table.create': 'tableCreate',
  'table.save': 'tableSave',
  'table.delete': 'tableDelete',
  'file-review.request': 'fileReviewRequest',
  'file-review.comment': 'fileReviewComment',
  'file-review.approve': 'fileReviewApprove',
  'file-review.reject': 'fileReviewReject',
  'file-review.withdraw': 'fileReviewWithdraw',
  'backfill.create': 'backfillCreate',
  'backfill.create-failed': 'backfillCreateFailed',
  'backfill.start': 'backfillStart',
  'backfill.pause': 'backfillPause',
  'backfill.resume': 'backfillResume',
  'backfill.cancel': 'backfillCancel',
  'backfill.rerun-failed': 'backfillRerunFailed',
  'node.smoke-test': 'nodeSmokeTest',
  'node.manual-run': 'nodeManualRun',
  'instance.remove-dependencies': 'instanceRemoveDependencies',
  'instance.change': 'instanceChange',
  'extension.register': 'extensionRegister',
  'extension.change': 'extensionChange',
  'extension.new-version': 'extensionNewVersion',
  'extension.submit': 'extensionSubmit',
  'extension.withdraw': 'extensionWithdraw',
  'extension.discard': 'extensionDiscard',
  'extension.comment': 'extensionComment',
  'extension.change-owner': 'extensionChangeOwner',
  'extension.delete': 'extensionDelete',
  'extension.approve': 'extensionApprove',
  'extension.reject': 'extensionReject',
  'extension.publish': 'extensionPublish',
  'extension.disable': 'extensionDisable',
  'extension.enable': 'extensionEnable',
  'extension.switch-off': 'extensionSwitchOff',
  'extension.enable-for-tenant': 'extensionEnableForTenant',
  'extension.switch-off-for-tenant': 'extensionSwitchOffForTenant',
  'extension.set-options': 'extensionSetOptions',
  'extension.test': 'extensionTest',
  'extension.end-test': 'extensionEndTest',
  'trial.send': 'trialSend',
  'dev.connect': 'devConnect',
  'dev.disconnect': 'devDisconnect',
  'message.replay': 'messageReplay',
  'trial.withdraw': 'trialWithdraw',
  'event-bus.create': 'eventBusCreate',
  'event-bus.change': 'eventBusChange',
  'event-bus.delete': 'eventBusDelete',
  'event-rule.create': 'eventRuleCreate',
  'event-rule.change': 'eventRuleChange',
  'event-rule.delete': 'eventRuleDelete',
  'event-target.test': 'eventTargetTest',
  'event-target.unblock': 'eventTargetUnblock',
  'signing-secret.read': 'signingSecretRead',
  'signing-secret.rotate': 'signingSecretRotate',
  'alert-rule.create': 'alertRuleCreate',
  'alert-rule.change': 'alertRuleChange',
  'alert-rule.delete': 'alertRuleDelete',
  'alert-rule.test': 'alertRuleTest',
  'alert-rule.read-secret': 'alertRuleReadSecret',
  'sync-job.create': 'syncJobCreate',
  'sync-job.save': 'syncJobSave',
  'sync-job.delete': 'syncJobDelete',
  'sync-job.stop': 'syncJobStop',
  'quality-monitor.check': 'qualityMonitorCheck',
  'quality-result.comment': 'qualityResultComment',
  'quality-subscription.read-secret': 'qualitySubscriptionReadSecret',
  'data-source.create': 'dataSourceCreate',
  'data-source.change': 'dataSourceChange',
  'data-source.delete': 'dataSourceDelete',
  'resource-group.create': 'resourceGroupCreate',
  'resource-group.change': 'resourceGroupChange',
  'resource-group.delete': 'resourceGroupDelete',
  'channel.put': 'channelPut',
  'audit.export': 'auditExport',
  'demo.ready': 'demoReady',
} as const satisfies Readonly<Record<string, Did>>

/** Actions whose sentence hangs on the state in their details. */
const BY_STATE: Readonly<Record<string, Readonly<Record<string, Did>>>> = {
  'operation.request': { held: 'operationRequestHeld', done: 'operationRequestDone' },
  'operation.end': {
    done: 'operationEndDone',
    refused: 'operationEndRefused',
    stale: 'operationEndStale',
    failed: 'operationEndFailed',
  },
  'trial.end': { done: 'trialEndDone', refused: 'trialEndRefused' },
  'delivery.attempt': {
    delivered: 'deliveryAttemptDelivered',
    pending: 'deliveryAttemptPending',
    dead: 'deliveryAttemptDead',
  },
}

export const ACTIONS = [...Object.keys(BY_STATE), ...Object.keys(SENTENCES)].toSorted()

/** What a sentence can name. */
export const NAMED = [
  'object',
  'operation',
  'event',
  'point',
  'machine',
  'on',
  'extension',
  'result',
  'reason',
  'target',
  'attempt',
  'attempts',
  'error',
  'created',
  'updated',
] as const

/** The sentence of an entry; undefined for an action that is not known here. */
export function sentenceOf({
  action,
  details,
}: Pick<AuditEntry, 'action' | 'details'>): `audit.did.${Did}` | undefined {
  const did = BY_STATE[action]?.[String(details.state)] ?? SENTENCES[action as keyof typeof SENTENCES]
  return did && `audit.did.${did}`
}

/** Where the thing is shown that the entry is about; undefined where there is no such place. */
export function linkOf({ action, object, workspace, details }: AuditEntry): LinkOptions | undefined {
  const [kind] = action.split('.', 1) as [string]
  if (kind === 'operation' || kind === 'check' || kind === 'trial') return links.operation(object)
  if (action === 'delivery.attempt')
    return typeof details.operation === 'string' ? links.operation(details.operation) : undefined
  if (kind === 'extension' || kind === 'function' || kind === 'dev') return links.extension(object)
  if (kind === 'user') return links.users()
  if (kind === 'access-key') return links.account()
  if (kind.startsWith('event-') || kind === 'signing-secret') return links.eventBuses()
  if (workspace === null) return undefined
  if (kind === 'member') return links.members(workspace.id)
  if (kind === 'node' || kind === 'workspace') return links.nodes(workspace.id)
  if (kind === 'file') return links.file(workspace.id, object)
  if (kind === 'folder') return links.development(workspace.id)
  if (kind === 'deployment') return links.deployment(workspace.id, Number(object))
  if (kind === 'table') return links.tables(workspace.id)
  if (kind === 'file-review') return links.fileReviews(workspace.id)
  if (kind === 'sync-job') return links.syncJobs(workspace.id)
  if (kind === 'quality-monitor') return links.qualityMonitors(workspace.id)
  if (kind === 'quality-result') return links.qualityRules(workspace.id)
  if (kind === 'quality-subscription') return links.qualityMonitors(workspace.id)
  if (kind === 'channel') return links.channel(workspace.id)
  return undefined
}
