import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { VARIANTS } from '../clients.ts'
import type { Suite } from '../suites.ts'

const require = createRequire(import.meta.url)

/** They are here already: the tests that come with every build use them too. */
function versionOf(name: string): string {
  return JSON.parse(readFileSync(require.resolve(`@alicloud/${name}/package.json`), 'utf8')).version
}

export const NPM: readonly Suite[] = VARIANTS.map(({ name }) => {
  const [library = '', ...way] = name.split(', ')
  return {
    name: `JavaScript, ${name}`,
    client: `JavaScript ${library}`,
    way: way.join(' '),
    packages: [`@alicloud/${library} ${versionOf(library)}`],
    needs: [],
    install: async () => {},
    command: (_directory, role) => [process.execPath, path.join(import.meta.dirname, 'bridge.ts'), name, role],
    mismatchCode: 'SignatureDoesNotMatch',
  }
})
