import {
  type Force,
  type InstanceOperation,
  type InstanceState,
  instanceOperationRefusals,
  type Refusal,
} from '@holdpoint/core'
import {
  IconCheck,
  IconFlame,
  IconPlayerStop,
  IconRefresh,
  IconRefreshAlert,
  IconSitemap,
  IconSnowflake,
} from '@tabler/icons-react'
import type { InstanceSummary } from '../../api/shapes.ts'
import { refusalSentence, type TextKey, type Translate } from '../../text/index.ts'
import type { IconComponent } from '../../ui/icon.ts'

/** What may be done to instances: the operations, and the rerun together with what follows, or by force. */
export type Verb = InstanceOperation | 'rerun-downstream' | EmergencyVerb
export type EmergencyVerb = 'force-rerun' | 'force-rerun-downstream'

type VerbLook = {
  readonly operation: InstanceOperation
  readonly force: Force
  readonly icon: IconComponent
  readonly text: TextKey
  readonly title: TextKey
  readonly meaning: TextKey
}

export const VERB_LOOKS: Readonly<Record<Verb, VerbLook>> = {
  rerun: {
    operation: 'rerun',
    force: 'no',
    icon: IconRefresh,
    text: 'instanceVerb.rerun',
    title: 'instanceVerb.rerunTitle',
    meaning: 'instanceVerb.rerunMeaning',
  },
  'rerun-downstream': {
    operation: 'rerun',
    force: 'no',
    icon: IconSitemap,
    text: 'instanceVerb.rerunDownstream',
    title: 'instanceVerb.rerunDownstreamTitle',
    meaning: 'instanceVerb.rerunDownstreamMeaning',
  },
  terminate: {
    operation: 'terminate',
    force: 'no',
    icon: IconPlayerStop,
    text: 'instanceVerb.terminate',
    title: 'instanceVerb.terminateTitle',
    meaning: 'instanceVerb.terminateMeaning',
  },
  'set-success': {
    operation: 'set-success',
    force: 'no',
    icon: IconCheck,
    text: 'instanceVerb.setSuccess',
    title: 'instanceVerb.setSuccessTitle',
    meaning: 'instanceVerb.setSuccessMeaning',
  },
  freeze: {
    operation: 'freeze',
    force: 'no',
    icon: IconSnowflake,
    text: 'instanceVerb.freeze',
    title: 'instanceVerb.freezeTitle',
    meaning: 'instanceVerb.freezeMeaning',
  },
  unfreeze: {
    operation: 'unfreeze',
    force: 'no',
    icon: IconFlame,
    text: 'instanceVerb.unfreeze',
    title: 'instanceVerb.unfreezeTitle',
    meaning: 'instanceVerb.unfreezeMeaning',
  },
  'force-rerun': {
    operation: 'rerun',
    force: 'this-one',
    icon: IconRefreshAlert,
    text: 'instanceVerb.forceRerun',
    title: 'instanceVerb.forceRerunTitle',
    meaning: 'instanceVerb.forceRerunMeaning',
  },
  'force-rerun-downstream': {
    operation: 'rerun',
    force: 'with-downstream',
    icon: IconRefreshAlert,
    text: 'instanceVerb.forceRerunDownstream',
    title: 'instanceVerb.forceRerunDownstreamTitle',
    meaning: 'instanceVerb.forceRerunDownstreamMeaning',
  },
}
/** Those of every day, and those that are not recommended. */
export const VERBS: readonly Verb[] = ['rerun', 'rerun-downstream', 'terminate', 'set-success', 'freeze', 'unfreeze']
export const EMERGENCY_VERBS: readonly EmergencyVerb[] = ['force-rerun', 'force-rerun-downstream']

const MOST_INSTANCES = 1000
const MOST_NAMED = 3

/** Why this cannot be asked for on these instances, by core's own rules; null when it can. One request is all or nothing (rule 23). */
export function whyNot(t: Translate, verb: Verb, instances: readonly InstanceSummary[]): string | null {
  if (instances.length > MOST_INSTANCES) return t('instances.tooMany', { limit: MOST_INSTANCES })
  if (verb === 'rerun-downstream' && instances.length !== 1) return t('instanceVerb.oneOnly')
  const { operation, force } = VERB_LOOKS[verb]
  const [refusal] = instanceOperationRefusals(operation, instances.map(stateOf), force)
  return refusal ? sentenceOfRefusal(t, refusal) : null
}

const stateOf = (instance: InstanceSummary): InstanceState => ({
  ...instance,
  instanceId: instance.id,
  name: instance.node.name,
})

function sentenceOfRefusal(t: Translate, { code, message, details }: Refusal): string {
  const all = details.instances
  if (!Array.isArray(all)) return refusalSentence(code, details) ?? message
  const named = all.length > MOST_NAMED ? [...all.slice(0, MOST_NAMED), '…'] : all
  return (
    refusalSentence(code, { ...details, instances: named }) ??
    message.replace(all.join(', '), named.join(t('ui.listSeparator')))
  )
}
