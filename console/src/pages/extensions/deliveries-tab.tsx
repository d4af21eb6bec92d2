import { Group, Select, Text } from '@mantine/core'
import { IconMailForward } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { queries } from '../../api/queries.ts'
import type { ExtensionView, OperationState, OperationView } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CursorTable } from '../../ui/cursor-table.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { keyOfOperation, operationColumns } from '../operations/columns.tsx'
import { checkLook } from '../operations/standing.ts'

const route = getRouteApi('/signed-in/extensions/$code')
const STATES: readonly OperationState[] = ['held', 'done', 'refused', 'withdrawn', 'stale', 'failed']

/** What the extension was asked about. Each opens the panel of its operation, with every attempt and the way to deliver again. */
export default function DeliveriesTab({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const names = useEventNames()
  const { cursor, state } = route.useSearch()
  const navigate = route.useNavigate()
  const list = useList(
    queries.operations({
      extension: extension.code,
      ...(state === undefined ? {} : { state }),
      ...(cursor === undefined ? {} : { cursor }),
    }),
    cursor,
    keyOfOperation,
  )
  const checkOf = (operation: OperationView) => operation.checks.find((one) => one.extensionCode === extension.code)
  const columns: readonly Column<OperationView>[] = [
    ...operationColumns(t, names).filter((column) => column.key === 'operation' || column.key === 'state'),
    {
      key: 'answer',
      header: t('life.answer'),
      width: 190,
      cell: (operation) => {
        const check = checkOf(operation)
        return (
          check && (
            <>
              <StateBadge size="sm" look={checkLook(check, operation)} />
              <Text fz="xs" c="dimmed">
                {t('check.version', { version: check.version })}
              </Text>
            </>
          )
        )
      },
    },
    {
      key: 'receiver',
      header: t('life.receiver'),
      width: 210,
      times: true,
      cell: (operation) => {
        const check = checkOf(operation)
        const at = check?.acceptedAt ?? check?.sentAt
        return at ? (
          <Text fz="sm">
            {t(check?.acceptedAt ? 'life.acceptedAt' : 'life.sentAt')} <Instant at={at} zoned={false} />
          </Text>
        ) : (
          <Text fz="sm" c="dimmed">
            {t('life.notSent')}
          </Text>
        )
      },
    },
    ...operationColumns(t, names).filter((column) => column.key === 'at'),
  ]
  return (
    <Section
      title={t('life.asked')}
      description={t('life.deliveriesHint')}
      actions={
        <Group gap="xs" align="flex-end">
          <Select
            aria-label={t('operations.state')}
            placeholder={t('operations.state')}
            clearable
            w={180}
            data={STATES.map((value) => ({
              value,
              label: t(value === 'held' ? 'operations.held' : (`standing.${value}` as 'standing.done')),
            }))}
            value={state ?? null}
            onChange={(value) =>
              void navigate({ search: { tab: 'deliveries', ...(value ? { state: value as OperationState } : {}) } })
            }
          />
          <LinkButton {...links.deadLetters({ extension: extension.code })} variant="default">
            {t('life.deadLetters')}
          </LinkButton>
        </Group>
      }
    >
      <ProblemNotice error={list.error} />
      <CursorTable
        label={t('life.asked')}
        list={list}
        keyOf={keyOfOperation}
        columns={columns}
        minWidth={980}
        empty={<Empty icon={IconMailForward} title={t('life.deliveriesEmpty')} next={t('life.deliveriesEmptyNext')} />}
      />
    </Section>
  )
}
