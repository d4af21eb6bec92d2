import { Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { calls } from '../../api/calls.ts'
import type { InstanceDetail, InstanceRelative } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'

type Props = { instance: InstanceDetail; upstream: InstanceRelative; close: () => void }

/** Asks before an instance is let run without one that it waits for. */
export default function RemoveDependencyDialog({ instance, upstream, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => calls.removeDependencies(instance.workspaceId, instance.id, [upstream.id]),
    onSuccess: close,
    onSettled: () => client.invalidateQueries({ queryKey: ['instances'] }),
  })
  return (
    <Confirm
      opened
      close={close}
      danger
      title={t('instance.removeDependencyTitle', { name: upstream.node.name })}
      verb={t('ui.remove')}
      busy={remove.isPending}
      confirm={() => remove.mutate()}
    >
      <Text fz="sm">{t('instance.removeDependencyMeaning')}</Text>
      <ProblemNotice error={remove.error} />
    </Confirm>
  )
}
