import { IconHourglass } from '@tabler/icons-react'
import type { NodeSummary } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { useTranslation } from '../../text/index.ts'
import { LinkTo } from '../../ui/link.tsx'

/** Operations on a node that are held now, each a way to its panel. */
export function HeldMarks({ heldBy }: { heldBy: NodeSummary['heldBy'] }) {
  const { t } = useTranslation()
  const names = useEventNames()
  return heldBy.map((held) => (
    <LinkTo key={held.operationId} {...links.operationHere(held.operationId)} className="held-mark" fz="xs">
      <IconHourglass size={14} aria-hidden />
      {t('nodes.held', { event: names.operation(held.eventCode) })}
    </LinkTo>
  ))
}
