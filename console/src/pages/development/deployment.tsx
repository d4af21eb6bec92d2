import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { developmentCalls } from '../../api/development-calls.ts'
import { developmentQueries } from '../../api/development-queries.ts'
import type { DeploymentDetail, DeploymentItem } from '../../api/development-shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Facts } from '../../ui/facts.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { MarkdownText } from '../../ui/markdown.tsx'
import { Page } from '../../ui/page.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { CHECK_LOOKS } from '../operations/standing.ts'
import { DEPLOYMENT_LOOKS, ITEM_LOOKS } from './looks.ts'
import { reasonSentence } from './reason.ts'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/development/deployments/$deploymentId')

/** One deployment, live: file by file how it stands, who checks it and what they said. */
export function DeploymentPage() {
  const { t } = useTranslation()
  const params = route.useParams()
  const workspaceId = Number(params.workspaceId)
  const { data, error } = useQuery(developmentQueries.deployment(workspaceId, Number(params.deploymentId)))
  if (data) return <Shown deployment={data} />
  return (
    <Page
      title={t('deployment.one', { id: params.deploymentId })}
      trail={[[links.deployments(workspaceId), t('deployment.title')]]}
    >
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

function Shown({ deployment }: { deployment: DeploymentDetail }) {
  const { t } = useTranslation()
  const me = useMe()
  const client = useQueryClient()
  const withdraw = useMutation({
    mutationFn: () => developmentCalls.withdrawDeployment(deployment.workspaceId, deployment.id),
    onSettled: () => {
      for (const name of ['deployments', 'files', 'operations']) void client.invalidateQueries({ queryKey: [name] })
    },
  })
  const mine = deployment.createdBy.id === me.user.id
  const held = deployment.items.some(({ state }) => state === 'checking')
  return (
    <Page
      title={deployment.name}
      trail={[[links.deployments(deployment.workspaceId), t('deployment.title')]]}
      beside={
        <span role="status">
          <StateBadge look={DEPLOYMENT_LOOKS[deployment.state]} />
        </span>
      }
      description={deployment.comment}
      actions={
        mine &&
        held && (
          <Button
            variant="default"
            leftSection={<IconArrowBackUp {...iconProps} />}
            loading={withdraw.isPending}
            onClick={() => withdraw.mutate()}
          >
            {t('deployment.withdraw')}
          </Button>
        )
      }
    >
      <ProblemNotice error={withdraw.error} />
      <Card>
        <Facts
          of={[
            [t('deployment.id'), deployment.id],
            [t('development.kind'), t(`deploymentKind.${deployment.kind}`)],
            [t('deployment.by'), deployment.createdBy.name],
            [t('ui.created'), <Instant key="at" at={deployment.createdAt} />],
            [t('deployment.origin'), deployment.imported && t('deployment.imported')],
          ]}
        />
      </Card>
      <Section title={t('deployment.files')} description={t('deployment.filesHint')}>
        <Card padding={0}>
          <RowTable
            label={t('deployment.files')}
            columns={useColumns(deployment)}
            rows={deployment.items}
            keyOf={(item) => `${item.fileId} ${item.innerKey ?? ''}`}
            minWidth={900}
            maxHeight={640}
          />
        </Card>
      </Section>
    </Page>
  )
}

function useColumns({
  workspaceId,
  kind,
}: Pick<DeploymentDetail, 'workspaceId' | 'kind'>): readonly Column<DeploymentItem>[] {
  const { t } = useTranslation()
  return [
    {
      key: 'name',
      header: t('development.name'),
      cell: (item) => (
        <>
          <LinkTo {...links.file(workspaceId, item.fileId)} className="wrap-anywhere">
            {item.name}
          </LinkTo>
          {/* A version that is not submitted yet is none. */}
          {(item.innerKey !== null || kind !== 'commit' || item.state === 'done') && (
            <Text fz="xs" c="dimmed" className="wrap-anywhere">
              {item.innerKey === null
                ? t('file.version', { version: item.version })
                : t('deployment.inner', { key: item.innerKey })}
            </Text>
          )}
        </>
      ),
    },
    { key: 'change', header: t('deployment.change'), width: 100, cell: (item) => t(`fileChange.${item.change}`) },
    {
      key: 'state',
      header: t('development.state'),
      width: 220,
      cell: (item) => (
        <Stack gap={4} align="flex-start">
          <StateBadge look={ITEM_LOOKS[item.state]} />
          {item.state === 'passed' && item.waitsFor.length > 0 && (
            <Text fz="xs" c="dimmed">
              {t('checkWay.waitsFor', { names: item.waitsFor.join(t('ui.listSeparator')) })}
            </Text>
          )}
          {item.reasons.map((reason) => (
            <Text key={reason.code} fz="xs" className="wrap-anywhere">
              {reasonSentence(reason)}
            </Text>
          ))}
        </Stack>
      ),
    },
    {
      key: 'checks',
      header: t('deployment.checks'),
      cell: (item) =>
        item.checks.length === 0 ? (
          <Text fz="sm" c="dimmed">
            {t('checkWay.nobody')}
          </Text>
        ) : (
          <Stack gap="xs">
            {item.checks.map((check) => (
              <div key={check.extensionName}>
                <Group gap="xs">
                  <Text fz="sm" fw={500}>
                    {check.extensionName}
                  </Text>
                  <StateBadge look={CHECK_LOOKS[check.state]} size="sm" />
                </Group>
                {check.comment && <MarkdownText text={check.comment} />}
              </div>
            ))}
          </Stack>
        ),
    },
    {
      key: 'operation',
      header: t('deployment.process'),
      width: 120,
      cell: (item) =>
        item.operationId && (
          <LinkTo
            {...links.operationHere(item.operationId)}
            aria-label={t('deployment.processOf', { name: item.name })}
          >
            {t('checkWay.details')}
          </LinkTo>
        ),
    },
  ]
}
