import { List, ScrollArea, Text, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import type { DeploymentDetail, DeploymentKind, FileSummary } from '../../api/development-shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { WhoChecks } from '../workspaces/who-checks.tsx'
import { pointOf, verbOf } from './looks.ts'

const MOST_CHARACTERS = 1_024

type Props = {
  workspaceId: number
  kind: DeploymentKind
  basic: boolean
  files: readonly FileSummary[]
  close: () => void
  done: (deployment: DeploymentDetail) => void
}

/** Says what is about to be asked for, what it means, and who will check each file before it takes effect. */
export default function DeployDialog({ workspaceId, kind, basic, files, close, done }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [comment, setComment] = useState('')
  const deploy = useMutation({
    mutationFn: () =>
      developmentCalls.deploy(workspaceId, {
        kind,
        comment: comment.trim(),
        files: files.map(({ id, revision }) => ({ fileId: id, ...(kind === 'commit' && { revision }) })),
      }),
    onSuccess: (deployment) => {
      close()
      done(deployment)
    },
    onSettled: () => {
      for (const name of ['files', 'deployments', 'operations']) void client.invalidateQueries({ queryKey: [name] })
    },
  })
  const [only] = files
  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t(files.length === 1 ? 'deploy.titleOne' : 'deploy.title', {
        verb: t(verbOf(kind, basic)),
        name: only?.name ?? '',
        count: files.length,
      })}
      verb={t(verbOf(kind, basic))}
      danger={kind === 'delete'}
      busy={deploy.isPending}
      confirm={() => deploy.mutate()}
    >
      {files.length > 1 && (
        <ScrollArea.Autosize
          mah={180}
          type="auto"
          viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': t('development.files') }}
        >
          <List size="sm">
            {files.map(({ id, name }) => (
              <List.Item key={id}>{name}</List.Item>
            ))}
          </List>
        </ScrollArea.Autosize>
      )}
      <Text fz="sm">{t(kind === 'commit' && basic ? 'deploy.meaning.basic' : `deploy.meaning.${kind}`)}</Text>
      {kind !== 'delete' && (
        <Textarea
          label={t('deploy.comment')}
          autosize
          minRows={2}
          maxLength={MOST_CHARACTERS}
          data-autofocus
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
      )}
      <WhoChecks
        workspaceId={workspaceId}
        environment="PROD"
        point={pointOf(kind, basic)}
        fileType={files.length === 1 && only ? only.fileType : null}
      />
      <ProblemNotice error={deploy.error} />
    </Confirm>
  )
}
