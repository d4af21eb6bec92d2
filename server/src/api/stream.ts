/**
 * Live updates: one stream of server-sent events per browser.
 *
 * An event names what has changed; the console reads it again. Nothing is replayed: after a reconnect the console reads everything it
 * shows again, which the first event tells it to.
 */
import { may, Refusal } from '@holdpoint/core'
import type { FastifyReply } from 'fastify'
import type { Platform } from '../platform.ts'
import { type Caller, callerStill } from '../store/principals.ts'

const HEARTBEAT_MS = 5_000
/** A browser comes back by itself, and has to be signed in still. */
const LONGEST_MS = 10 * 60_000
/** A reader that takes nothing for this many bytes is cut off and comes back when it can. */
const MOST_BUFFERED_BYTES = 256 * 1024

/** A stream that is open now, or is about to be. */
export type OpenStream = {
  readonly of: 'console' | 'machine'
  readonly tenantId: number
  readonly userId: number
  /** Of a machine: the same after a break. */
  readonly connection: string | null
  end(): void
}
/** Those of this replica; a server that stops ends them, because they never end by themselves. */
export type OpenStreams = Set<OpenStream>

const MOST_OF_USER = { console: 32, machine: 8 } as const
const MOST_MACHINES_OF_TENANT = 64

/** The place of one more stream, where there is one. Whoever has it gives it back. */
export function enterStreams(
  open: OpenStreams,
  of: OpenStream['of'],
  { tenantId, userId }: Caller,
  connection: string | null = null,
): OpenStream {
  // What has come back needs the place of the one that broke, of which nobody may have heard yet.
  if (connection !== null) for (const one of open) if (one.connection === connection && one.userId === userId) one.end()
  const alike = [...open].filter((one) => one.of === of && one.tenantId === tenantId)
  if (alike.filter((one) => one.userId === userId).length >= MOST_OF_USER[of])
    throw new Refusal('LIMIT_REACHED', { limit: MOST_OF_USER[of], things: 'open streams of a user at a time' })
  if (of === 'machine' && alike.length >= MOST_MACHINES_OF_TENANT)
    throw new Refusal('LIMIT_REACHED', { limit: MOST_MACHINES_OF_TENANT, things: 'connected machines at a time' })
  const place: OpenStream = { of, tenantId, userId, connection, end: () => {} }
  open.add(place)
  return place
}

export function stream(platform: Platform, signedIn: Caller, reply: FastifyReply, open: OpenStreams): void {
  let caller = signedIn
  const place = enterStreams(open, 'console', caller)
  reply.hijack()
  const out = reply.raw
  out.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const write = (text: string) => {
    if (out.writableEnded) return
    if (out.writableLength > MOST_BUFFERED_BYTES) end()
    else out.write(text)
  }
  const unsubscribe = platform.live.subscribe((change) => {
    if (change.tenantId !== caller.tenantId || change.kind === 'delivery') return
    if (change.kind === 'user') return change.id === String(caller.userId) ? look(() => {}) : undefined
    if (change.workspaceId !== null && !may(caller, 'operation.read', change.workspaceId)) return
    write(
      `event: change\ndata: ${JSON.stringify({ kind: change.kind, workspaceId: change.workspaceId, id: change.id })}\n\n`,
    )
  })
  let asking = false
  /** Rights may have changed, and the session or the AccessKey pair may have ended: who has lost them hears nothing more, at once or a heartbeat later. */
  const look = (then: () => void) => {
    callerStill(platform.db, caller, platform.signIn.idleSeconds).then(
      (now) => {
        if (now === null) return end()
        caller = now
        then()
      },
      () => end(),
    )
  }
  const heartbeat = setInterval(() => {
    // Without its database the server has no news and must not look as if there were none: the page is told by the end of the stream.
    if (asking) return end()
    asking = true
    look(() => {
      asking = false
      // An event, not a comment: the page hears that the connection is alive, and misses it when it is not.
      write('event: beat\ndata: {}\n\n')
    })
  }, HEARTBEAT_MS)
  const longest = setTimeout(() => end(), LONGEST_MS)
  const end = () => {
    clearInterval(heartbeat)
    clearTimeout(longest)
    unsubscribe()
    open.delete(place)
    out.end()
  }
  place.end = end
  out.on('close', end)
  if (out.destroyed) end()
  write('retry: 2000\nevent: hello\ndata: {}\n\n')
}
