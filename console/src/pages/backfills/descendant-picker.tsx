import { Button, Checkbox, Group, Input, ScrollArea, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { queries } from '../../api/queries.ts'
import type { Environment } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import type { PickedNode } from './node-picker.tsx'

type Props = {
  root: PickedNode
  workspaceId: number
  environment: Environment
  chosen: readonly number[]
  error?: string | undefined
  onChange: (ids: readonly number[]) => void
}

/** All descendants of a node to pick from, each a box. */
export function DescendantPicker({ root, workspaceId, environment, chosen, error, onChange }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const id = useId()
  const { data, error: failed } = useQuery(queries.descendants(workspaceId, root.id, environment))
  if (failed) return <ProblemNotice error={failed} />
  if (!data) return <Skeleton height={120} />
  if (data.nodes.length === 0) {
    return (
      <Text fz="sm" c="dimmed">
        {t('backfillForm.descendantsNone')}
      </Text>
    )
  }
  const all = data.nodes.map((node) => node.id)
  const names = new Map(me.workspaces.map((workspace) => [workspace.id, workspace.name]))
  return (
    <Input.Wrapper labelElement="div" label={t('backfillForm.descendants')} labelProps={{ id }} error={error}>
      <Stack gap={4} mt={4}>
        <Group gap="xs">
          <Button size="compact-xs" variant="default" onClick={() => onChange(all)}>
            {t('backfillForm.chooseAll')}
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => onChange([])}>
            {t('backfillForm.chooseNone')}
          </Button>
          <Text fz="xs" c="dimmed" role="status">
            {t('backfillForm.chosenOf', { chosen: chosen.length, all: all.length })}
          </Text>
        </Group>
        <ScrollArea.Autosize
          mah={260}
          type="auto"
          className="picking"
          viewportProps={{ tabIndex: 0, role: 'group', 'aria-labelledby': id }}
        >
          <Stack gap={6} p="xs">
            {data.nodes.map((node) => (
              <Checkbox
                key={node.id}
                size="xs"
                label={node.name}
                description={[
                  node.id,
                  node.workspaceId === workspaceId ? null : (names.get(node.workspaceId) ?? node.workspaceId),
                ]
                  .filter((part) => part !== null)
                  .join(' · ')}
                checked={chosen.includes(node.id)}
                onChange={(event) =>
                  onChange(event.currentTarget.checked ? [...chosen, node.id] : chosen.filter((one) => one !== node.id))
                }
              />
            ))}
          </Stack>
        </ScrollArea.Autosize>
        {data.more && (
          <Text fz="xs" c="dimmed">
            {t('backfillForm.descendantsMany')}
          </Text>
        )}
      </Stack>
    </Input.Wrapper>
  )
}
