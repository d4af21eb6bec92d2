import { IconCloudOff, IconFlame, IconSnowflake } from '@tabler/icons-react'
import type { NodeOperationPoint, NodeSummary } from '../../api/shapes.ts'
import type { TextKey, Translate } from '../../text/index.ts'
import type { IconComponent } from '../../ui/icon.ts'

type PointLook = {
  readonly icon: IconComponent
  readonly text: TextKey
  readonly title: TextKey
  readonly meaning: TextKey
  /** Why a node is not in the right state for it. */
  readonly cannot: TextKey
}

export const POINT_LOOKS: Readonly<Record<NodeOperationPoint, PointLook>> = {
  'freeze-node': {
    icon: IconSnowflake,
    text: 'point.freeze',
    title: 'point.freezeTitle',
    meaning: 'point.freezeMeaning',
    cannot: 'point.freezeCannot',
  },
  'unfreeze-node': {
    icon: IconFlame,
    text: 'point.unfreeze',
    title: 'point.unfreezeTitle',
    meaning: 'point.unfreezeMeaning',
    cannot: 'point.unfreezeCannot',
  },
  'undeploy-node': {
    icon: IconCloudOff,
    text: 'point.undeploy',
    title: 'point.undeployTitle',
    meaning: 'point.undeployMeaning',
    cannot: 'point.undeployCannot',
  },
}
export const POINTS = Object.keys(POINT_LOOKS) as readonly NodeOperationPoint[]

const MOST_NODES = 1000
const MOST_NAMED = 3

/** Why these nodes cannot be operated together, by what the server says of each; null when they can. One request is all or nothing. */
export function whyNot(
  t: Translate,
  point: NodeOperationPoint,
  nodes: readonly Pick<NodeSummary, 'name' | 'may'>[],
): string | null {
  if (nodes.length > MOST_NODES) return t('nodes.tooMany', { limit: MOST_NODES })
  const unfit = nodes.filter((node) => !node.may.includes(point))
  if (unfit.length === 0) return null
  const named = unfit
    .slice(0, MOST_NAMED)
    .map((node) => node.name)
    .join(t('ui.listSeparator'))
  return t(POINT_LOOKS[point].cannot, { nodes: unfit.length > MOST_NAMED ? `${named} …` : named })
}
