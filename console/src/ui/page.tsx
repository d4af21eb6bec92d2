import { Box, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core'
import type { LinkOptions } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import { announce } from './announcement.tsx'
import { LinkTo } from './link.tsx'

type Props = {
  /** Also the title of the browser's tab. */
  title: string
  /** What stands beside the title: badges. */
  beside?: ReactNode
  description?: ReactNode
  /** The pages above this one, the outermost first. */
  trail?: readonly (readonly [link: LinkOptions, text: string])[]
  /** What this one is called behind them, where that is not its title. */
  here?: string
  actions?: ReactNode
  children: ReactNode
}

export function Page({ title, beside, description, trail, here = title, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Holdpoint`
    announce(title)
  }, [title])
  return (
    <Stack gap="md">
      <Box>
        {trail && (
          <Breadcrumbs fz="sm" mb={4} separatorMargin={6}>
            {trail.map(([link, text]) => (
              <LinkTo key={text} {...link}>
                {text}
              </LinkTo>
            ))}
            <span className="wrap-anywhere">{here}</span>
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Box className="page-title">
            <Group gap="sm">
              <Title order={1} fz="h3" className="wrap-anywhere">
                {title}
              </Title>
              {beside}
            </Group>
            {description && (
              <Text component="div" c="dimmed" fz="sm" mt={4} maw={820}>
                {description}
              </Text>
            )}
          </Box>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      </Box>
      {children}
    </Stack>
  )
}
