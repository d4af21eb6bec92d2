import { Box, Group, Paper, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

/** One titled part of a page or of a panel. */
export function Section(props: { title: string; description?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <Box component="section" aria-labelledby={id}>
      <Group justify="space-between" align="flex-end" mb="xs" gap="xs">
        <div>
          <Title order={2} fz="md" id={id}>
            {props.title}
          </Title>
          {props.description && (
            <Text component="div" c="dimmed" fz="sm">
              {props.description}
            </Text>
          )}
        </div>
        {props.actions}
      </Group>
      {props.children}
    </Box>
  )
}

export function Card({ children, padding = 'md' }: { children: ReactNode; padding?: 'md' | 0 }) {
  return (
    <Paper withBorder p={padding} className="card">
      {children}
    </Paper>
  )
}
