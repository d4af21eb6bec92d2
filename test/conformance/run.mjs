// The vendor's clients against a running server, and the page of compatibility that is made of what they find (--save). They are installed from their registries, so this is no part of `npm test`.
// A language whose package manager is not here, or cannot install, is named as not run. It must parse on Node 20.
import { needNode24 } from '../../server/node24.mjs'

await needNode24()
const { runSuites } = await import('./suites.ts')
process.exit(await runSuites(process.argv.slice(2)))
