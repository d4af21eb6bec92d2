// Sends what chance makes to a real server with three tenants, two of which act, and looks at every answer.
import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Chance, chanceOf } from '../chaos/chance.ts'
import { type Answered, type Key, send } from '../conformance/raw-request.ts'
import type { DialectPlace } from '../dialect-calls.ts'
import { type Estate, estate } from '../estate.ts'
import type { World } from '../world.ts'
import { type EventBridgePlace, makeEventBridgeRequest } from './eventbridge.ts'
import { makeRequest } from './requests.ts'
import type { Made } from './spoils.ts'

/** Requests that are under way at once. */
const AT_ONCE = 32
/** Of the requests, in EventBridge's dialect. */
const EVENTBRIDGE = 0.25
/** Of the run in each estate. */
const BIZDATE = '2026-01-05'
/** Faults are shown up to so many. */
const SHOWN = 20

export type Findings = {
  readonly requests: number
  /** What this client's own HTTP refuses to send. */
  readonly unsendable: number
  readonly byStatus: Readonly<Record<string, number>>
  readonly byCode: Readonly<Record<string, number>>
  /** Of what was put on buses. */
  readonly delivered: number
  /** What must not be: what was found, with the request that did it. */
  readonly faults: readonly string[]
  /** Of the heap after a collection, whenever a further tenth was sent. */
  readonly heapMb: readonly number[]
}

export async function fuzz(
  world: World,
  { seed, requests, tell }: { readonly seed: number; readonly requests: number; readonly tell: (line: string) => void },
): Promise<Findings> {
  const acting = [await estate(world, 'alpha'), await estate(world, 'beta')]
  const still = await estate(world, 'gamma')
  const all = [...acting, still]
  const callers = await Promise.all(acting.map((own) => callersOf(own)))
  const before = await storedOf(world, still)
  const receiver = await startReceiver(
    all.map(({ tenant }) => tenant.id),
    (problem) => faults.push(problem),
  )
  const buses = all.map((own) => busPlaceOf(own, receiver.url))

  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const byStatus: Record<string, number> = {}
  const byCode: Record<string, number> = {}
  const faults: string[] = []
  const heapMb: number[] = []
  const tenth = Math.ceil(requests / 10)
  let unsendable = 0
  let sent = 0
  const host = `127.0.0.1:${world.server.port}`

  const one = async (chance: Chance) => {
    const side = chance.between(0, 1)
    const key = chance.pick(callers[side]!)
    const own = placeOf(acting[side]!)
    const places = () => [own, own, own, placeOf(chance.pick(all)), mixed(own, placeOf(chance.pick(all)), chance)]
    const made = chance.happens(EVENTBRIDGE)
      ? makeEventBridgeRequest(
          chance,
          // Without the right to change buses little gets far.
          { key: chance.happens(0.5) ? callers[side]![0]! : key, own: buses[side]!, others: buses.toSpliced(side, 1) },
          Date.now(),
        )
      : makeRequest(chance, { host, key, places: places() }, Date.now())
    let answered: Answered
    try {
      answered = await send(world.server.port, made.raw, agent)
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      // Refused by this side, or the connection was closed on what could not be read any further.
      if (code.startsWith('ERR_') || code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_')) unsendable++
      else faults.push(`${describe(made)}: ${error}`)
      return
    }
    byStatus[answered.status] = (byStatus[answered.status] ?? 0) + 1
    const code = answered.body?.Code ?? answered.body?.code ?? 'none'
    byCode[code] = (byCode[code] ?? 0) + 1
    const problem = problemOf(
      made,
      answered,
      all.filter((estate) => estate !== acting[side]),
    )
    if (problem !== null) faults.push(`${problem}: ${answered.text.slice(0, 400)}: ${describe(made)}`)
  }

  const sender = async (lane: number) => {
    const chance = chanceOf('fuzz', seed, lane)
    while (sent < requests) {
      const nth = ++sent
      await one(chance)
      if (nth % 20_000 === 0) {
        tell(`${nth} requests, ${faults.length} faults`)
        collectLog(world, faults)
      }
      if (nth % tenth === 0 || nth === requests) {
        collectLog(world, faults)
        heapMb.push(heapAfterCollection())
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, lane) => sender(lane)))
  } finally {
    agent.destroy()
    await receiver.stop()
  }
  collectLog(world, faults)
  const after = await storedOf(world, still)
  for (const [table, content] of Object.entries(before))
    if (after[table] !== content) faults.push(`the table ${table} has changed for a tenant in which nobody acts`)
  // biome-ignore lint/suspicious/noExplicitAny: what no object should have
  if (({} as any).polluted !== undefined) faults.push('a prototype was changed')
  return {
    requests: sent,
    unsendable,
    byStatus,
    byCode,
    delivered: receiver.delivered(),
    faults: faults.slice(0, SHOWN),
    heapMb,
  }
}

