/** Sample events: what the catalogue gives as an example of each, as a tenant's own bus would deliver it. */
import { randomUUID } from 'node:crypto'
import { type EventCode, eventByCode, type Json } from '@holdpoint/core'
import { envelopeOf } from './envelope.ts'
import { messageBody } from './publish.ts'

export type SampleFor = {
  readonly tenantId: number
  /** The workspace it is from; the catalogue's own example names another. */
  readonly workspaceId: number | null
  readonly busName: string
  readonly region: string
  readonly at: Date
}

/** The JSON text of a body with every member the catalogue has an example of, said of this tenant and workspace. */
export function sampleBody(eventCode: EventCode, given: Pick<SampleFor, 'tenantId' | 'workspaceId'>): string {
  const { sample, kind } = eventByCode(eventCode)
  const place = given.workspaceId === null ? {} : { projectId: given.workspaceId, appId: given.workspaceId }
  const known = Object.keys(place).filter((name) => name in sample)
  return messageBody(eventCode, {
    blockBusiness: kind === 'extension-point',
    extensionBizId: '00000000-0000-4000-8000-000000000000',
    ...sample,
    ...Object.fromEntries(known.map((name) => [name, given.workspaceId])),
    tenantId: given.tenantId,
  })
}

/** The text of a sample message, as it goes over the wire. */
export function sampleEnvelope(eventCode: EventCode, id: string, given: SampleFor): string {
  const message = {
    message_id: id,
    event_code: eventCode,
    tenant_id: given.tenantId,
    body: sampleBody(eventCode, given),
    bus_name: given.busName,
    created_at: given.at,
  }
  return envelopeOf(message, given.region)
}

/** A sample message, read. */
export function sampleEvent(eventCode: EventCode, given: SampleFor): { readonly [member: string]: Json } {
  return JSON.parse(sampleEnvelope(eventCode, randomUUID(), given))
}
