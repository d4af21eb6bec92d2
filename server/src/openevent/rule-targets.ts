/** What a rule says of its targets: whether each could ever work, and how it is kept. */
import net from 'node:net'
import { Refusal } from '@holdpoint/core'
import type { z } from 'zod'
import type { Sql } from '../store/database.ts'
import { extensionByCode, knownCodes } from '../store/extensions.ts'
import * as openevent from '../store/openevent.ts'
import type { NewTarget } from './bus-shapes.ts'
import type { OutboundPolicy } from './guard.ts'
import { brokerAddress } from './target-settings.ts'
import { sealCredentials } from './targets.ts'

type Given = z.output<typeof NewTarget>

export type TargetsOf = {
  readonly tenantId: number
  readonly busId: number
  readonly ruleId: number
  /** What the rule has now. */
  readonly before: readonly openevent.TargetRow[]
}

/** Makes the targets of a rule what is given, or refuses what could never work, with nothing changed. */
export async function saveTargets(
  sql: Sql,
  of: TargetsOf,
  targets: readonly Given[],
  { outbound, secretKey }: { readonly outbound: OutboundPolicy; readonly secretKey: Buffer },
): Promise<void> {
  const names = targets.map((target) => target.name)
  if (new Set(names).size < names.length) throw refused('two targets of a rule have the same name')
  await checkServes(sql, of.tenantId, targets)
  const made: openevent.NewTarget[] = []
  for (const target of targets) {
    checkAddresses(target, outbound)
    made.push({
      name: target.name,
      kind: target.kind ?? 'http',
      endpoint: await endpointOf(sql, of, target),
      settings: target.settings ?? {},
      serves: target.kind === 'function' ? [] : target.serves,
      retryPolicy: target.retryPolicy,
      errorsTolerance: target.errorsTolerance,
      mostConcurrent: target.maxConcurrency,
    })
  }
  const credentials = new Map(targets.map((target) => [target.name, credentialsFor(target, of.before)]))
  const ids = await openevent.putTargets(sql, of.ruleId, made)
  for (const [name, given] of credentials) {
    if (given === 'kept') continue
    const id = ids.get(name)!
    await openevent.setCredentials(sql, id, given && sealCredentials(secretKey, id, given))
  }
}

/** Where the target is, as people read it. */
async function endpointOf(sql: Sql, of: TargetsOf, target: Given): Promise<string> {
  switch (target.kind) {
    case 'kafka':
      return `kafka://${target.settings.brokers.join(',')}/${target.settings.topic}`
    case 'rabbitmq': {
      const { host, port, vhost, tls } = target.settings
      return `${tls ? 'amqps' : 'amqp'}://${host.includes(':') ? `[${host}]` : host}:${port}/${encodeURIComponent(vhost)}`
    }
    case 'bus': {
      const { busId } = target.settings
      if (busId === of.busId) throw refused('a bus cannot lead its events to itself')
      // It is not deleted before this is seen to lead to it.
      await openevent.lockBus(sql, of.tenantId, busId)
      const bus = await openevent.busById(sql, of.tenantId, busId)
      if (!bus) throw new Refusal('NOT_FOUND', { thing: 'event bus', id: busId })
      return bus.name
    }
    case 'function': {
      const { extensionCode } = target.settings
      const extension = await extensionByCode(sql, of.tenantId, extensionCode)
      if (!extension) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode })
      if (extension.deployment !== 'function') throw new Refusal('FUNCTION_NONE', { extensionCode })
      return extensionCode
    }
    default:
      return target.endpoint
  }
}

/** An address that is written as one is judged at once; names are judged whenever they are connected to. */
function checkAddresses(target: Given, outbound: OutboundPolicy): void {
  for (const { host, port } of addressesOf(target)) {
    const problem = net.isIP(host) ? outbound.refuse(host, host, port) : null
    if (problem !== null) throw refused(problem)
  }
}

function addressesOf(target: Given): { readonly host: string; readonly port: number }[] {
  switch (target.kind) {
    case 'kafka':
      return target.settings.brokers.map((one) => brokerAddress(one)!)
    case 'rabbitmq':
      return [target.settings]
    case 'bus':
    case 'function':
      return []
    default: {
      const url = new URL(target.endpoint)
      if (url.username !== '' || url.password !== '') throw refused('the address carries a password')
      if (url.hash !== '') throw refused('the address carries a fragment, which is never sent')
      const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
      return [{ host: url.hostname.replace(/^\[|\]$/g, ''), port }]
    }
  }
}

/**
 * What is kept from now on. Credentials that were given for one receiver are shown to no other: where the address changes, they are given again
 * or removed.
 */
function credentialsFor(
  target: Given,
  before: readonly openevent.TargetRow[],
): Readonly<Record<string, string>> | null | 'kept' {
  if (target.kind !== 'kafka' && target.kind !== 'rabbitmq') return null
  const known = before.find((one) => one.name === target.name && one.kind === target.kind)
  const keeps = target.credentials === undefined && known?.has_credentials === true
  if (keeps && receiverOf(target.settings) !== receiverOf(known.settings))
    throw refused('its address has changed, so its user name and password must be given again')
  const has = keeps || (target.credentials ?? null) !== null
  if (target.kind === 'kafka' && has !== (target.settings.sasl !== null))
    throw refused('a user name and password and a SASL mechanism go together')
  return keeps ? 'kept' : (target.credentials ?? null)
}

/** What decides who gets to see the credentials. */
function receiverOf(settings: Readonly<Record<string, unknown>>): string {
  const { brokers, host, port, vhost, tls, sasl } = settings
  return JSON.stringify([brokers, host, port, vhost, tls, sasl])
}

async function checkServes(sql: Sql, tenantId: number, targets: readonly Given[]): Promise<void> {
  const codes = [...new Set(targets.flatMap((target) => target.serves ?? []))]
  const known = new Set(await knownCodes(sql, tenantId, codes))
  const unknown = codes.find((code) => !known.has(code))
  if (unknown !== undefined) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: unknown })
}

const refused = (problem: string) => new Refusal('TARGET_REFUSED', { problem })
