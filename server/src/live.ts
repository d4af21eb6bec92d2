/**
 * What has changed, told to whoever watches: the consoles connected to this replica, and through PostgreSQL's NOTIFY those of the others.
 *
 * A change names a thing and says nothing about it; who hears of it reads it again with their own rights. Changes of the same 25
 * milliseconds go out as one NOTIFY, after their commits: a NOTIFY inside a transaction makes commits wait for each other.
 */
import { randomUUID } from 'node:crypto'
import pg from 'pg'

export type Change = {
  /** `delivery`: something is due to the target with this id, for the replica that makes its deliveries. `user`: who this is, what they may or
   * their sessions, for the streams that are open on the strength of them. Consoles hear of neither. `instance`, `backfill` and `quality`: something has
   * changed among those of a workspace, which is the id. */
  readonly kind:
    | 'operation'
    | 'file'
    | 'node'
    | 'instance'
    | 'backfill'
    | 'quality'
    | 'extension'
    | 'openevent'
    | 'workspace'
    | 'alert'
    | 'delivery'
    | 'user'
  readonly tenantId: number
  readonly workspaceId: number | null
  readonly id: string
}

export type Live = {
  publish(change: Change): void
  /** Calls back for every change, here or on another replica, until the answer is called. */
  subscribe(listener: (change: Change) => void): () => void
}

const CHANNEL = 'holdpoint'
const GATHER_MS = 25
/** What is due to another replica's lane waits for nothing else. */
const GATHER_DUE_MS = 3
/** One NOTIFY carries less than 8,000 bytes. */
const MOST_BYTES = 7_500
const RECONNECT_MS = 1_000

export function startLive(
  connection: pg.ClientConfig,
  notify: (channel: string, payload: string) => Promise<unknown>,
): Live & { stop(): Promise<void> } {
  const self = randomUUID()
  const listeners = new Set<(change: Change) => void>()
  let gathered: Change[] = []
  let timer: NodeJS.Timeout | null = null
  let soon = false
  let client: pg.Client | null = null
  let stopped = false

  const tell = (change: Change) => {
    for (const listener of listeners) listener(change)
  }

  function flush(): void {
    timer = null
    soon = false
    const unique = [...new Map(gathered.map((change) => [`${change.kind} ${change.id}`, change])).values()]
    gathered = []
    let part: Change[] = []
    let bytes = 0
    const send = () => {
      // Losing a notice is harmless: consoles poll as well.
      if (part.length > 0) notify(CHANNEL, JSON.stringify({ from: self, changes: part })).catch(() => {})
      part = []
      bytes = 0
    }
    for (const change of unique) {
      const more = JSON.stringify(change).length + 1
      if (bytes + more > MOST_BYTES) send()
      part.push(change)
      bytes += more
    }
    send()
  }

  async function listen(): Promise<void> {
    if (stopped) return
    const next = new pg.Client(connection)
    const again = () => {
      if (client !== next) return
      client = null
      next.end().catch(() => {})
      if (!stopped) setTimeout(() => void listen(), RECONNECT_MS).unref()
    }
    client = next
    next.on('error', again)
    next.on('end', again)
    next.on('notification', (notice) => {
      const { from, changes } = readNotice(notice.payload)
      if (from !== self) for (const change of changes) tell(change)
    })
    try {
      await next.connect()
      await next.query(`listen ${CHANNEL}`)
    } catch {
      again()
    }
  }
  void listen()

  return {
    publish(change) {
      tell(change)
      gathered.push(change)
      if (change.kind === 'delivery' && !soon) {
        if (timer !== null) clearTimeout(timer)
        timer = setTimeout(flush, GATHER_DUE_MS)
        soon = true
      }
      timer ??= setTimeout(flush, GATHER_MS)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      stopped = true
      if (timer) clearTimeout(timer)
      const last = client
      client = null
      await last?.end().catch(() => {})
    },
  }
}

/** Whoever may connect to the database may also notify: what is not ours says nothing. */
function readNotice(payload: string | undefined): {
  readonly from: string | null
  readonly changes: readonly Change[]
} {
  try {
    const { from, changes } = JSON.parse(payload ?? '')
    if (typeof from === 'string' && Array.isArray(changes))
      return { from, changes: changes.filter((one) => typeof one?.kind === 'string' && typeof one.id === 'string') }
  } catch {}
  return { from: null, changes: [] }
}
