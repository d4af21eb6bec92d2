// A workspace whose events go to a broker and, beside it, to an HTTP receiver; and what becomes of them.
import { expect } from 'vitest'
import type { Outgoing, Sender, Target, TargetKind } from '../../server/src/openevent/target.ts'
import { sealCredentials } from '../../server/src/openevent/targets.ts'
import { ask, detailOf, PATIENCE, type Receiver, type Tenant, type Workspace, type World } from '../world.ts'

type Broker = {
  readonly kind: TargetKind
  readonly settings: Readonly<Record<string, unknown>>
  readonly credentials: Readonly<Record<string, string>> | null
}

export type Told = {
  readonly tenant: Tenant
  readonly workspace: Workspace
  readonly receiver: Receiver
  readonly targetId: number
}

export async function toldByBroker(world: World, broker: Broker): Promise<Told> {
  const tenant = await world.tenant()
  const workspace = await tenant.workspace()
  const receiver = await world.receiver()
  await tenant.route(workspace, receiver.url)
  const endpoint = `http://broker.invalid/${workspace.identifier}`
  await tenant.route(workspace, endpoint)
  const [row] = await world.db.rows<{ id: number }>(
    'update event_targets set kind = $2, settings = $3 where endpoint = $1 returning id',
    [endpoint, broker.kind, broker.settings],
  )
  const { id } = row!
  if (broker.credentials !== null)
    await world.db.rows('update event_targets set credentials = $2 where id = $1', [
      id,
      sealCredentials(world.secretKey, id, broker.credentials),
    ])
  return { tenant, workspace, receiver, targetId: id }
}

/** A held operation of which an extension is told. */
export async function holdFreeze({ tenant, workspace }: Told) {
  await tenant.extension({ enabledIn: [workspace] })
  const ids = await tenant.nodes(workspace, { held: [] })
  const operation = await ask(tenant.owner, workspace, 'freeze-node', [ids.held])
  return { ...operation, detail: () => detailOf(tenant.owner, operation.id) }
}

type Delivery = { message_id: string; state: string; errors: (string | null)[] }

export const deliveriesTo = (world: World, targetId: number) =>
  world.db.rows<Delivery>(
    `select d.message_id, d.state, array(select a.error from attempts a where a.delivery_id = d.id order by a.number) as errors
     from deliveries d where d.target_id = $1`,
    [targetId],
  )

/**
 * Many messages, during which the broker is killed and after which it is started again: each is delivered in the end, what failed says why, and the
 * receiver beside it has every message while the broker is away. Answers the ids of the messages.
 */
export async function surviveKill(
  world: World,
  told: Told,
  broker: { kill(): Promise<void>; start(): Promise<void> },
  arrived: () => number,
): Promise<string[]> {
  const { tenant, workspace, receiver, targetId } = told
  const [rounds, nodes] = [6, 30]
  let killed: Promise<void> | null = null
  for (let round = 0; round < rounds; round++) {
    const names = Array.from({ length: nodes }, (_, n) => [`round_${round}_${n}`, []] as const)
    await tenant.nodes(workspace, Object.fromEntries(names))
    if (round === 1) await expect.poll(arrived, PATIENCE).toBeGreaterThan(0)
    if (round === 2) killed = broker.kill()
  }
  await killed
  // While the broker is away the receiver beside it gets everything.
  await receiver.nth(rounds * nodes)
  await expect
    .poll(
      async () => (await deliveriesTo(world, targetId)).some(({ errors }) => errors.length > 0 && errors[0] !== null),
      PATIENCE,
    )
    .toBe(true)
  expect((await deliveriesTo(world, targetId)).some(({ state }) => state === 'pending')).toBe(true)
  await broker.start()
  await expect
    .poll(
      async () => {
        await world.db.rows(
          `update deliveries set next_attempt_at = now() where target_id = $1 and state = 'pending'`,
          [targetId],
        )
        world.server.platform.wakeDispatcher()
        return (await deliveriesTo(world, targetId)).filter(({ state }) => state !== 'delivered').length
      },
      { timeout: 200_000, interval: 500 },
    )
    .toBe(0)
  const deliveries = await deliveriesTo(world, targetId)
  expect(deliveries).toHaveLength(rounds * nodes)
  for (const { errors } of deliveries) {
    expect(errors.at(-1)).toBeNull()
    for (const error of errors.slice(0, -1))
      expect(error).toMatch(
        /^(cannot connect: |the broker closed the connection|no answer within|the partition has |the topic does not exist)/,
      )
  }
  return deliveries.map((delivery) => delivery.message_id)
}

let serial = 0

/** Hands small messages to one target of these settings, and says why that failed. */
export function sending(sender: Sender, { kind, settings, credentials }: Broker) {
  const target: Target = {
    id: ++serial,
    tenantId: 1,
    kind,
    endpoint: '',
    settings,
    credentials,
    retryPolicy: 'EXPONENTIAL_DECAY_RETRY',
    errorsTolerance: 'ALL',
    mostConcurrent: 16,
    signingSecrets: [],
  }
  return async (envelope = '{"id":"m","data":{}}'): Promise<string | null> => {
    const outgoing: Outgoing = {
      messageId: `message-${++serial}`,
      deliveryId: serial,
      attempt: 1,
      envelope,
      traceparent: null,
      trial: false,
      eventCode: 'freeze-node',
      publishedAtMs: Date.now(),
    }
    return (await sender.send(target, outgoing)).error
  }
}

/** One attempt to hand a small message to a target of these settings. */
export const attempt = (sender: Sender, broker: Broker, envelope?: string) => sending(sender, broker)(envelope)
