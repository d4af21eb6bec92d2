import { Alert, Button, Group, Skeleton, Text } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import {
  IconArrowBackUp,
  IconCloudUpload,
  IconDeviceFloppy,
  IconPlayerPlay,
  IconSend,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useBlocker } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { developmentCalls } from '../../api/development-calls.ts'
import { developmentQueries } from '../../api/development-queries.ts'
import type { DeploymentKind, FileDetail } from '../../api/development-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { notify } from '../../ui/notify.tsx'
import { Page } from '../../ui/page.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import './development.css'
import { ChangedMeanwhile } from './changed-meanwhile.tsx'
import { FileChecks } from './checks.tsx'
import { ContentEditor } from './content-editor.tsx'
import { DependenciesTab } from './dependencies-tab.tsx'
import { useDraft } from './draft.ts'
import { looksOfFile, verbOf } from './looks.ts'
import { ParametersTab } from './parameters-tab.tsx'
import { PropertiesTab } from './properties-tab.tsx'
import { ReviewsTab } from './reviews-tab.tsx'
import { CodeRunLog } from './run-log.tsx'
import { ScheduleTab } from './schedule-tab.tsx'
import { VersionsTab } from './versions-tab.tsx'

const DeployDialog = lazy(() => import('./deploy-dialog.tsx'))
const RunCodeDialog = lazy(() => import('./run-dialog.tsx'))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development/files/$fileId')

