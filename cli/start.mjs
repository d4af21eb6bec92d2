#!/usr/bin/env node
// What `npx holdpoint` runs: the right Node, then the command. It must parse on Node 20.
import { needNode24 } from '../server/node24.mjs'

await needNode24()
await import('./src/main.ts')
