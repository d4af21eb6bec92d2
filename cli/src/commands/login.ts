import { password, text } from '@clack/prompts'
import { createClient } from '@holdpoint/sdk'
import { asked } from '../ask.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit.ts'
import { secretGiven, writeProfile } from '../settings.ts'

export async function login({ say, flags }: Context, { name }: { name: string }): Promise<void> {
  const endpoint = await asked(
    flags.endpoint,
    () => text({ message: 'Where is Holdpoint?', initialValue: 'http://127.0.0.1:4180' }),
    'Where is Holdpoint? Give --endpoint.',
    EXIT.access,
  )
  const accessKeyId = await asked(
    flags.accessKeyId,
    () => text({ message: 'AccessKey ID' }),
    'Who asks? Give --access-key-id.',
    EXIT.access,
  )
  const accessKeySecret = await asked(
    secretGiven('HOLDPOINT_ACCESS_KEY_SECRET'),
    () => password({ message: 'AccessKey secret' }),
    'Give the secret in HOLDPOINT_ACCESS_KEY_SECRET.',
    EXIT.access,
  )
  const profile = { endpoint, accessKeyId, accessKeySecret }
  const me = await createClient(profile).call('GET /session')
  const file = writeProfile(name, profile)
  say.data({ profile: name, user: me.user }, `${me.user.displayName} of ${me.tenant.name}; kept as ${name} in ${file}`)
}
