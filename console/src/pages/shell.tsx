import { ActionIcon, AppShell, Burger, Button, Group, Kbd, ScrollArea, Select, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { links } from '../links.ts'
import { LivenessContext, useLiveChanges } from '../live.ts'
import { keepPreference, readPreference } from '../preferences.ts'
import { useMay, useMe } from '../session.ts'
import { useTranslation } from '../text/index.ts'
import { FLOATING_ID } from '../theme.ts'
import { Announcement } from '../ui/announcement.tsx'
import { iconProps } from '../ui/icon.ts'
import { useShortcuts } from '../ui/shortcuts.ts'
import { OperationDrawer } from './operations/drawer.tsx'
import { LivenessBanner, LivenessMark } from './shell/liveness.tsx'
import { Logo } from './shell/logo.tsx'
import { LanguageMenu, PersonMenu, ThemeMenu } from './shell/menus.tsx'
import { placesOf } from './shell/places.ts'

const Finder = lazy(() => import('./shell/finder.tsx'))
const ShortcutsDialog = lazy(() => import('./shell/shortcuts-dialog.tsx'))

/** The workspace in the address, else the one last looked at, else the first. */
function useCurrentWorkspace(): number | undefined {
  const me = useMe()
  const params = useParams({ strict: false })
  const inAddress = params.workspaceId === undefined ? undefined : Number(params.workspaceId)
  useEffect(() => {
    if (inAddress !== undefined) keepPreference('workspace', String(inAddress))
  }, [inAddress])
  if (inAddress !== undefined) return inAddress
  const last = Number(readPreference('workspace'))
  return (me.workspaces.find((workspace) => workspace.id === last) ?? me.workspaces[0])?.id
}

export function Shell() {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const navigate = useNavigate()
  const liveness = useLiveChanges()
  const workspaceId = useCurrentWorkspace()
  const [menuOpened, menu] = useDisclosure(false)
  const [finding, finder] = useDisclosure(false)
  const [helping, help] = useDisclosure(false)
  const [singleKeys, setSingleKeys] = useState(readPreference('single-keys') !== 'off')
  const groups = placesOf(workspaceId, {
    users: may('user.write'),
    audit: may('audit.read') || me.workspaces.some((workspace) => may('audit.read', workspace.id)),
  })
  const places = groups.flatMap((group) => group.places)

  useShortcuts(
    {
      '?': help.open,
      '/': () => document.querySelector<HTMLInputElement>('main [data-filter]')?.focus(),
      ...Object.fromEntries(
        places.filter((place) => place.key).map((place) => [`g ${place.key}`, () => void navigate(place.link)]),
      ),
    },
    singleKeys,
  )
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      finder.open()
    }
    document.addEventListener('keydown', press)
    return () => document.removeEventListener('keydown', press)
  }, [finder.open])

  return (
    <LivenessContext value={liveness}>
      <a className="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      <AppShell
        header={{ height: 52 }}
        navbar={{ width: 240, breakpoint: 'sm', collapsed: { mobile: !menuOpened } }}
        padding="md"
      >
        <AppShell.Header>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
            <Group gap="sm" wrap="nowrap">
              <Burger
                opened={menuOpened}
                onClick={menu.toggle}
                hiddenFrom="sm"
                size="sm"
                aria-label={t('shell.menu')}
              />
              <Link {...links.home()} className="logo">
                <Logo />
              </Link>
            </Group>
            <Group gap={6} wrap="nowrap">
              <Button
                variant="default"
                size="xs"
                visibleFrom="md"
                leftSection={<IconSearch {...iconProps} />}
                rightSection={<Kbd size="xs">Ctrl K</Kbd>}
                onClick={finder.open}
              >
                {t('shell.find')}
              </Button>
              <ActionIcon
                variant="default"
                hiddenFrom="md"
                size="lg"
                aria-label={t('shell.find')}
                onClick={finder.open}
              >
                <IconSearch size={18} />
              </ActionIcon>
              <LivenessMark />
              <LanguageMenu />
              <ThemeMenu />
              <PersonMenu showShortcuts={help.open} />
            </Group>
          </Group>
        </AppShell.Header>

        <AppShell.Navbar p="xs" aria-label={t('shell.places')}>
          {me.workspaces.length > 0 && (
            <Select
              label={t('shell.workspace')}
              size="sm"
              mb="xs"
              searchable={me.workspaces.length > 8}
              allowDeselect={false}
              data={me.workspaces.map((workspace) => ({ value: String(workspace.id), label: workspace.name }))}
              value={workspaceId === undefined ? null : String(workspaceId)}
              nothingFoundMessage={t('finder.nothing')}
              onChange={(id) => {
                if (id === null) return
                menu.close()
                void navigate(links.nodes(Number(id)))
              }}
            />
          )}
          <ScrollArea className="grow">
            {groups.map((group) => (
              <div key={group.text ?? 'top'}>
                {group.text && (
                  <Text fz="xs" fw={600} c="dimmed" px="xs" pt="sm" pb={4}>
                    {t(group.text)}
                  </Text>
                )}
                {group.places.map((place) => (
                  <Link
                    key={place.text}
                    {...place.link}
                    className="place"
                    activeOptions={{ exact: place.exact ?? false, includeSearch: false }}
                    activeProps={{ 'aria-current': 'page' }}
                    onClick={menu.close}
                  >
                    <place.icon size={18} stroke={1.6} aria-hidden />
                    <span>{t(place.text)}</span>
                  </Link>
                ))}
              </div>
            ))}
          </ScrollArea>
        </AppShell.Navbar>

        <AppShell.Main id="main" tabIndex={-1}>
          <LivenessBanner />
          <Outlet />
          <div id={FLOATING_ID} />
        </AppShell.Main>
      </AppShell>
      <OperationDrawer />
      <Announcement />
      <Suspense>
        {finding && <Finder close={finder.close} groups={groups} workspaceId={workspaceId} />}
        {helping && (
          <ShortcutsDialog
            close={help.close}
            places={places}
            singleKeys={singleKeys}
            setSingleKeys={(on) => {
              keepPreference('single-keys', on ? 'on' : 'off')
              setSingleKeys(on)
            }}
          />
        )}
      </Suspense>
    </LivenessContext>
  )
}
