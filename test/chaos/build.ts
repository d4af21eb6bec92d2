// The server as it is, or a copy of its source with a fault written into it.
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryDirectory } from './reaper.ts'

export const ROOT = path.resolve(import.meta.dirname, '../..')

export type Patch = { readonly file: string; readonly find: RegExp; readonly put: string }

/** Fails where the text that a patch replaces is not there exactly once: a fault that was not made would be one that nobody finds. */
export function patchedBuild(patches: readonly Patch[]): string {
  const directory = temporaryDirectory()
  for (const part of ['server', 'core', 'sdk'])
    cpSync(path.join(ROOT, part), path.join(directory, part), {
      recursive: true,
      filter: (source) => !source.includes('/node_modules') && !source.endsWith('.test.ts'),
    })
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'))
  for (const { file, find, put } of patches) {
    const name = path.join(directory, file)
    const text = readFileSync(name, 'utf8')
    const found = text.match(new RegExp(find, `${find.flags}g`))?.length ?? 0
    if (found !== 1) throw new Error(`${find} is ${found} times in ${file}: the patch has to follow the code`)
    writeFileSync(name, text.replace(find, put))
  }
  return directory
}
