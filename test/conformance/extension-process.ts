// The sample extension as a process of its own, on the client that CLIENT names. Its starter hears of its port and tells it who it is.
import { type Identity, startExtension } from '../../examples/freeze-guard/extension.ts'
import { variantNamed } from './clients.ts'

const { env } = process
const identity = new Promise<Identity>((resolve) => process.once('message', (message) => resolve(message as Identity)))
process.on('disconnect', () => process.exit(0))

const { port } = await startExtension({
  call: variantNamed(env.CLIENT ?? '').connect({
    endpoint: env.DATAWORKS_ENDPOINT ?? '',
    accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID ?? '',
    accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? '',
  }),
  identity: () => identity,
  port: 0,
  delayMs: 0,
})
process.send?.({ port })
