// The long version of the chaos tests: see README.md. It must parse on Node 20.
import { needNode24 } from '../../server/node24.mjs'

await needNode24()
await (await import('./long.ts')).long(process.argv.slice(2))
