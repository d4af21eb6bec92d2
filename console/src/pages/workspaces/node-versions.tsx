import { Badge, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import type { NodeDetail, NodeVersion } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LineDifferences } from '../../ui/line-differences.tsx'
import { Card, Section } from '../../ui/section.tsx'

/** The newest versions of a node's definition, with what each changes. */
export default function NodeVersions({ node }: { node: NodeDetail }) {
  const { t } = useTranslation()
  const { data, error } = useQuery(queries.nodeVersions(node.workspaceId, node.id))
  return (
    <Section title={t('nodeVersions.title')} description={t('nodeVersions.hint')}>
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={160} />}
      <Stack gap="sm">
        {data?.items.map((one, at) => (
          <Card key={one.version}>
            <Group gap="sm">
              <Text fw={600}>{t('nodeVersions.one', { version: one.version })}</Text>
              {one.version === node.version && <Badge variant="light">{t('nodeVersions.current')}</Badge>}
              <Text fz="sm" c="dimmed">
                {one.madeBy && `${one.madeBy.name} · `}
                {one.madeAt ? <Instant at={one.madeAt} /> : t('nodeVersions.undated')}
              </Text>
            </Group>
            <Changes of={one} before={data.items[at + 1]} />
          </Card>
        ))}
      </Stack>
    </Section>
  )
}

function Changes({ of, before }: { of: NodeVersion; before: NodeVersion | undefined }) {
  const { t } = useTranslation()
  if (of.version > 1 && !before) return null
  const parts = [
    ['nodeVersions.script', scriptOf],
    ['nodeVersions.settings', settingsOf],
  ] as const
  return (
    <Disclosure label={t(before ? 'nodeVersions.changes' : 'nodeVersions.whole')}>
      <Stack gap="sm">
        {parts.map(
          ([text, read]) =>
            (before === undefined || read(before) !== read(of)) && (
              <div key={text}>
                <Text fz="sm" fw={600} mb={4}>
                  {t(text)}
                </Text>
                <LineDifferences label={t(text)} before={before ? read(before) : null} after={read(of)} />
              </div>
            ),
        )}
      </Stack>
    </Disclosure>
  )
}

const scriptOf = ({ definition }: NodeVersion) => (definition.script as { content?: string } | null)?.content ?? ''

function settingsOf({ definition: { script, ...rest } }: NodeVersion): string {
  const { content: _, ...file } = (script ?? {}) as Record<string, unknown>
  // What a file calls an upstream node differs from file to file; its output says which one it is.
  const kept = (name: string, value: unknown) => (name === 'upstreamKey' ? undefined : value)
  return JSON.stringify({ ...rest, script: file }, kept, 2)
}