const describe = ({ action, how, raw }: Made) =>
  `${action} (${how}) ${raw.method} ${raw.target.slice(0, 1_500)} ${String(raw.body ?? '').slice(0, 1_500)}`

function problemOf(made: Made, { status, text, body }: Answered, others: readonly Estate[]): string | null {
  // What has too long a head is answered before anybody knows for which dialect it is.
  if (status === 431) return null
  if (status >= 500) return `answered with ${status}`
  if (status === 200 && made.forged) return 'a forged request was answered'
  if (status === 200 && body?.Code !== undefined) return 'a success with a Code'
  if (body !== null && isDialect(made.raw.target) && typeof (body.RequestId ?? body.requestId) !== 'string')
    return 'no RequestId'
  const leaked = others.flatMap(({ words }) => words).find((word) => text.includes(word) && !names(made, word))
  return leaked === undefined ? null : `it shows ${leaked} of another tenant`
}

const isDialect = (target: string) => target.startsWith('/?') || target.startsWith('/openapi/')
/** What a request has named an answer may repeat. */
const names = ({ raw }: Made, word: string) => raw.target.includes(word) || String(raw.body ?? '').includes(word)

const busPlaceOf = ({ tenant, busName, ids }: Estate, url: string): EventBridgePlace => ({
  tenantId: tenant.id,
  bus: busName,
  rule: String(ids.name),
  endpoint: `${url}${tenant.id}`,
  word: tenant.owner.name,
})

/** Takes what is put on buses, each tenant's at an address of its own; an address that was spoiled is nobody's. */
async function startReceiver(tenantIds: readonly number[], fault: (problem: string) => void) {
  let delivered = 0
  const server = createServer(async (request, response) => {
    const event = (await json(request)) as Record<string, unknown>
    const at = tenantIds.find((id) => request.url === `/${id}`)
    delivered++
    if (at !== undefined && event.aliyunaccountid !== String(at))
      fault(`tenant ${at} was told of another's: ${JSON.stringify(event)}`)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    delivered: () => delivered,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const placeOf = ({ ids, messageId, workspace }: Estate): DialectPlace => ({
  ids: { ...ids, messageId },
  workspaceId: workspace.id,
})

/** Each thing of one or the other. */
function mixed(a: DialectPlace, b: DialectPlace, chance: Chance): DialectPlace {
  const names = Object.keys(a.ids)
  return {
    ids: Object.fromEntries(names.map((name) => [name, (chance.happens(0.5) ? a : b).ids[name]!])),
    workspaceId: chance.pick([a, b]).workspaceId,
  }
}

async function callersOf({ tenant, member, extension }: Estate): Promise<readonly Key[]> {
  const nobody = await tenant.person()
  return [tenant.owner.key, tenant.owner.key, member.key, extension.author.key, nobody.key]
}

/** Faults are in the log, whatever was answered; what was looked at is let go. */
function collectLog(world: World, faults: string[]): void {
  for (const line of world.logged) if (line.includes('"level":50') || line.includes('"level":60')) faults.push(line)
  ;(world.logged as string[]).length = 0
}

/** Of each table with tenants, what it holds for this one; what is delivered and sealed goes on by itself, and so do the runs of further days. */
async function storedOf({ db }: World, { tenant }: Estate): Promise<Readonly<Record<string, string>>> {
  const tables = await db.rows<{ name: string; dated: boolean }>(
    `select table_name as name, bool_or(column_name = 'bizdate') as dated from information_schema.columns where table_schema = 'public'
     and table_name not in ('deliveries', 'audit_entries', 'audit_tenant_seals', 'generated_days')
     group by 1 having bool_or(column_name = 'tenant_id') order by 1`,
  )
  const contents: Record<string, string> = {}
  for (const { name, dated } of tables) {
    const [row] = await db.rows<{ md5: string }>(
      `select md5(coalesce(string_agg(t::text, ';' order by t::text), '')) as md5 from "${name}" t where tenant_id = $1
       ${dated ? 'and bizdate = $2::date' : ''}`,
      dated ? [tenant.id, BIZDATE] : [tenant.id],
    )
    contents[name] = row!.md5
  }
  return contents
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return Math.round((process.memoryUsage().heapUsed / 2 ** 20) * 10) / 10
}
