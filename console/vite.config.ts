import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const EVENT_NAMES = 'virtual:event-names'

/**
 * The catalogue's names without its bodies and samples. The whole catalogue is several times larger and would have to be there
 * before the first page can name an operation.
 */
function eventNames(): Plugin {
  const resolved = `\0${EVENT_NAMES}`
  return {
    name: 'holdpoint:event-names',
    resolveId: (id) => (id === EVENT_NAMES ? resolved : null),
    async load(id) {
      if (id !== resolved) return null
      const { CATEGORIES, EVENTS, MODULES } = await import('@holdpoint/core/catalog/index')
      const modules = Object.fromEntries(Object.entries(MODULES).map(([code, module]) => [code, module.name]))
      const events = EVENTS.map(({ eventCode, name, module, category, scope, kind }) => ({
        eventCode,
        name,
        module,
        category,
        scope,
        kind,
      }))
      return [
        `export const MODULE_NAMES = ${JSON.stringify(modules)}`,
        `export const CATEGORY_NAMES = ${JSON.stringify(CATEGORIES)}`,
        `export const EVENT_NAMES = ${JSON.stringify(events)}`,
      ].join('\n')
    },
  }
}

/** A compressed copy beside every script and style, for the server to send where the browser takes it. */
function compressedCopies(): Plugin {
  return {
    name: 'holdpoint:compressed-copies',
    apply: 'build',
    enforce: 'post',
    // Of the files as they were written: until then other plugins still change them.
    writeBundle({ dir }, bundle) {
      for (const fileName of Object.keys(bundle)) {
        if (!/\.(js|css)$/.test(fileName)) continue
        const file = join(dir!, fileName)
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }))
      }
    },
  }
}

export default defineConfig({
  base: '/console/',
  plugins: [react(), eventNames(), compressedCopies()],
  // For `vite console`: a server that is started with its default port answers the API.
  server: { proxy: { '/api': 'http://127.0.0.1:4180' } },
  build: {
    target: 'es2023',
    // With light-dark(): older browsers get no console, not a broken one.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Only the content policy's own sources: nothing is inlined as a data address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // What most pages share comes in one file instead of dozens; what fewer do would burden the first page of the others.
      output: { codeSplitting: { groups: [{ name: 'base', minShareCount: 30 }] } },
    },
  },
})
