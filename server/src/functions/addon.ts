/** Where the engine's native part lies for this machine. */
import { createRequire } from 'node:module'
import path from 'node:path'

/** Null where it is not installed, or not for this platform. It is never loaded into the server. */
export function addonFile(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('isolated-vm/package.json')
    const find = createRequire(manifest)('node-gyp-build') as { path(directory: string): string }
    return find.path(path.dirname(manifest))
  } catch {
    return null
  }
}
