import { fittingOptions, type OptionMisfit } from '@holdpoint/core/options'
import { Alert, List, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OptionField } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { type OptionDraft, OptionFields } from './option-fields.tsx'

type Props = {
  of: {
    readonly name: string
    readonly form: readonly OptionField[]
    readonly options: OptionDraft
    readonly misfits: readonly { readonly key: string; readonly value?: unknown; readonly misfit: OptionMisfit }[]
    readonly maySetOptions: boolean
  }
  save: (options: OptionDraft) => Promise<unknown>
  close: () => void
}

/** The options of an extension for a workspace or the tenant. */
export function OptionsDialog({ of, save, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [draft, setDraft] = useState(of.options)
  const [tried, setTried] = useState(false)
  const { misfits } = fittingOptions({ fields: of.form, remarks: [] }, draft)
  const problems = tried
    ? Object.fromEntries(misfits.map((one) => [one.key, t(`options.misfit.${one.misfit}`)]))
    : undefined
  const change = useMutation({
    mutationFn: save,
    onSuccess: () => client.invalidateQueries({ queryKey: ['extensions'] }).then(close),
  })
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t('options.title', { name: of.name })}
      verb={t('ui.save')}
      busy={change.isPending}
      disabled={!of.maySetOptions}
      confirm={() => {
        setTried(true)
        if (misfits.length === 0) change.mutate(draft)
      }}
    >
      {of.maySetOptions ? (
        <Text fz="sm" c="dimmed">
          {t('options.hint')}
        </Text>
      ) : (
        <Alert color="gray" p="xs">
          {t('options.mayNot')}
        </Alert>
      )}
      {of.misfits.length > 0 && (
        <Alert color="orange" variant="light" icon={<IconAlertTriangle />} title={t('options.misfits')}>
          <List size="sm">
            {of.misfits.map((one) => (
              <List.Item key={one.key}>
                <Text span ff="monospace" fz="sm" className="wrap-anywhere">
                  {one.key} = {JSON.stringify(one.value)}
                </Text>
                {': '}
                {t(`options.misfit.${one.misfit}`)}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      <OptionFields
        fields={of.form}
        values={draft}
        onChange={setDraft}
        problems={problems}
        readOnly={!of.maySetOptions}
      />
      <ProblemNotice error={change.error} />
    </Confirm>
  )
}
