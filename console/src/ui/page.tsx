import { Box, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { announce } from './announcement.tsx'

type Props = {
  /** Also the title of the browser's tab. */
  title: string
  /** What stands beside the title: badges. */
  beside?: ReactNode
  description?: ReactNode
  trail?: ReactNode[]
  actions?: ReactNode
  children: ReactNode
}

export function Page({ title, beside, description, trail, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Holdpoint`
    announce(title)
  }, [title])
  return (
    <Stack gap="md">
      <Box>
        {trail && (
          <Breadcrumbs fz="sm" mb={4} separatorMargin={6}>
            {trail}
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
