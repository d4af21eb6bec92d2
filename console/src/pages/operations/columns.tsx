import { Text } from '@mantine/core'
import type { OperationView } from '../../api/shapes.ts'
import type { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import type { Translate } from '../../text/index.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { STANDING_LOOKS, standingOf } from './standing.ts'

export const keyOfOperation = (operation: OperationView): string => operation.id

/** The columns of every list of operations. */
export function operationColumns(
  t: Translate,
  names: ReturnType<typeof useEventNames>,
): readonly Column<OperationView>[] {
  return [
    {
      key: 'operation',
      header: t('operations.operation'),
      cell: (operation) => (
        <LinkTo {...links.operationHere(operation.id)} fw={500} className="wrap-anywhere">
          {t('operation.title', { event: names.operation(operation.eventCode), object: operation.objectName })}
        </LinkTo>
      ),
    },
    {
      key: 'state',
      header: t('operations.state'),
      width: 240,
      cell: (operation) => <StateBadge look={STANDING_LOOKS[standingOf(operation)]} />,
    },
    {
      key: 'extensions',
      header: t('operations.waitsFor'),
      cell: (operation) => (
        <Text fz="sm" className="wrap-anywhere">
          {(operation.state === 'held' ? operation.checks.filter((check) => check.waitsFor !== null) : operation.checks)
            .map((check) => check.extensionName)
            .join(t('ui.listSeparator')) || '–'}
        </Text>
      ),
    },
    {
      key: 'by',
      header: t('operations.by'),
      width: 140,
      cell: (operation) => operation.requestedBy.name,
    },
    {
      key: 'at',
      header: t('operations.at'),
      width: 170,
      times: true,
      cell: (operation) => <Instant at={operation.requestedAt} zoned={false} />,
    },
  ]
}