/** One file: its draft to write, what can be asked for with it, and what came of that. */
export function FilePage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(developmentQueries.file(workspaceId, Number(params.fileId)))
  if (data) return <Shown key={data.id} file={data} />
  return (
    <Page
      title={t('file.title', { id: params.fileId })}
      trail={[[links.development(workspaceId), t('development.title')]]}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

type Asked = DeploymentKind | 'run'

function Shown({ file }: { file: FileDetail }) {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const client = useQueryClient()
  const navigate = route.useNavigate()
  const { tab } = route.useSearch()
  const draft = useDraft(file)
  const [selected, setSelected] = useState('')
  const [asked, setAsked] = useState<Asked | null>(null)
  const folders = useQuery(developmentQueries.folders(file.workspaceId))
  const basic = me.workspaces.find(({ id }) => id === file.workspaceId)?.mode === 'basic'
  const inBin = file.deletedAt !== null
  const writes = may('file.write', file.workspaceId) && !inBin
  const deploys = may('file.deploy', file.workspaceId)
  const folder = folders.data?.find(({ id }) => id === file.folderId)
  const restore = useMutation({
    mutationFn: () => developmentCalls.restoreFile(file.workspaceId, file.id),
    onSuccess: (restored) => {
      client.setQueryData(developmentQueries.file(file.workspaceId, file.id).queryKey, restored)
      void client.invalidateQueries({ queryKey: ['files', file.workspaceId] })
    },
  })
  /** What is asked for concerns what is kept: what was written is saved first. */
  const ask = async (what: Asked) => {
    if (draft.dirty && what !== 'delete' && !(await draft.save())) return
    setAsked(what)
  }
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => draft.dirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => draft.dirty,
    withResolver: true,
  })
  const saves = writes && draft.dirty && !draft.saving
  useHotkeys([['mod+S', () => saves && void draft.save()]], [], true)
  const why = (verb: 'commit' | 'deploy', text: 'file.nothingToSubmit' | 'file.nothingToPublish') =>
    file.may.includes(verb) || (verb === 'commit' && draft.dirty) ? null : t(text)
  const { body } = draft.now
  const set = draft.setBody
  return (
    <Page
      title={file.name}
      trail={[
        [links.development(file.workspaceId), t('development.title')],
        ...(folder ? [[links.development(file.workspaceId, { folder: folder.id }), folder.path] as const] : []),
      ]}
      beside={
        <Group gap={6}>
          {looksOfFile(file).map((look) => (
            <StateBadge key={look.text} look={look} />
          ))}
        </Group>
      }
      description={
        <Group gap="md">
          <span>
            {file.programType ?? t(`fileKind.${file.kind}`)}
            {file.version > 0 && ` · ${t('file.version', { version: file.version })}`}
            {file.deployedVersion !== null && ` · ${t('file.inProduction', { version: file.deployedVersion })}`}
          </span>
          <HeldMarks heldBy={file.heldBy} />
        </Group>
      }
      actions={
        inBin ? (
          <>
            {file.may.includes('restore') && (
              <Button
                variant="default"
                leftSection={<IconArrowBackUp {...iconProps} />}
                loading={restore.isPending}
                onClick={() => restore.mutate()}
              >
                {t('file.restore')}
              </Button>
            )}
            {file.may.includes('deploy') && (
              <Button leftSection={<IconCloudUpload {...iconProps} />} onClick={() => setAsked('deploy')}>
                {t('file.publishDeletion')}
              </Button>
            )}
          </>
        ) : (
          <>
            {writes && (
              <GuardedButton
                variant="default"
                leftSection={<IconDeviceFloppy {...iconProps} />}
                loading={draft.saving}
                why={draft.dirty ? null : t('file.nothingToSave')}
                onClick={() => void draft.save()}
              >
                {t('ui.save')}
              </GuardedButton>
            )}
            {file.kind === 'node' && may('file.run', file.workspaceId) && (
              <Button variant="default" leftSection={<IconPlayerPlay {...iconProps} />} onClick={() => void ask('run')}>
                {t(selected.trim() === '' ? 'file.run' : 'file.runSelection')}
              </Button>
            )}
            {writes && (!basic || deploys) && (
              <GuardedButton
                leftSection={<IconSend {...iconProps} />}
                why={why('commit', 'file.nothingToSubmit')}
                onClick={() => void ask('commit')}
              >
                {t(verbOf('commit', basic))}
              </GuardedButton>
            )}
            {!basic && deploys && (
              <GuardedButton
                leftSection={<IconCloudUpload {...iconProps} />}
                why={why('deploy', 'file.nothingToPublish')}
                onClick={() => void ask('deploy')}
              >
                {t('file.publish')}
              </GuardedButton>
            )}
            {writes && (
              <Button variant="default" leftSection={<IconTrash {...iconProps} />} onClick={() => void ask('delete')}>
                {t('ui.delete')}
              </Button>
            )}
          </>
        )
      }
    >
      <ProblemNotice error={restore.error} />
      {inBin && (
        <Alert color="gray" p="sm" icon={<IconTrash />} title={t('file.inBin')}>
          {t(file.deployedVersion === null ? 'file.inBinNext' : 'file.inBinDeployed')}
        </Alert>
      )}
      {draft.overtaken ? <ChangedMeanwhile file={file} draft={draft} /> : <ProblemNotice error={draft.problem} />}
      <div className="file-room">
        <ContentEditor
          file={file}
          draft={draft}
          readOnly={!writes}
          onSelection={file.kind === 'node' ? setSelected : undefined}
        />
        <PageTabs
          label={t('file.parts')}
          tab={tab}
          go={(word) => void navigate({ search: (now) => ({ ...now, tab: word }), replace: true })}
          tabs={[
            ...(body.kind === 'node'
              ? ([
                  {
                    word: 'schedule',
                    text: 'file.schedule',
                    show: () => <ScheduleTab file={file} body={body} set={set} readOnly={!writes} />,
                  },
                  {
                    word: 'dependencies',
                    text: 'file.dependencies',
                    show: () => <DependenciesTab file={file} body={body} set={set} readOnly={!writes} />,
                  },
                  {
                    word: 'parameters',
                    text: 'file.parameters',
                    show: () => <ParametersTab body={body} set={set} readOnly={!writes} />,
                  },
                ] as const)
              : []),
            {
              word: 'properties',
              text: 'file.properties',
              show: () => <PropertiesTab file={file} draft={draft} folders={folders.data ?? []} readOnly={!writes} />,
            },
            { word: 'versions', text: 'file.versions', show: () => <VersionsTab file={file} draft={body} /> },
            { word: 'reviews', text: 'file.reviews', show: () => <ReviewsTab file={file} /> },
          ]}
        />
      </div>
      <div className="file-below">
        {file.kind === 'node' ? <CodeRunLog file={file} /> : <div />}
        <FileChecks file={file} basic={basic} />
      </div>
      <Suspense>
        {asked === 'run' && (
          <RunCodeDialog
            file={file}
            basic={basic}
            selected={selected}
            parameters={body.kind === 'node' ? body.definition.parameters : []}
            close={() => setAsked(null)}
          />
        )}
        {asked !== null && asked !== 'run' && (
          <DeployDialog
            workspaceId={file.workspaceId}
            kind={asked}
            basic={basic}
            files={[file]}
            close={() => setAsked(null)}
            done={({ state, kind }) => {
              void navigate({ search: (now) => ({ ...now, run: undefined }), replace: true })
              const word = kind === 'commit' && basic ? 'deploy' : kind
              // Of what is being checked the panel of the checks tells, which a notice would cover.
              if (state === 'succeeded') void notify({ colour: 'green', message: t(`checkWay.${word}.done`) })
            }}
          />
        )}
      </Suspense>
      {blocker.status === 'blocked' && (
        <Confirm
          opened
          close={blocker.reset}
          title={t('file.unsaved')}
          verb={t('file.leave')}
          danger
          busy={false}
          confirm={blocker.proceed}
        >
          <Text fz="sm">{t('file.unsavedMeaning')}</Text>
        </Confirm>
      )}
    </Page>
  )
}
