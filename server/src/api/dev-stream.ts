/**
 * The connection of an author's machine: a stream of server-sent events with the messages that ask the extension under test, each with the headers
 * that an HTTP target gets. The machine posts them to the author's program and tells what came of it (routes/dev-connections.ts).
 *
 * `welcome` says who it is connected as and with which secret deliveries are signed; `delivery` is one attempt to make; `beat` comes every two seconds;
 * `end` says why nothing more comes. Where the stream breaks off without it, the machine connects again with the same id.
 */
import { may, Refusal } from '@holdpoint/core'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { ensureMay } from '../access.ts'
import { triedVersion } from '../gate/trial.ts'
import { forwardedOf } from '../openevent/dev-connection.ts'
import { ensureSigningSecret, readSigningSecrets } from '../openevent/signing-secrets.ts'
import type { Platform } from '../platform.ts'
import { writeAudit } from '../store/audit.ts'
import * as store from '../store/dev-connections.ts'
import { type Caller, callerStill } from '../store/principals.ts'
import type { VersionUnderTestRow } from '../store/trials.ts'
import { url } from './shapes.ts'
import { enterStreams, type OpenStream, type OpenStreams } from './stream.ts'

const BEAT_MS = 2_000
/** Changes are told by NOTIFY; what that misses is found by looking. */
const LOOK_EVERY_MS = 1_000
/** Deliveries that the machine has and has not told of yet. */
const MOST_UNDERWAY = 16
/** An attempt that was not told of is made again, by the same machine or the next one. */
const UNTOLD_MS = 60_000
const MOST_BUFFERED_BYTES = 32 * 1024 * 1024

export const devParams = z.object({ code: z.string().max(64) })
export const devQuery = z.object({
  connection: z.uuid().describe('Chosen by the machine; with the same it goes on after a break'),
  machine: z.string().min(1).max(128).describe('What the machine is called, for whoever looks at a delivery'),
  url: url.describe('Where it posts deliveries to: deliveries are signed for this address'),
  resume: z.enum(['true', 'false']).default('false').describe('Goes on, and does not take over from a newer one'),
})

export async function devStream(
  platform: Platform,
  signedIn: Caller,
  code: string,
  given: z.output<typeof devQuery>,
  reply: FastifyReply,
  open: OpenStreams,
): Promise<void> {
  ensureMay(signedIn, 'extension.write')
  const place = enterStreams(open, 'machine', signedIn, given.connection)
  try {
    follow(platform, signedIn, given, reply, await connect(platform, signedIn, code, given), open, place)
  } catch (error) {
    open.delete(place)
    throw error
  }
}

type Connected = { readonly version: VersionUnderTestRow; readonly targetId: number; readonly secret: string }

/** The messages are this machine's from now on. */
async function connect(
  platform: Platform,
  caller: Caller,
  code: string,
  given: z.output<typeof devQuery>,
): Promise<Connected> {
  const { db } = platform
  const { version, targetId } = await db.transaction(async (tx) => {
    const version = await triedVersion(tx, caller, code)
    const before = await store.devConnection(tx, version.id)
    if (given.resume === 'true' && before !== null && before.id !== given.connection)
      throw new Refusal('DEV_TAKEN_OVER', { machine: nameOf(before) })
    const taken = await store.putDevConnection(tx, {
      extensionId: version.id,
      id: given.connection,
      userId: caller.userId,
      machine: given.machine,
      owner: version.owner_id === caller.userId,
    })
    const held = taken ? null : await store.devConnection(tx, version.id)
    if (!taken) throw new Refusal('DEV_CONNECTION_HELD', { machine: held === null ? 'another machine' : nameOf(held) })
    const targetId = await store.putDevTarget(tx, version.id, given.url)
    await ensureSigningSecret(tx, platform.secretKey, targetId)
    writeAudit(tx, {
      tenantId: caller.tenantId,
      workspaceId: version.test_workspace_id,
      userId: caller.userId,
      action: 'dev.connect',
      object: code,
      details: { machine: given.machine, version: version.number },
    })
    tx.afterCommit(() =>
      platform.live.publish({ kind: 'extension', tenantId: caller.tenantId, workspaceId: null, id: code }),
    )
    return { version, targetId }
  })
  const [secret] = await readSigningSecrets(db, platform.secretKey, targetId)
  // Its address may be another than it was.
  platform.live.publish({ kind: 'openevent', tenantId: caller.tenantId, workspaceId: null, id: String(targetId) })
  return { version, targetId, secret: secret!.secret }
}

