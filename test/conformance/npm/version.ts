import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** They are here already: the tests that come with every build use them too. */
export function versionOf(name: string): string {
  return JSON.parse(readFileSync(require.resolve(`@alicloud/${name}/package.json`), 'utf8')).version
}
