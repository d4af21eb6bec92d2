import path from 'node:path'
import { VARIANTS } from '../clients.ts'
import type { Suite } from '../suites.ts'
import { versionOf } from './version.ts'

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