/** Hands over what asks the version until the machine goes or somebody ends it. */
function follow(
  platform: Platform,
  signedIn: Caller,
  given: z.output<typeof devQuery>,
  reply: FastifyReply,
  { version, targetId, secret }: Connected,
  open: OpenStreams,
  place: OpenStream,
): void {
  let caller = signedIn
  const { db } = platform
  const { code } = version
  reply.hijack()
  const out = reply.raw
  out.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  let over = false
  /** The deliveries that the machine has, which attempt of each, and since when. */
  const underway = new Map<number, { readonly attempt: number; readonly sinceMs: number }>()
  const end = () => {
    if (over) return
    over = true
    for (const timer of timers) clearInterval(timer)
    unsubscribe()
    open.delete(place)
    out.end()
  }
  const write = (event: string, data: unknown) => {
    if (over || out.writableEnded) return
    if (out.writableLength > MOST_BUFFERED_BYTES) end()
    else out.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  const endWith = (refusal: Refusal) => {
    write('end', { code: refusal.code, detail: refusal.message })
    end()
  }

  let looking = false
  let again = false
  async function look(): Promise<void> {
    again = true
    if (looking) return
    looking = true
    try {
      while (again && !over) {
        again = false
        await hand()
      }
    } catch (error) {
      // Without its database it has nothing to hand over: the machine comes back when it is there again.
      platform.logFault(error, { forwarding: code })
      end()
    } finally {
      looking = false
    }
  }

  async function hand(): Promise<void> {
    const nowMs = platform.nowMs()
    const extensionId = version.id
    const current = await store.devConnection(db, extensionId)
    if (current?.id !== given.connection)
      return endWith(
        current === null
          ? new Refusal('DEV_CONNECTION_ENDED')
          : new Refusal('DEV_TAKEN_OVER', { machine: nameOf(current) }),
      )
    await db.transaction((tx) =>
      store.forwardToMachine(tx, { tenantId: caller.tenantId, extensionId, connectionId: given.connection }),
    )
    const told = new Map((await store.standsAmong(db, [...underway.keys()])).map((one) => [one.id, one.attempts]))
    for (const [id, { attempt, sinceMs }] of underway)
      if ((told.get(id) ?? attempt) >= attempt || nowMs - sinceMs > UNTOLD_MS) underway.delete(id)
    if (underway.size >= MOST_UNDERWAY) return
    const due = await store.dueToMachine(db, targetId, [...underway.keys()], MOST_UNDERWAY - underway.size)
    for (const one of due) {
      const forwarded = await forwardedOf(platform, one)
      if (forwarded === null || over) return
      underway.set(one.id, { attempt: forwarded.attempt, sinceMs: nowMs })
      write('delivery', forwarded)
    }
  }

  async function beat(): Promise<void> {
    try {
      const now = await callerStill(db, caller, platform.signIn.idleSeconds)
      if (now === null) return endWith(new Refusal('ACCESS_KEY_INACTIVE'))
      if (!may(now, 'extension.write')) return endWith(new Refusal('FORBIDDEN', { action: 'extension.write' }))
      caller = now
      await triedVersion(db, caller, code)
      write('beat', {})
    } catch (error) {
      if (error instanceof Refusal) endWith(error)
      else end()
    }
  }

  const unsubscribe = platform.live.subscribe((change) => {
    if (change.tenantId === caller.tenantId && change.kind !== 'delivery' && change.kind !== 'node') void look()
  })
  const timers = [setInterval(() => void look(), LOOK_EVERY_MS), setInterval(() => void beat(), BEAT_MS)]
  place.end = end
  out.on('close', end)
  if (out.destroyed) end()
  write('welcome', {
    extension: { code: version.code, name: version.name, version: version.number },
    workspaceId: version.test_workspace_id,
    secret,
  })
  void look()
}

const nameOf = ({ user_name, machine }: store.DevConnectionRow) => `${user_name} (${machine})`
