import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useState } from 'react'
import { type ChangeKind, followChanges, type Liveness } from './api/stream.ts'

/** What is read again after a change: the first members of the query keys. */
const READ_AGAIN: Readonly<Record<ChangeKind, readonly string[]>> = {
  operation: [
    'operations',
    'nodes',
    'instances',
    'backfills',
    'dead-letters',
    'files',
    'deployments',
    'tables',
    'sync',
    'quality',
  ],
  file: ['files', 'deployments', 'file-reviews'],
  node: ['nodes', 'files'],
  instance: ['instances', 'runs', 'backfills', 'code-runs', 'deployments', 'tables', 'sync', 'quality'],
  quality: ['quality'],
  backfill: ['backfills', 'runs'],
  extension: ['extensions', 'routing'],
  openevent: ['event-buses', 'channel', 'routing', 'dead-letters'],
  alert: ['alerts'],
  workspace: ['workspaces', 'members', 'session'],
}
const EVERYTHING = [...new Set(Object.values(READ_AGAIN).flat())]

export const LivenessContext = createContext<Liveness>('connecting')
export const useLiveness = (): Liveness => useContext(LivenessContext)

/** Keeps everything shown up to date for as long as it is mounted. */
export function useLiveChanges(): Liveness {
  const client = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('connecting')
  useEffect(() => {
    const { stop } = followChanges((what) => {
      const kinds = what === 'everything' ? EVERYTHING : new Set(what.flatMap((kind) => READ_AGAIN[kind] ?? []))
      for (const kind of kinds) void readAgain(client, kind)
    }, setLiveness)
    return stop
  }, [client])
  return liveness
}

/**
 * A first reading that is under way is joined, not begun anew, and may have been answered before the change: what was still unread is
 * therefore read once more after it.
 */
async function readAgain(client: QueryClient, kind: string): Promise<void> {
  const unread = client
    .getQueryCache()
    .findAll({ queryKey: [kind], fetchStatus: 'fetching' })
    .filter((query) => query.state.data === undefined)
  await client.invalidateQueries({ queryKey: [kind] })
  for (const { queryKey } of unread) void client.invalidateQueries({ queryKey, exact: true })
}
