import { ActionIcon, Button, Group, Menu, Text } from '@mantine/core'
import { IconDots, IconFilePlus, IconFolder, IconFolderPlus, IconFolders, IconTrash } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { developmentQueries } from '../../api/development-queries.ts'
import type { FileKind, FileSummary, Folder } from '../../api/development-shapes.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { links } from '../../links.ts'
import { useList } from '../../list.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { ChoiceFilter, TextFilter } from '../../ui/filters.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Page } from '../../ui/page.tsx'
import './development.css'
import { fileColumns } from './file-columns.tsx'

const NewFileDialog = lazy(() => import('./new-file-dialog.tsx'))
const FolderDialog = lazy(() => import('./folder-dialog.tsx'))
const RemoveFolder = lazy(() => import('./folder-dialog.tsx').then((file) => ({ default: file.RemoveFolder })))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development')
const keyOf = (file: FileSummary) => String(file.id)
const KINDS: readonly FileKind[] = ['node', 'resource', 'function']
const STATES = ['changed', 'committed', 'deployed'] as const

type Asked = { readonly what: 'file' } | { readonly what: 'folder' | 'move' | 'remove'; readonly folder: Folder | null }

/** The folders of a workspace and the files of one of them, or of all; and what lies in the recycle bin. */
export function DevelopmentPage() {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, folder: folderId, ...filter } = route.useSearch()
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const inBin = filter.state === 'deleted'
  const list = useList(developmentQueries.files(workspaceId, { folderId, ...filter, cursor }), cursor, keyOf)
  const folders = useQuery(developmentQueries.folders(workspaceId))
  const [asked, setAsked] = useState<Asked | null>(null)
  const here = folders.data?.find(({ id }) => id === folderId) ?? null
  const writes = may('file.write', workspaceId)
  const newFile = writes && (
    <Button leftSection={<IconFilePlus {...iconProps} />} onClick={() => setAsked({ what: 'file' })}>
      {t('development.newFile')}
    </Button>
  )
  const { state, ...narrowing } = filter
  return (
    <Page
      title={inBin ? t('development.bin') : t('development.title')}
      description={t(inBin ? 'development.binHint' : 'development.hint', {
        workspace: me.workspaces.find(({ id }) => id === workspaceId)?.name ?? workspaceId,
      })}
      actions={
        !inBin && (
          <>
            {writes && (
              <Button
                variant="default"
                leftSection={<IconFolderPlus {...iconProps} />}
                onClick={() => setAsked({ what: 'folder', folder: here })}
              >
                {t('development.newFolder')}
              </Button>
            )}
            {newFile}
          </>
        )
      }
    >
      <div className="explorer">
        <nav aria-label={t('development.folders')} className="folder-tree">
          <ProblemNotice error={folders.error} />
          <Branch
            workspaceId={workspaceId}
            current={folderId === undefined && !inBin}
            icon={<IconFolders {...iconProps} />}
          >
            {t('development.allFiles')}
          </Branch>
          {(folders.data ?? []).map((folder) => (
            <Branch
              key={folder.id}
              workspaceId={workspaceId}
              folder={folder}
              current={folder.id === folderId}
              icon={<IconFolder {...iconProps} />}
              menu={
                writes && (
                  <Menu position="bottom-end">
                    <Menu.Target>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        size="sm"
                        aria-label={t('development.actionsOf', { name: folder.path })}
                      >
                        <IconDots size={14} />
                      </ActionIcon>
                    </Menu.Target>
                    <Menu.Dropdown>
                      <Menu.Item onClick={() => setAsked({ what: 'folder', folder })}>
                        {t('development.newFolder')}
                      </Menu.Item>
                      <Menu.Item onClick={() => setAsked({ what: 'move', folder })}>
                        {t('development.rename')}
                      </Menu.Item>
                      <Menu.Item onClick={() => setAsked({ what: 'remove', folder })}>{t('ui.delete')}</Menu.Item>
                    </Menu.Dropdown>
                  </Menu>
                )
              }
            />
          ))}
          {folders.data?.length === 0 && (
            <Text fz="sm" c="dimmed" px="xs" py={4}>
              {t('development.noFolders')}
            </Text>
          )}
          <Branch workspaceId={workspaceId} state="deleted" current={inBin} icon={<IconTrash {...iconProps} />}>
            {t('development.bin')}
          </Branch>
        </nav>
        <div className="explorer-files">
          <FilteredList
            label={t('development.files')}
            list={list}
            keyOf={keyOf}
            columns={fileColumns(t, folderId === undefined ? (folders.data ?? []) : null)}
            minWidth={760}
            filters={
              <>
                <TextFilter
                  label={t('development.name')}
                  placeholder={t('development.namePlaceholder')}
                  value={filter.name}
                  w={200}
                  onChange={(name) => set({ name })}
                />
                <ChoiceFilter
                  label={t('development.kind')}
                  w={140}
                  data={KINDS.map((value) => ({ value, label: t(`fileKind.${value}`) }))}
                  value={filter.kind}
                  onChange={(kind) => set({ kind })}
                />
                {!inBin && (
                  <ChoiceFilter
                    label={t('development.state')}
                    w={190}
                    data={STATES.map((value) => ({ value, label: t(`fileState.${value}`) }))}
                    value={state}
                    onChange={(one) => set({ state: one })}
                  />
                )}
              </>
            }
            filter={inBin ? narrowing : filter}
            emptyFiltered={t('development.emptyFiltered')}
            empty={
              inBin ? (
                <Empty icon={IconTrash} title={t('development.binEmpty')} next={t('development.binEmptyNext')} />
              ) : (
                <Empty
                  icon={IconFolder}
                  title={t(here ? 'development.folderEmpty' : 'development.empty')}
                  next={t(writes ? 'development.emptyNext' : 'development.emptyNextReader')}
                  actions={newFile}
                />
              )
            }
          />
        </div>
      </div>
      <Suspense>
        {asked?.what === 'file' && (
          <NewFileDialog
            workspaceId={workspaceId}
            folders={folders.data ?? []}
            folderId={here?.id ?? null}
            close={() => setAsked(null)}
          />
        )}
        {(asked?.what === 'folder' || asked?.what === 'move') && (
          <FolderDialog
            workspaceId={workspaceId}
            folder={asked.folder}
            moves={asked.what === 'move'}
            close={() => setAsked(null)}
          />
        )}
        {asked?.what === 'remove' && asked.folder && (
          <RemoveFolder workspaceId={workspaceId} folder={asked.folder} close={() => setAsked(null)} />
        )}
      </Suspense>
    </Page>
  )
}

const INDENT_REM = 0.9

function Branch(props: {
  workspaceId: number
  current: boolean
  icon: ReactNode
  folder?: Folder
  state?: string
  menu?: ReactNode
  children?: ReactNode
}) {
  const { folder, state } = props
  const parts = folder?.path.split('/') ?? []
  return (
    <Group
      gap={2}
      wrap="nowrap"
      className="folder-branch"
      style={{ paddingLeft: `${Math.max(0, parts.length - 1) * INDENT_REM}rem` }}
    >
      <Link
        {...links.development(props.workspaceId, {
          ...(folder && { folder: folder.id }),
          ...(state !== undefined && { state }),
        })}
        activeProps={{}}
        aria-current={props.current ? 'page' : undefined}
        className="place grow"
        title={folder?.path}
      >
        {props.icon}
        <span className="folder-name">{parts.at(-1) ?? props.children}</span>
      </Link>
      {props.menu}
    </Group>
  )
}
