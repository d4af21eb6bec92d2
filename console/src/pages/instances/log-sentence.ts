import type { ObjectLogEntry } from '../../api/shapes.ts'
import type { TextKey, Translate } from '../../text/index.ts'

/** Actions that have words; any other is shown as the server names it. */
const SENTENCES: ReadonlyMap<string, TextKey> = new Map([
  ['import', 'objectLog.did.import'],
  ['backfill', 'objectLog.did.backfill'],
  ['smoke-test', 'objectLog.did.smokeTest'],
  ['manual-run', 'objectLog.did.manualRun'],
  ['change', 'objectLog.did.change'],
  ['remove-dependencies', 'objectLog.did.removeDependencies'],
  ['freeze', 'objectLog.did.freeze'],
  ['unfreeze', 'objectLog.did.unfreeze'],
  ['undeploy', 'objectLog.did.undeploy'],
  ['terminate', 'objectLog.did.terminate'],
  ['rerun', 'objectLog.did.rerun'],
  ['set-success', 'objectLog.did.setSuccess'],
  ['backfill', 'backfillLog.backfill'],
  ['backfill.create', 'backfillLog.create'],
  ['backfill.create-failed', 'backfillLog.createFailed'],
  ['start', 'backfillLog.start'],
  ['pause', 'backfillLog.pause'],
  ['resume', 'backfillLog.resume'],
  ['cancel', 'backfillLog.cancel'],
  ['rerun-failed', 'backfillLog.rerunFailed'],
])

/** One entry of an operation log in words. */
export function logSentence(t: Translate, { action }: ObjectLogEntry): string {
  const text = SENTENCES.get(action)
  return text ? t(text) : action
}
