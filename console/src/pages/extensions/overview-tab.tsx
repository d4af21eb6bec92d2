import { List, Stack, Text } from '@mantine/core'
import type { ExtensionView } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkOut, LinkTo } from '../../ui/link.tsx'
import { Card, Section } from '../../ui/section.tsx'

/** What the version that runs says. */
export default function OverviewTab({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const me = useMe()
  const names = useEventNames()
  const testWorkspace = me.workspaces.find((one) => one.id === extension.testWorkspaceId)
  return (
    <Stack gap="md">
      <div className="two-columns">
        <Section title={t('extension.facts')}>
          <Card>
            <Facts
              of={[
                [t('extension.code'), <Copyable key="code" value={extension.code} />],
                [t('life.deployment'), t(`life.${extension.deployment}`)],
                [t('extensions.owner'), extension.owner.name],
                [t('extensions.level'), t(`extension.level.${extension.level}`)],
                [t('life.modules'), extension.modules.map(names.module).join(t('ui.listSeparator'))],
                [t('life.categories'), extension.categories.map(names.category).join(t('ui.listSeparator'))],
                [
                  t('function.portable'),
                  extension.portability.length === 0
                    ? t('function.portableYes')
                    : extension.portability
                        .map(({ code, points }) =>
                          t(`function.notPortable.${code}`, {
                            points: points.map(names.event).join(t('ui.listSeparator')),
                          }),
                        )
                        .join(' '),
                ],
                [
                  t('form.testWorkspace'),
                  testWorkspace ? (
                    <LinkTo key="test" {...links.nodes(testWorkspace.id)}>
                      {testWorkspace.name}
                    </LinkTo>
                  ) : (
                    (extension.testWorkspaceName ?? extension.testWorkspaceId)
                  ),
                ],
                [t('form.onUnanswered'), t(extension.onUnanswered === 'block' ? 'form.block' : 'form.pass')],
                [
                  t('form.detailUrl'),
                  extension.detailUrl && <LinkOut href={extension.detailUrl}>{extension.detailUrl}</LinkOut>,
                ],
                [
                  t('form.helpDocUrl'),
                  extension.helpDocUrl && <LinkOut href={extension.helpDocUrl}>{extension.helpDocUrl}</LinkOut>,
                ],
                [t('extension.submittedBy'), extension.submittedBy?.name],
                [t('ui.created'), <Instant key="created" at={extension.createdAt} />],
                [t('ui.changed'), <Instant key="changed" at={extension.modifiedAt} />],
              ]}
            />
          </Card>
        </Section>
        <Section title={t('extensions.points')}>
          <Card>
            <List size="sm" spacing={4}>
              {extension.points.map((point) => (
                <List.Item key={point}>
                  {names.event(point)}{' '}
                  <Text span fz="xs" c="dimmed" ff="monospace">
                    {point}
                  </Text>
                </List.Item>
              ))}
            </List>
          </Card>
        </Section>
      </div>
      <TextSection
        title={t('form.parameters')}
        hint={t('form.parametersHint')}
        text={extension.parameters}
        none={t('extension.noParameters')}
      />
      <TextSection
        title={t('life.options')}
        hint={t('life.optionsHint')}
        text={extension.options}
        none={t('life.noOptions')}
      />
    </Stack>
  )
}

function TextSection({ title, hint, text, none }: { title: string; hint: string; text: string; none: string }) {
  return (
    <Section title={title} description={hint}>
      {text ? (
        <CodeBlock text={text} label={title} />
      ) : (
        <Text fz="sm" c="dimmed">
          {none}
        </Text>
      )}
    </Section>
  )
}
