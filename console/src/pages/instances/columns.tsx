import { ActionIcon, Group, Menu, Text } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { serverNow } from '../../api/client.ts'
import type { InstanceSummary } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import type { Translate } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { Elapsed, Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { HeldMarks } from '../workspaces/held-marks.tsx'
import { KIND_TEXTS } from './looks.ts'
import { StatusBadges } from './status-badges.tsx'
import { VERB_LOOKS, VERBS, type Verb, whyNot } from './verbs.ts'

type Ways = {
  /** Null where nothing may be asked for. */
  operate: ((verb: Verb, instance: InstanceSummary) => void) | null
}

export function instanceColumns(t: Translate, { operate }: Ways): readonly Column<InstanceSummary>[] {
  return [
    {
      key: 'name',
      header: t('instances.node'),
      cell: (instance) => (
        <>
          <LinkTo {...links.instance(instance.workspaceId, instance.id)} fw={500} className="wrap-anywhere">
            {instance.node.name}
          </LinkTo>
          <Text fz="xs" c="dimmed">
            {instance.id} · {instance.node.programType}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('instances.status'),
      width: 190,
      cell: (instance) => (
        <Group gap={6}>
          <StatusBadges of={instance} />
          <HeldMarks heldBy={instance.heldBy} />
        </Group>
      ),
    },
    { key: 'bizdate', header: t('instances.bizdate'), width: 110, cell: (instance) => instance.bizdate },
    {
      key: 'cycle',
      header: t('instances.cycleAt'),
      width: 165,
      times: true,
      cell: (instance) => <Instant at={instance.cycleAt} zoned={false} />,
    },
    { key: 'kind', header: t('instances.kind'), width: 110, cell: (instance) => t(KIND_TEXTS[instance.kind]) },
    {
      key: 'started',
      header: t('instances.startedAt'),
      width: 165,
      times: true,
      cell: ({ startedAt, finishedAt }) =>
        startedAt ? (
          <>
            <Instant at={startedAt} zoned={false} />
            <Text fz="xs" c="dimmed">
              {t('instances.took')} <Elapsed since={startedAt} until={finishedAt} now={serverNow} />
            </Text>
          </>
        ) : (
          '–'
        ),
    },
    {
      key: 'actions',
      header: t('nodes.actions'),
      width: 52,
      quiet: true,
      cell: (instance) => operate && <InstanceMenu t={t} instance={instance} operate={operate} />,
    },
  ]
}

type MenuProps = { t: Translate; instance: InstanceSummary; operate: NonNullable<Ways['operate']> }

function InstanceMenu({ t, instance, operate }: MenuProps) {
  if (instance.may.length === 0) return null
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('nodes.actionsOf', { name: `${instance.node.name} ${instance.bizdate}` })}
        >
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {VERBS.filter((verb) => whyNot(t, verb, [instance]) === null).map((verb) => {
          const { icon: Icon, text } = VERB_LOOKS[verb]
          return (
            <Menu.Item key={verb} leftSection={<Icon {...iconProps} />} onClick={() => operate(verb, instance)}>
              {t(text)}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
