import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { ensureSigningSecret, readSigningSecrets, rotateSigningSecret } from '../../openevent/signing-secrets.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Sql } from '../../store/database.ts'
import type { Caller } from '../../store/principals.ts'
import { lockTarget } from '../../store/signing.ts'
import { route } from '../route.ts'
import { SigningSecretRotation, SigningSecrets } from '../shapes.ts'

const HOUR_SECONDS = 3_600

const targetParams = z.object({
  busId: z.coerce.number().int().positive(),
  ruleId: z.coerce.number().int().positive(),
  name: z.string().max(128),
})
type Named = z.output<typeof targetParams>

export const signingSecretRoutes = [
  route({
    method: 'GET',
    path: '/event-buses/:busId/rules/:ruleId/targets/:name/signing-secrets',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'The secrets with which deliveries to an HTTP target are signed; reading them is on record',
    params: targetParams,
    answer: SigningSecrets,
    async run({ platform, caller, params }) {
      return await platform.db.transaction(async (tx) => {
        const targetId = await signedTarget(tx, caller, params)
        await ensureSigningSecret(tx, platform.secretKey, targetId)
        writeAudit(tx, entry(caller, params, 'signing-secret.read'))
        return await view(tx, platform, targetId)
      })
    },
  }),
  route({
    method: 'POST',
    path: '/event-buses/:busId/rules/:ruleId/targets/:name/signing-secrets/rotate',
    access: 'openevent.write',
    tag: 'OpenEvent',
    summary: 'Sign deliveries to an HTTP target with a new secret, and for a while with those before as well',
    params: targetParams,
    body: SigningSecretRotation,
    answer: SigningSecrets,
    async run({ platform, caller, params, body }) {
      const answer = await platform.db.transaction(async (tx) => {
        const targetId = await signedTarget(tx, caller, params)
        await rotateSigningSecret(tx, platform.secretKey, targetId, body.overlapHours * HOUR_SECONDS)
        writeAudit(tx, { ...entry(caller, params, 'signing-secret.rotate'), details: body })
        return await view(tx, platform, targetId)
      })
      // Every replica reads the target again before it delivers the next message.
      platform.live.publish({
        kind: 'openevent',
        tenantId: caller.tenantId,
        workspaceId: null,
        id: String(params.ruleId),
      })
      return answer
    },
  }),
]

async function signedTarget(tx: Sql, caller: Caller, { busId, ruleId, name }: Named): Promise<number> {
  const target = await lockTarget(tx, caller.tenantId, busId, ruleId, name)
  if (!target) throw new Refusal('NOT_FOUND', { thing: 'target', id: name })
  if (target.kind !== 'http') throw new Refusal('TARGET_REFUSED', { problem: 'only deliveries over HTTP are signed' })
  return target.id
}

const entry = (caller: Caller, { name }: Named, action: string) => ({
  tenantId: caller.tenantId,
  userId: caller.userId,
  action,
  object: name,
})

async function view(tx: Sql, platform: Platform, targetId: number) {
  const secrets = await readSigningSecrets(tx, platform.secretKey, targetId)
  return {
    secrets: secrets.map(({ secret, createdAt, retiresAt }) => ({
      secret,
      createdAt: createdAt.toISOString(),
      retiresAt: retiresAt?.toISOString() ?? null,
    })),
  }
}
