// Targets at brokers against the real brokers. They are brought from their registries, so this is no part of `npm test`. A broker that this
// machine cannot bring is named as not run. It must parse on Node 20.
import { needNode24 } from '../../server/node24.mjs'

await needNode24()
const { runBrokers } = await import('./suites.ts')
process.exit(await runBrokers(process.argv.slice(2)))
