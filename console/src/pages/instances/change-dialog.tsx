import { NODE_PRIORITIES } from '@holdpoint/core/operation-center/node'
import { Select, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { InstanceDetail } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'

/** Where in the queue an instance stands, and whose slots it takes. */
export default function ChangeDialog({ instance, close }: { instance: InstanceDetail; close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const groups = useQuery(queries.resourceGroups())
  const before = { priority: String(instance.priority), resourceGroupId: String(instance.resourceGroup?.id ?? '') }
  const [after, setAfter] = useState(before)
  const change = useMutation({
    mutationFn: () =>
      calls.changeInstances(instance.workspaceId, {
        instanceIds: [instance.id],
        ...(after.priority === before.priority ? {} : { priority: Number(after.priority) }),
        ...(after.resourceGroupId === before.resourceGroupId ? {} : { resourceGroupId: Number(after.resourceGroupId) }),
      }),
    onSuccess: close,
    onSettled: () => client.invalidateQueries({ queryKey: ['instances'] }),
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('instance.changeTitle', { name: instance.node.name })}
      verb={t('ui.save')}
      busy={change.isPending}
      disabled={JSON.stringify(after) === JSON.stringify(before)}
      confirm={() => change.mutate()}
    >
      <Text fz="sm">{t('instance.changeMeaning')}</Text>
      <Select
        label={t('node.priority')}
        description={t('instance.priorityHint')}
        allowDeselect={false}
        data={NODE_PRIORITIES.map(String)}
        value={after.priority}
        onChange={(priority) => priority !== null && setAfter({ ...after, priority })}
      />
      <Select
        label={t('node.resourceGroup')}
        allowDeselect={false}
        data={(groups.data ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
        value={after.resourceGroupId}
        onChange={(resourceGroupId) => resourceGroupId !== null && setAfter({ ...after, resourceGroupId })}
      />
      <ProblemNotice error={groups.error ?? change.error} />
    </Confirm>
  )
}
