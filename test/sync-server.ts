/** A server that does nothing but run one synchronisation, to be killed: handed over as JSON in its first argument; says `begun`, `moved` whenever rows were, and how it has ended. */
import type { SyncWork } from '../server/src/runners/runner.ts'
import { testRunners } from './runners.ts'
import { synced } from './syncs.ts'

const given = JSON.parse(process.argv[2]!) as { tablesDir: string; secretKey: string; work: SyncWork }
const revived = (source: SyncWork['source']) => ({
  ...source,
  secret: source.secret === null ? null : Buffer.from(source.secret as unknown as string, 'base64'),
})
const here = testRunners({ tablesDir: given.tablesDir, secretKey: Buffer.from(given.secretKey, 'base64') })
const { work } = given
process.stdout.write('begun\n')
const { ended } = await synced(
  here,
  { ...work, source: revived(work.source), target: revived(work.target) },
  { progress: () => void process.stdout.write('moved\n') },
)
process.stdout.write(`${JSON.stringify(ended)}\n`)
await here.close()
