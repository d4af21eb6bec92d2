import { useDebouncedValue } from '@mantine/hooks'
import { createSpotlight, Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { IconBriefcase, IconChecklist, IconHierarchy2, IconPuzzle, IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type LinkOptions, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useEffect, useState } from 'react'
import { queries } from '../../api/queries.ts'
import { links } from '../../links.ts'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import type { PlaceGroup } from './places.ts'

type Props = { close: () => void; groups: readonly PlaceGroup[]; workspaceId: number | undefined }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const [store, spotlight] = createSpotlight()

/** Goes anywhere: pages, workspaces, extensions, nodes of the current workspace by name, an operation by its process id. */
export default function Finder({ close, groups, workspaceId }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const [asked, setAsked] = useState('')
  useEffect(() => spotlight.open(), [])
  const [name] = useDebouncedValue(asked.trim(), 200)
  const extensions = useQuery(queries.extensions())
  const nodes = useQuery({
    ...queries.nodes(workspaceId ?? 0, { environment: 'PROD', name, limit: 8 }),
    enabled: workspaceId !== undefined && name.length > 1,
  })

  const action = (id: string, label: string, group: string, icon: ReactNode, to: LinkOptions): SpotlightActionData => ({
    id,
    label,
    group,
    leftSection: icon,
    onClick: () => void navigate(to),
  })
  const wanted = asked.trim().toLowerCase()
  const matching = (actions: SpotlightActionData[]) =>
    actions.filter((one) => wanted === '' || `${one.label} ${one.group} ${one.id}`.toLowerCase().includes(wanted))

  const actions = [
    ...(UUID.test(wanted)
      ? [action(wanted, wanted, t('finder.operation'), <IconChecklist {...iconProps} />, links.operation(wanted))]
      : []),
    ...(nodes.data?.items ?? []).map((node) =>
      action(
        `node-${node.id}`,
        node.name,
        t('nav.nodes'),
        <IconHierarchy2 {...iconProps} />,
        links.node(node.workspaceId, node.id),
      ),
    ),
    ...matching([
      ...groups.flatMap((group) =>
        group.places.map((place) =>
          action(place.text, t(place.text), t('finder.pages'), <place.icon {...iconProps} />, place.link),
        ),
      ),
      ...me.workspaces.map((workspace) =>
        action(
          `workspace-${workspace.id}`,
          workspace.name,
          t('nav.workspaces'),
          <IconBriefcase {...iconProps} />,
          links.nodes(workspace.id),
        ),
      ),
      ...(extensions.data ?? []).map((extension) =>
        action(
          `extension-${extension.code}`,
          extension.name,
          t('nav.extensions'),
          <IconPuzzle {...iconProps} />,
          links.extension(extension.code),
        ),
      ),
    ]),
  ]
  const grouped = [...new Set(actions.map((one) => one.group!))]
  return (
    <Spotlight.Root
      title={t('shell.find')}
      classNames={{ header: 'for-readers' }}
      store={store}
      shortcut={null}
      onSpotlightClose={close}
      query={asked}
      onQueryChange={setAsked}
      scrollable
      maxHeight={420}
    >
      <Spotlight.Search
        placeholder={t('finder.placeholder')}
        aria-label={t('finder.placeholder')}
        leftSection={<IconSearch size={20} aria-hidden />}
      />
      <Spotlight.ActionsList>
        {grouped.map((group) => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {actions
              .filter((one) => one.group === group)
              .map((one) => (
                // Enter takes the first one. The library marks it in the document itself, so a changed list begins with new elements.
                <Spotlight.Action
                  key={`${asked} ${actions.length} ${one.id}`}
                  label={one.label}
                  leftSection={one.leftSection}
                  onClick={one.onClick}
                  data-selected={one === actions[0] || undefined}
                />
              ))}
          </Spotlight.ActionsGroup>
        ))}
        {actions.length === 0 && <Spotlight.Empty>{t('finder.nothing')}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}
