/** A process that runs two functions, one of which does not end, says so, and waits to be killed. */
import { startFunctionHosts } from '../server/src/functions/hosts.ts'

const weakest = process.argv[2] === 'weakest'
const hosts = startFunctionHosts({ outbound: null, ...(weakest && { fence: (fences) => fences.at(-1)! }) })
const call = (source: string) =>
  hosts.invoke({
    tenantId: 1,
    codeId: source,
    source,
    limits: { timeoutMs: 60_000, memoryMb: 16 },
    environment: {},
    allowedHosts: [],
    request: '{}',
  })
void call('export default () => { for (;;); }')
await call('export default () => 1')
process.stdout.write('both run\n')
