import { Alert, Checkbox, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import type { TableChange, TableDetail } from '../../api/development-shapes.ts'
import type { Environment } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { notify } from '../../ui/notify.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'
import { ChangeList, changeText } from './table-environment.tsx'

type Props = {
  table: TableDetail
  environment: Environment
  changes: readonly TableChange[]
  close: () => void
}

/** What is about to be done to the real table. Each change that would lose data is asked for by itself. */
export function SubmitTableDialog({ table, environment, changes, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [allowed, setAllowed] = useState<readonly string[]>([])
  const losses = changes.flatMap((change) => (change.loss === null ? [] : [{ change, loss: change.loss }]))
  const submit = useMutation({
    mutationFn: () =>
      developmentCalls.submitTable(table.workspaceId, table.id, {
        environment,
        revision: table.revision,
        losses: allowed,
      }),
    onSuccess: ({ operation }) => {
      close()
      if (operation.state === 'done') void notify({ colour: 'gray', message: t('tables.applying') })
      else void navigate(links.operationHere(operation.id))
    },
    onSettled: () => {
      for (const name of ['tables', 'operations']) void client.invalidateQueries({ queryKey: [name] })
    },
  })
  const verb = environment === 'PROD' ? 'tables.submitToProduction' : 'tables.submitToDevelopment'
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t(verb)}
      verb={t(verb)}
      danger={losses.length > 0}
      busy={submit.isPending}
      disabled={allowed.length < losses.length}
      confirm={() => submit.mutate()}
    >
      <Text fz="sm">{t('tables.submitMeaning', { name: table.name, environment: t(`nodes.${environment}`) })}</Text>
      <ChangeList changes={changes} />
      {losses.length > 0 && (
        <Alert color="red" p="sm" icon={<IconAlertTriangle />} title={t('tables.losses')}>
          <Stack gap="xs">
            {losses.map(({ change, loss }) => (
              <Checkbox
                key={loss}
                label={t('tables.allowLoss', { change: changeText(t, change) })}
                checked={allowed.includes(loss)}
                onChange={(event) =>
                  setAllowed(event.currentTarget.checked ? [...allowed, loss] : allowed.filter((one) => one !== loss))
                }
              />
            ))}
          </Stack>
        </Alert>
      )}
      <WhoChecks
        workspaceId={table.workspaceId}
        environment="PROD"
        point={environment === 'PROD' ? 'deploy-table' : 'commit-table'}
      />
      <ProblemNotice error={submit.error} />
    </Confirm>
  )
}
