import { Center, Group, Stack, Text, ThemeIcon } from '@mantine/core'
import { IconInbox } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { IconComponent } from './icon.ts'

/** Why there is nothing, and what to do next. */
export function Empty(props: { icon?: IconComponent; title: string; next: ReactNode; actions?: ReactNode }) {
  const Icon = props.icon ?? IconInbox
  return (
    <Center py="xl" px="md">
      <Stack align="center" gap="xs" maw={520} ta="center">
        <ThemeIcon variant="light" color="gray" size={48} radius="xl">
          <Icon size={26} stroke={1.5} aria-hidden />
        </ThemeIcon>
        <Text fw={600}>{props.title}</Text>
        <Text component="div" c="dimmed" fz="sm">
          {props.next}
        </Text>
        {props.actions && (
          <Group justify="center" mt="xs">
            {props.actions}
          </Group>
        )}
      </Stack>
    </Center>
  )
}
