import type { z } from 'zod'
import { readableWorkspaces } from '../access.ts'
import type { Platform } from '../platform.ts'
import { extensionsByCode } from '../store/extensions.ts'
import type { Caller } from '../store/principals.ts'
import type { HeldNow } from './shapes.ts'
import { person } from './views.ts'

type Item = z.input<typeof HeldNow>['items'][number]

/** Who holds what in the workspaces that the caller may read, the longest wait first. */
export async function heldNow(
  platform: Pick<Platform, 'db' | 'heldNow'>,
  caller: Caller,
): Promise<z.input<typeof HeldNow>> {
  const seen = await platform.heldNow()
  if (seen === null) return { at: null, items: [] }
  const readable = readableWorkspaces(caller, 'operation.read')
  const mine = seen.value.held.filter(
    (one) =>
      one.tenantId === caller.tenantId &&
      (readable === null || (one.workspaceId !== null && readable.includes(one.workspaceId))),
  )
  const extensions = await extensionsByCode(platform.db, caller.tenantId, [
    ...new Set(mine.map((one) => one.extensionCode)),
  ])
  const items = new Map<string, Item>()
  for (const one of mine) {
    const extension = extensions.find(({ code }) => code === one.extensionCode)
    if (extension === undefined) continue
    const key = `${one.extensionCode} ${one.reason}`
    const before = items.get(key)
    const since = new Date(seen.atMs - one.oldestSeconds * 1000).toISOString()
    items.set(key, {
      extensionCode: one.extensionCode,
      extensionName: extension.name,
      owner: person(extension.owner_id, extension.owner_name),
      waitsFor: one.reason,
      count: (before?.count ?? 0) + one.count,
      oldestSince: before !== undefined && before.oldestSince < since ? before.oldestSince : since,
    })
  }
  return {
    at: new Date(seen.atMs).toISOString(),
    items: [...items.values()].sort((a, b) => (a.oldestSince < b.oldestSince ? -1 : 1)),
  }
}
