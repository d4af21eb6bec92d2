/** Trying an event pattern before it is saved, and the sample events to try it on. */
import { checkEvent, checkPattern, EVENTS, type Json, mismatch } from '@holdpoint/core'
import { z } from 'zod'
import { workspaceFor } from '../../access.ts'
import { busFor } from '../../openevent/buses.ts'
import { sampleEvent } from '../../openevent/sample.ts'
import { EventSample, PatternTrial, PatternVerdict } from '../openevent-shapes.ts'
import { route } from '../route.ts'
import { knownEvent } from './targets.ts'

export const eventPatternRoutes = [
  route({
    method: 'POST',
    path: '/event-patterns/try',
    access: 'openevent.read',
    tag: 'OpenEvent',
    summary: 'Whether an event matches a pattern, and if not, the first member that does not',
    body: PatternTrial,
    answer: PatternVerdict,
    async run({ body }) {
      const pattern = body.pattern as Json
      const event = body.event as Json
      checkPattern(pattern)
      checkEvent(event)
      const found = mismatch(pattern, event)
      return {
        matches: found === null,
        mismatch: found && {
          path: found.path,
          wanted: found.wanted,
          present: found.found !== undefined,
          found: found.found ?? null,
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/event-samples',
    access: 'openevent.read',
    tag: 'OpenEvent',
    summary: 'A sample of each event, as a target of the bus would receive it',
    query: z.object({
      eventCode: z.string().max(128).optional().describe('Only of this event'),
      workspaceId: z.coerce.number().int().positive().optional().describe('The workspace they are to be from'),
      busId: z.coerce.number().int().positive().optional().describe('The bus they are to come over'),
    }),
    answer: z.object({ items: z.array(EventSample) }),
    async run({ platform, caller, query }) {
      const events = query.eventCode === undefined ? EVENTS : [knownEvent(query.eventCode)]
      if (query.workspaceId !== undefined) await workspaceFor(platform.db, caller, query.workspaceId, 'workspace.read')
      const bus = query.busId === undefined ? null : await busFor(platform.db, caller, query.busId)
      const given = {
        tenantId: caller.tenantId,
        workspaceId: query.workspaceId ?? null,
        busName: bus?.name ?? 'default',
        region: platform.region,
        at: new Date(platform.nowMs()),
      }
      return { items: events.map(({ eventCode }) => ({ eventCode, event: sampleEvent(eventCode, given) })) }
    },
  }),
]
