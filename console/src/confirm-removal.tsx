import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ProblemNotice } from './problem.tsx'
import { useTranslation } from './text/index.ts'
import { Confirm } from './ui/confirm.tsx'

/** Asks before something is removed for good, and says why it could not be. `stale`: what is read again afterwards. */
export function ConfirmRemoval(props: {
  title: string
  verb?: string
  remove: () => Promise<unknown>
  stale: QueryKey
  close: () => void
  children: ReactNode
}) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: props.remove,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: props.stale })
      props.close()
    },
  })
  return (
    <Confirm
      opened
      close={props.close}
      danger
      title={props.title}
      verb={props.verb ?? t('ui.delete')}
      busy={remove.isPending}
      confirm={() => remove.mutate()}
    >
      {props.children}
      <ProblemNotice error={remove.error} />
    </Confirm>
  )
}
