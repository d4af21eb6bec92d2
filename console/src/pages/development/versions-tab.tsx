import type { FileBody } from '@holdpoint/core'
import { Badge, Button, Group, Modal, Paper, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { developmentQueries } from '../../api/development-queries.ts'
import type { FileDetail, FileVersion } from '../../api/development-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { ComparedTexts } from '../../ui/compared-texts.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LineDifferences } from '../../ui/line-differences.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { contentOf, isSqlBody, settingsOf } from './bodies.ts'

type Side = { readonly label: string; readonly body: FileBody }

/** The committed versions, newest first, each compared with the one before it or with what is written now. */
export function VersionsTab({ file, draft }: { file: FileDetail; draft: FileBody }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(developmentQueries.versions(file.workspaceId, file.id))
  const [compared, setCompared] = useState<readonly [before: Side, after: Side] | null>(null)
  const sideOf = ({ number, body }: FileVersion): Side => ({ label: t('file.version', { version: number }), body })
  if (error) return <ProblemNotice error={error} />
  if (!data) return <Skeleton height={120} />
  if (data.length === 0) return <Empty title={t('versions.empty')} next={t('versions.emptyNext')} />
  return (
    <Stack gap="xs">
      {data.map((version, at) => {
        const before = data[at + 1]
        return (
          <Paper key={version.number} withBorder p="xs">
            <Group gap="xs">
              <Text fw={600} fz="sm">
                {t('file.version', { version: version.number })}
              </Text>
              {version.isDeployed && (
                <Badge variant="light" color="green" tt="none" className="state-badge">
                  {t('versions.deployed')}
                </Badge>
              )}
            </Group>
            <Text fz="xs" c="dimmed">
              {version.committedBy && `${version.committedBy.name} · `}
              <Instant at={version.committedAt} />
            </Text>
            {version.comment && (
              <Text fz="sm" mt={4} className="wrap-anywhere plain">
                {version.comment}
              </Text>
            )}
            <Group gap={4} mt={4}>
              {before && (
                <Button
                  size="compact-xs"
                  variant="subtle"
                  aria-label={t('versions.whatChangedIn', { version: version.number })}
                  onClick={() => setCompared([sideOf(before), sideOf(version)])}
                >
                  {t('versions.whatChanged')}
                </Button>
              )}
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={t('versions.withDraftOf', { version: version.number })}
                onClick={() => setCompared([sideOf(version), { label: t('versions.draft'), body: draft }])}
              >
                {t('versions.withDraft')}
              </Button>
              {version.operationId && (
                <LinkTo {...links.operationHere(version.operationId)} fz="xs">
                  {t('versions.checks')}
                </LinkTo>
              )}
            </Group>
          </Paper>
        )
      })}
      {compared && <Compared sides={compared} close={() => setCompared(null)} />}
    </Stack>
  )
}

export function Compared(props: { sides: readonly [before: Side, after: Side]; close: () => void }) {
  const { t } = useTranslation()
  const [before, after] = props.sides
  const settings = [settingsOf(before.body), settingsOf(after.body)] as const
  const sameContent = contentOf(before.body) === contentOf(after.body)
  return (
    <Modal
      opened
      onClose={props.close}
      size="90%"
      title={t('versions.compared', { before: before.label, after: after.label })}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Stack>
        <Part title={t('file.content')}>
          {sameContent ? (
            <Text fz="sm" c="dimmed">
              {t('versions.sameContent')}
            </Text>
          ) : (
            <ComparedTexts
              sql={isSqlBody(after.body)}
              before={{ label: before.label, text: contentOf(before.body) }}
              after={{ label: after.label, text: contentOf(after.body) }}
            />
          )}
        </Part>
        <Part title={t('file.settings')}>
          {settings[0] === settings[1] ? (
            <Text fz="sm" c="dimmed">
              {t('versions.sameSettings')}
            </Text>
          ) : (
            <LineDifferences label={t('file.settings')} before={settings[0]} after={settings[1]} />
          )}
        </Part>
      </Stack>
    </Modal>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Text fz="sm" fw={600} mb={4}>
        {title}
      </Text>
      {children}
    </div>
  )
}
