import { Alert, Button, FileButton, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core'
import { IconCircleCheck, IconFileUpload, IconHourglass } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { ProblemError } from '../../api/client.ts'
import type { Environment, FlowSpecImported } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { iconProps } from '../../ui/icon.ts'
import { LinkTo } from '../../ui/link.tsx'

type Props = { workspaceId: number; environment: Environment; close: () => void; imported: () => Promise<unknown> }

/** Imports nodes from a FlowSpec: the whole file or nothing. */
export default function ImportDialog({ workspaceId, environment, close, imported }: Props) {
  const { t } = useTranslation()
  const [text, setText] = useState('')
  const [fileName, setFileName] = useState<string | null>(null)
  const run = useMutation({
    mutationFn: () => calls.importFlowSpec(workspaceId, { environment, flowspec: text }),
    onSuccess: imported,
  })
  if (run.data) return <Imported workspaceId={workspaceId} result={run.data} close={close} />
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t('import.title')}
      verb={t('import.verb')}
      busy={run.isPending}
      disabled={text.trim() === ''}
      confirm={() => run.mutate()}
    >
      <Text fz="sm">{t('import.hint', { environment: t(`nodes.${environment}`) })}</Text>
      <Group gap="sm">
        <FileButton
          accept=".json,.flowspec,.spec,application/json"
          onChange={(file) => {
            if (!file) return
            setFileName(file.name)
            run.reset()
            void file.text().then(setText)
          }}
        >
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconFileUpload {...iconProps} />}>
              {t('import.file')}
            </Button>
          )}
        </FileButton>
        <Text fz="sm" c="dimmed">
          {fileName ?? t('import.orPaste')}
        </Text>
      </Group>
      <Textarea
        label={t('import.text')}
        autosize
        minRows={8}
        maxRows={18}
        spellCheck={false}
        value={text}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
        onChange={(event) => {
          setText(event.currentTarget.value)
          run.reset()
        }}
      />
      <Place error={run.error} />
      <ProblemNotice error={run.error} />
    </Confirm>
  )
}

/** Where in the file the fault is. */
function Place({ error }: { error: Error | null }) {
  const { t } = useTranslation()
  const path = error instanceof ProblemError ? error.problem.details?.path : undefined
  if (typeof path !== 'string' || path === '') return null
  return (
    <Text fz="sm" fw={600} className="wrap-anywhere">
      {t('import.place')}{' '}
      <Text span ff="monospace" fz="sm">
        {path}
      </Text>
    </Text>
  )
}

function Imported(props: { workspaceId: number; result: FlowSpecImported; close: () => void }) {
  const { t } = useTranslation()
  const { workspaceId, result, close } = props
  return (
    <Modal
      opened
      onClose={close}
      title={t('import.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Stack>
        <Alert color="green" icon={<IconCircleCheck />} role="status">
          {t('import.done', { created: result.created.length, updated: result.updated.length })}
        </Alert>
        {result.deploymentId !== null && (
          <Alert color="blue" icon={<IconHourglass />} role="status" title={t('import.held')}>
            <LinkTo {...links.deployment(workspaceId, result.deploymentId)} fz="sm">
              {t('nav.deployments')}
            </LinkTo>
          </Alert>
        )}
        {result.warnings.length > 0 && (
          <Alert color="yellow" title={t('import.warnings')}>
            <List size="sm">
              {result.warnings.map((warning) => (
                <List.Item key={warning}>{warning}</List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Group justify="flex-end">
          <Button onClick={close}>{t('ui.close')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
