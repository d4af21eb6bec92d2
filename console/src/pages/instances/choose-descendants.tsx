import { Alert, Checkbox, Group, ScrollArea, Skeleton, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { queries } from '../../api/queries.ts'
import type { InstanceRelative, InstanceSummary } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { StatusBadges } from './status-badges.tsx'

type Props = {
  of: Pick<InstanceSummary, 'id' | 'workspaceId'>
  chosen: readonly number[]
  choose: (ids: readonly number[]) => void
}

/** What may be rerun, as far as its status tells; whether its node lets it be rerun is decided by the server. */
const RERUNNABLE: readonly InstanceRelative['status'][] = ['not-run', 'failed', 'succeeded']

/** Which of the instances that follow are to run again as well; at first all that can. */
export function ChooseDescendants({ of, chosen, choose }: Props) {
  const { t } = useTranslation()
  const { data, error } = useQuery(queries.instanceDescendants(of.workspaceId, of.id))
  const following = data?.instances.filter((one) => one.level > 0)
  const ids = following?.filter((one) => RERUNNABLE.includes(one.status) && !one.frozen).map((one) => one.id)
  const all = JSON.stringify(ids)
  useEffect(() => {
    if (all !== undefined) choose(JSON.parse(all) as number[])
  }, [all, choose])
  if (error) return <ProblemNotice error={error} />
  if (!following || !ids) return <Skeleton height={120} />
  if (following.length === 0) return <Text fz="sm">{t('instance.noDownstream')}</Text>
  return (
    <Stack gap="xs">
      <Checkbox
        size="sm"
        label={t('instanceVerb.descendants', { chosen: chosen.length, count: following.length })}
        checked={chosen.length === ids.length && ids.length > 0}
        indeterminate={chosen.length > 0 && chosen.length < ids.length}
        onChange={(event) => choose(event.currentTarget.checked ? ids : [])}
      />
      <ScrollArea.Autosize
        mah={220}
        type="auto"
        viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': t('instanceVerb.descendantsLabel') }}
      >
        <Stack gap={6} pl="lg">
          {following.map((one) => (
            <Group key={one.id} gap="xs" wrap="nowrap">
              <Checkbox
                size="xs"
                label={`${one.node.name} · ${one.bizdate}`}
                disabled={!ids.includes(one.id)}
                checked={chosen.includes(one.id)}
                onChange={(event) =>
                  choose(event.currentTarget.checked ? [...chosen, one.id] : chosen.filter((id) => id !== one.id))
                }
              />
              <StatusBadges of={one} />
            </Group>
          ))}
        </Stack>
      </ScrollArea.Autosize>
      {data?.isCut && (
        <Alert color="yellow" p="xs" icon={<IconInfoCircle />}>
          {t('instanceVerb.descendantsCut', { count: following.length })}
        </Alert>
      )}
    </Stack>
  )
}
