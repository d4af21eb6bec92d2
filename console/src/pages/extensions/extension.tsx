import { may } from '@holdpoint/core/access'
import { Badge, Skeleton } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type ComponentType, lazy } from 'react'
import { queries } from '../../api/queries.ts'
import type { ExtensionView, Me } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { principalOf, useMe } from '../../session.ts'
import { type TextKey, useTranslation, withTextsOf } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { Card } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Life } from './life.tsx'
import { MoreMenu } from './more-menu.tsx'
import { EXTENSION_LOOKS } from './status.ts'
import { VerbButton } from './verbs.tsx'

const route = getRouteApi('/signed-in/extensions/$code')

export type TabProps = { readonly extension: ExtensionView }
type Tab = {
  readonly text: TextKey
  readonly component: ComponentType<TabProps>
  /** For which extensions; all where it says nothing. */
  readonly shown?: (extension: ExtensionView, me: Me) => boolean
}

/** The parts of the page, in their order, by the word in the address. A part is a line here and a component of its own, read when it is opened. */
const TABS: Readonly<Record<string, Tab>> = {
  overview: { text: 'life.overview', component: lazy(() => import('./overview-tab.tsx')) },
  function: {
    text: 'function.tab',
    component: lazy(() => import('./function-tab.tsx')),
    shown: ({ deployment }) => deployment === 'function',
  },
  invocations: {
    text: 'function.runs',
    component: lazy(() => import('./invocations-tab.tsx')),
    shown: ({ deployment }) => deployment === 'function',
  },
  versions: { text: 'life.versions', component: lazy(() => import('./versions-tab.tsx')) },
  review: { text: 'life.review', component: lazy(() => import('./review-tab.tsx')) },
  trial: {
    text: 'trial.tab',
    component: lazy(() => import('./trial-tab.tsx')),
    // For those who may work on the version that is under test.
    shown: ({ status, next, may }) => (next?.status ?? status) === 'testing' && may.includes('edit'),
  },
  history: { text: 'life.history', component: lazy(() => import('./history-tab.tsx')) },
  deliveries: { text: 'life.deliveries', component: lazy(() => import('./deliveries-tab.tsx')) },
  credentials: {
    text: 'credentials.tab',
    component: lazy(() => withTextsOf('people', import('./credentials-tab.tsx'))),
    shown: mayManageCredentials,
  },
}

/** Rule 20: they decide for the extension, so they are its owner's, and of those who may do everything. A function answers by what it returns. */
function mayManageCredentials({ owner, deployment }: ExtensionView, me: Me): boolean {
  if (deployment === 'function') return false
  const mine = me.user.id === owner.id && may(principalOf(me), 'extension.write')
  return mine || may(principalOf(me), 'extension.credentials')
}

export function ExtensionPage() {
  const { t } = useTranslation()
  const { code } = route.useParams()
  const { data, error } = useQuery(queries.extension(code))
  if (data) return <Shown extension={data} />
  return (
    <Page title={t('extensions.title')} trail={[[links.extensions(), t('nav.extensions')]]}>
      {error ? <ProblemNotice error={error} /> : <Skeleton height={240} />}
    </Page>
  )
}

function Shown({ extension }: { extension: ExtensionView }) {
  const { t } = useTranslation()
  const navigate = route.useNavigate()
  const { tab } = route.useSearch()
  const me = useMe()
  return (
    <Page
      title={extension.name}
      trail={[[links.extensions(), t('nav.extensions')]]}
      beside={
        <>
          <StateBadge look={EXTENSION_LOOKS[extension.status]} />
          <Badge variant="default" tt="none" fw={500}>
            {t('check.version', { version: extension.version })}
          </Badge>
          {extension.next && (
            <Badge variant="outline" color="gray" tt="none" fw={500}>
              {t('life.next', {
                version: extension.next.version,
                status: t(EXTENSION_LOOKS[extension.next.status].text),
              })}
            </Badge>
          )}
        </>
      }
      description={extension.description}
      actions={<Actions extension={extension} />}
    >
      <Card>
        <Life extension={extension} />
      </Card>
      <PageTabs
        label={t('life.tabs')}
        tab={tab}
        go={(word) => void navigate({ search: { tab: word } })}
        tabs={Object.entries(TABS)
          .filter(([, one]) => one.shown?.(extension, me) ?? true)
          .map(([word, { text, component: Component }]) => ({
            word,
            text,
            show: () => <Component extension={extension} />,
          }))}
      />
    </Page>
  )
}

/** What may be done now; deciding about a submission is done where one sees it. */
function Actions({ extension }: TabProps) {
  const { t } = useTranslation()
  const { code, name, version, revision, next, may } = extension
  const standing = { code, name, version, revision }
  const worked = next ? { code, name, version: next.version, revision: next.revision } : standing
  const publishes = next?.status === 'approved' ? { ...worked, running: version } : standing
  return (
    <>
      {may.includes('edit') && (
        <LinkButton {...links.editExtension(code)} variant="default" leftSection={<IconPencil {...iconProps} />}>
          {t('extension.edit')}
        </LinkButton>
      )}
      {may.includes('submit') && <VerbButton verb="submit" of={worked} />}
      {may.includes('withdraw') && <VerbButton verb="withdraw" of={worked} />}
      {may.includes('publish') && <VerbButton verb="publish" of={publishes} />}
      {may.includes('disable') && <VerbButton verb="disable" of={standing} />}
      {may.includes('discard') && <VerbButton verb="discard" of={worked} />}
      <MoreMenu extension={extension} />
    </>
  )
}
