import {
  IconAlarm,
  IconBell,
  IconBriefcase,
  IconBroadcast,
  IconChecklist,
  IconDatabase,
  IconEyeCheck,
  IconFileCode,
  IconHierarchy2,
  IconHistory,
  IconHistoryToggle,
  IconHourglass,
  IconListDetails,
  IconMailOff,
  IconPackages,
  IconPlugConnected,
  IconPuzzle,
  IconRocket,
  IconRoute,
  IconRuler2,
  IconServer2,
  IconShieldCheck,
  IconStack2,
  IconTable,
  IconTransfer,
  IconUserCog,
  IconUsers,
  IconZoomCheck,
} from '@tabler/icons-react'
import type { LinkOptions } from '@tanstack/react-router'
import { links } from '../../links.ts'
import type { TextKey } from '../../text/index.ts'
import type { IconComponent } from '../../ui/icon.ts'

/** A place one can go to: in the navigation, in the spotlight and, where it has a key, by keyboard (`g`, then the key). */
export type Place = {
  readonly text: TextKey
  readonly icon: IconComponent
  readonly link: LinkOptions
  readonly key?: string
  /** Current only at this very address, not at those below it. */
  readonly exact?: true
}

export type PlaceGroup = { readonly text: TextKey | null; readonly places: readonly Place[] }

export function placesOf(
  workspaceId: number | undefined,
  mayRead: { readonly users: boolean; readonly audit: boolean },
): readonly PlaceGroup[] {
  const inWorkspace: PlaceGroup[] =
    workspaceId === undefined
      ? []
      : [
          {
            text: 'nav.dataDevelopment',
            places: [
              { text: 'nav.files', icon: IconFileCode, link: links.development(workspaceId), key: 'v', exact: true },
              { text: 'nav.tables', icon: IconTable, link: links.tables(workspaceId), key: 'y' },
              { text: 'nav.publish', icon: IconRocket, link: links.publish(workspaceId), key: 'j' },
              { text: 'nav.deployments', icon: IconPackages, link: links.deployments(workspaceId), key: 'k' },
              { text: 'nav.fileReviews', icon: IconEyeCheck, link: links.fileReviews(workspaceId), key: 'z' },
            ],
          },
          {
            text: 'nav.dataIntegration',
            places: [{ text: 'nav.syncJobs', icon: IconTransfer, link: links.syncJobs(workspaceId) }],
          },
          {
            text: 'nav.operationCenter',
            places: [
              { text: 'nav.nodes', icon: IconHierarchy2, link: links.nodes(workspaceId), key: 'n' },
              { text: 'nav.instances', icon: IconListDetails, link: links.instances(workspaceId), key: 'i' },
              { text: 'nav.backfills', icon: IconHistoryToggle, link: links.backfills(workspaceId), key: 'f' },
              { text: 'nav.runs', icon: IconStack2, link: links.runs(workspaceId), key: 's' },
              { text: 'nav.operations', icon: IconChecklist, link: links.operations({ workspaceId }), key: 'o' },
              { text: 'nav.alerts', icon: IconBell, link: links.alerts(workspaceId), key: 'l' },
            ],
          },
          {
            text: 'nav.dataQuality',
            places: [
              { text: 'nav.monitors', icon: IconShieldCheck, link: links.qualityMonitors(workspaceId) },
              { text: 'nav.qualityRules', icon: IconRuler2, link: links.qualityRules(workspaceId) },
              { text: 'nav.qualityRuns', icon: IconZoomCheck, link: links.qualityRuns(workspaceId) },
            ],
          },
          {
            text: 'nav.managementCenter',
            places: [
              {
                text: 'nav.workspaceExtensions',
                icon: IconPlugConnected,
                link: links.workspaceExtensions(workspaceId),
                key: 'x',
              },
              { text: 'nav.dataSources', icon: IconDatabase, link: links.dataSources(workspaceId), key: 'p' },
              { text: 'nav.members', icon: IconUsers, link: links.members(workspaceId), key: 'm' },
              { text: 'nav.channel', icon: IconBroadcast, link: links.channel(workspaceId), key: 'c' },
            ],
          },
        ]
  return [
    {
      text: null,
      places: [
        { text: 'nav.home', icon: IconAlarm, link: links.home(), key: 'h', exact: true },
        { text: 'nav.heldNow', icon: IconHourglass, link: links.heldNow(), key: 'q' },
      ],
    },
    ...inWorkspace,
    {
      text: 'nav.openPlatform',
      places: [
        { text: 'nav.extensions', icon: IconPuzzle, link: links.extensions(), key: 'e' },
        { text: 'nav.reviews', icon: IconEyeCheck, link: links.reviews(), key: 'r' },
        { text: 'nav.eventBuses', icon: IconRoute, link: links.eventBuses(), key: 'b' },
        { text: 'nav.deadLetters', icon: IconMailOff, link: links.deadLetters(), key: 'd' },
      ],
    },
    {
      text: 'nav.tenant',
      places: [
        { text: 'nav.workspaces', icon: IconBriefcase, link: links.workspaces(), key: 'w', exact: true },
        { text: 'nav.tenantExtensions', icon: IconPlugConnected, link: links.tenantExtensions(), key: 't' },
        { text: 'nav.resourceGroups', icon: IconServer2, link: links.resourceGroups(), key: 'g' },
        ...(mayRead.users ? [{ text: 'nav.users', icon: IconUserCog, link: links.users(), key: 'u' } as const] : []),
        ...(mayRead.audit ? [{ text: 'nav.audit', icon: IconHistory, link: links.audit(), key: 'a' } as const] : []),
      ],
    },
  ]
}
