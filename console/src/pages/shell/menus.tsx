import { ActionIcon, Button, Menu, Text, useMantineColorScheme } from '@mantine/core'
import {
  IconDeviceDesktop,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { calls } from '../../api/calls.ts'
import { links } from '../../links.ts'
import { useMe } from '../../session.ts'
import { LANGUAGES, type Language, switchLanguage, type TextKey, useTranslation } from '../../text/index.ts'
import type { IconComponent } from '../../ui/icon.ts'

export function LanguageMenu() {
  const { i18n, t } = useTranslation()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          fw={500}
          leftSection={<IconLanguage size={18} aria-hidden />}
        >
          <span className="for-readers">{t('shell.language')}: </span>
          {LANGUAGES[i18n.language as Language]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={i18n.language} onChange={(language) => void switchLanguage(language as Language)}>
          {Object.entries(LANGUAGES).map(([language, name]) => (
            <Menu.RadioItem
              key={language}
              value={language}
              closeMenuOnClick
              lang={language === 'zh' ? 'zh-CN' : language}
            >
              {name}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}

const SCHEMES = {
  light: { icon: IconSun, text: 'shell.light' },
  dark: { icon: IconMoon, text: 'shell.dark' },
  auto: { icon: IconDeviceDesktop, text: 'shell.system' },
} as const satisfies Record<string, { icon: IconComponent; text: TextKey }>

export function ThemeMenu() {
  const { t } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { icon: Icon, text } = SCHEMES[colorScheme]
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`${t('shell.theme')}: ${t(text)}`}>
          <Icon size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as keyof typeof SCHEMES)}>
          {Object.entries(SCHEMES).map(([scheme, look]) => (
            <Menu.RadioItem
              key={scheme}
              value={scheme}
              closeMenuOnClick
              rightSection={<look.icon size={16} aria-hidden />}
            >
              {t(look.text)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}

export function PersonMenu({ showShortcuts }: { showShortcuts: () => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const client = useQueryClient()
  const signOut = useMutation({
    mutationFn: calls.signOut,
    onSettled: async (ended) => {
      // The provider ends its own session, and leads back here.
      if (ended?.continueAt) return window.location.assign(ended.continueAt)
      await navigate(links.signIn())
      client.clear()
    },
  })
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          fw={500}
          leftSection={<IconUserCircle size={18} aria-hidden />}
        >
          <span className="for-readers">{`${t('shell.person')}: ${me.user.displayName}`}</span>
          <span className="wide-only" aria-hidden>
            {me.user.displayName}
          </span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fz="sm" className="wrap-anywhere">
            {me.user.name} · {me.tenant.name}
          </Text>
        </Menu.Label>
        <Menu.Item
          leftSection={<IconUserCircle size={16} aria-hidden />}
          onClick={() => void navigate(links.account())}
        >
          {t('nav.account')}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={showShortcuts}>
          {t('shell.shortcuts')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => signOut.mutate()}>
          {t('shell.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
