/** The texts that a host runs: its own program, and what it puts around the code of strangers. Both are read once. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { withoutTypes } from './source.ts'

/** Several modules as the text of one: without types, without importing each other, one after the other. */
function joined(files: readonly string[], exported: boolean): string {
  return files
    .map((file, at) => {
      const source = withoutTypes(readFileSync(path.join(import.meta.dirname, file), 'utf8'))
      const plain = source.replace(/^import [^;]*? from '\.[^']*';?$/gm, '')
      return exported && at === files.length - 1 ? plain : plain.replace(/^export /gm, '')
    })
    .join('\n')
}

export const hostProgram = (): string => joined(['frames.ts', 'host-program.ts'], false)

export const prelude = (): string =>
  joined(
    ['text.ts', 'random.ts', 'clone.ts', 'url.ts', 'fetch.ts', 'prelude.ts'].map((file) => `inside/${file}`),
    true,
  )
