import type { ObjectLogEntry } from '../../api/shapes.ts'
import type { TextKey, Translate } from '../../text/index.ts'

const SENTENCES: Readonly<Record<string, TextKey>> = {
  deploy: 'objectLog.did.deploy',
  import: 'objectLog.did.import',
  'smoke-test': 'objectLog.did.smokeTest',
  'manual-run': 'objectLog.did.manualRun',
  change: 'objectLog.did.change',
  'remove-dependencies': 'objectLog.did.removeDependencies',
  freeze: 'objectLog.did.freeze',
  unfreeze: 'objectLog.did.unfreeze',
  unpublish: 'objectLog.did.undeploy',
  terminate: 'objectLog.did.terminate',
  rerun: 'objectLog.did.rerun',
  'set-success': 'objectLog.did.setSuccess',
  backfill: 'backfillLog.backfill',
  create: 'backfillLog.create',
  'create-failed': 'backfillLog.createFailed',
  start: 'backfillLog.start',
  pause: 'backfillLog.pause',
  resume: 'backfillLog.resume',
  cancel: 'backfillLog.cancel',
  'rerun-failed': 'backfillLog.rerunFailed',
}

/** One entry of an operation log in words; an action without words is shown as the server names it. */
export function logSentence(t: Translate, { action }: ObjectLogEntry): string {
  const text = Object.hasOwn(SENTENCES, action) ? SENTENCES[action] : undefined
  return text ? t(text) : action
}
