import type { NodeParameter } from '@holdpoint/core'
import { Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { serverNow } from '../../api/client.ts'
import { developmentCalls } from '../../api/development-calls.ts'
import type { FileDetail } from '../../api/development-shapes.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'

type Props = {
  file: FileDetail
  basic: boolean
  /** What is selected in the editor: only that runs. */
  selected: string
  parameters: readonly NodeParameter[]
  close: () => void
}

const DAY_MS = 86_400_000
const textOf = (parameters: readonly NodeParameter[]) =>
  parameters.map(({ name, value }) => (name === null ? value : `${name}=${value}`)).join(' ')

/** Runs the draft, or what of it is selected, on the data source; how it goes is seen below the editor. */
export default function RunCodeDialog({ file, basic, selected, parameters, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const own = textOf(parameters)
  const [bizdate, setBizdate] = useState(() => new Date(serverNow() - DAY_MS).toISOString().slice(0, 10))
  const [values, setValues] = useState(own)
  const content = selected.trim() === '' ? undefined : selected
  const run = useMutation({
    mutationFn: () =>
      developmentCalls.runCode(file.workspaceId, file.id, {
        revision: file.revision,
        bizdate,
        ...(content !== undefined && { content }),
        parameters: values.trim() === own ? null : values.trim(),
      }),
    onSuccess: ({ operation }) => {
      for (const name of ['code-runs', 'files', 'operations']) void client.invalidateQueries({ queryKey: [name] })
      close()
      void navigate({ to: '.', search: (now: object) => ({ ...now, run: operation.id }), replace: true })
    },
  })
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t('codeRun.ask', { name: file.name })}
      verb={t(content === undefined ? 'file.run' : 'file.runSelection')}
      busy={run.isPending}
      disabled={bizdate === ''}
      confirm={() => run.mutate()}
    >
      <Text fz="sm">{t(basic ? 'codeRun.meaningBasic' : 'codeRun.meaning')}</Text>
      {content !== undefined && <CodeBlock text={content} label={t('codeRun.selected')} mah={160} />}
      <TextInput
        label={t('codeRun.bizdate')}
        type="date"
        required
        value={bizdate}
        error={fieldProblem(run.error, 'bizdate')}
        onChange={(event) => setBizdate(event.currentTarget.value)}
      />
      <TextInput
        label={t('node.parameters')}
        description={t('codeRun.parametersHint')}
        value={values}
        error={fieldProblem(run.error, 'parameters')}
        onChange={(event) => setValues(event.currentTarget.value)}
      />
      <WhoChecks workspaceId={file.workspaceId} environment="PROD" point="run-file" fileType={file.fileType} />
      <ProblemNotice error={run.error} />
    </Confirm>
  )
}
