// The shape of the house, kept by tables: who may import whom, who may hold SQL, call out, read the environment, and what the core may not do.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')

type Import = { readonly specifier: string; readonly typeOnly: boolean }
type Source = {
  /** From the project's root, with slashes. */
  readonly file: string
  readonly text: string
  /** The text without comments. */
  readonly code: string
  /** The text without comments and without what stands in quotes. */
  readonly bare: string
  readonly imports: readonly Import[]
}

const COMMENT_OR_TEXT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
const isComment = (part: string) => part.startsWith('/*') || part.startsWith('//')

function read(file: string): Source {
  const text = readFileSync(path.join(ROOT, file), 'utf8')
  const code = text.replace(COMMENT_OR_TEXT, (part) => (isComment(part) ? ' ' : part))
  const bare = text.replace(COMMENT_OR_TEXT, (part) => (isComment(part) ? ' ' : "''"))
  const imports = [
    ...code.matchAll(/(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[\w*{][^;'"]*?\sfrom\s+)?'([^']+)'/g),
  ].map((match): Import => ({ specifier: match[3]!, typeOnly: match[2] !== undefined }))
  const dynamic = [...code.matchAll(/\bimport\(\s*'([^']+)'/g)].map(
    (match): Import => ({ specifier: match[1]!, typeOnly: false }),
  )
  return { file, text, code, bare, imports: [...imports, ...dynamic] }
}

function sourcesIn(directory: string): Source[] {
  if (!existsSync(path.join(ROOT, directory))) return []
  return readdirSync(path.join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(directory, name.split(path.sep).join('/')))
    .filter((file) => /\.(ts|tsx)$/.test(file) && !file.includes('/node_modules/') && !file.includes('/dist/'))
    .filter((file) => statSync(path.join(ROOT, file)).isFile())
    .toSorted()
    .map(read)
}

const isTest = (source: Source) => /\.test\.tsx?$/.test(source.file)
const CORE = sourcesIn('core/src').filter((source) => !isTest(source))
const SERVER = sourcesIn('server/src').filter((source) => !isTest(source))
const SDK = sourcesIn('sdk/src').filter((source) => !isTest(source))
const CLI = sourcesIn('cli/src').filter((source) => !isTest(source))
const CONSOLE = sourcesIn('console/src')
const EXAMPLES = sourcesIn('examples').filter((source) => !isTest(source))

/** The part of the server that a file belongs to: its folder, or the file itself where it lies beside the folders. */
function partOf(file: string): string {
  const [, , first, ...rest] = file.split('/') as [string, string, string, ...string[]]
  if (first === 'api' && /^generate/.test(rest[0] ?? '')) return 'generate'
  return first.replace(/\.ts$/, '')
}

/** Which parts may be imported by each part of the server. Everything else of the project is out of its reach. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  // What nothing else of the server is below.
  bounded: [],
  config: [],
  credentials: [],
  embedded: [],
  live: [],
  store: ['core'],
  watch: ['core', 'store'],
  audit: ['store'],
  // Telling and holding.
  openevent: ['core', 'sdk', 'store', 'live', 'credentials', 'watch'],
  openid: ['core', 'openevent'],
  gate: ['core', 'bounded', 'store', 'openevent', 'live', 'watch'],
  modules: ['core', 'store', 'openevent', 'gate', 'live', 'runners', 'watch'],
  // The code of strangers, in processes of its own.
  functions: ['core', 'store', 'configured', 'credentials', 'openevent', 'watch'],
  // What runs the programs of nodes.
  runners: ['core', 'store', 'credentials', 'openevent'],
  // The interfaces and what they have in common.
  'request-rate': ['core', 'bounded'],
  platform: ['functions', 'openevent', 'openid', 'gate', 'request-rate', 'runners', 'watch'],
  access: ['core', 'store'],
  configured: ['core', 'store'],
  authentication: ['core', 'bounded', 'store', 'credentials', 'platform', 'dataworks'],
  dataworks: [
    'core',
    'bounded',
    'store',
    'gate',
    'modules',
    'platform',
    'access',
    'authentication',
    'configured',
    'watch',
  ],
  eventbridge: ['bounded', 'core', 'store', 'openevent', 'platform', 'access', 'authentication', 'dataworks', 'watch'],
  api: [
    'audit',
    'bounded',
    'core',
    'eventbridge',
    'functions',
    'store',
    'openevent',
    'openid',
    'gate',
    'modules',
    'platform',
    'runners',
    'access',
    'authentication',
    'configured',
    'credentials',
    'dataworks',
    'watch',
  ],
  // Programs, and what only they use.
  'first-start': ['core', 'store', 'credentials', 'config'],
  server: [
    'audit',
    'config',
    'functions',
    'store',
    'live',
    'watch',
    'openevent',
    'openid',
    'gate',
    'request-rate',
    'modules',
    'platform',
    'runners',
    'api',
  ],

  sample: ['core', 'modules', 'platform', 'store', 'sample-quality', 'sample-sync'],
  'sample-quality': ['core', 'modules', 'platform', 'store'],
  'sample-sync': ['core', 'modules', 'platform', 'store'],
  demo: ['core', 'sdk', 'store', 'config', 'credentials', 'platform', 'sample'],
  generate: ['core', 'api', 'dataworks', 'config', 'platform', 'watch'],
  'add-tenant': ['core', 'config', 'embedded', 'store', 'first-start'],
  'rotate-eventbridge-key': ['config', 'embedded', 'store', 'first-start', 'openevent'],
  'audit-command': ['audit', 'config', 'embedded', 'store'],
  main: ['config', 'embedded', 'server', 'first-start', 'demo'],
}

/** The part that an import leads to: a part of the server, another package of the project, or null for what is not ours. */
function partImported(source: Source, { specifier }: Import): string | null {
  const workspace = /^@holdpoint\/(\w+)/.exec(specifier)
  if (workspace) return workspace[1]!
  if (!specifier.startsWith('.')) return null
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(source.file), specifier))
  if (target.startsWith('server/src/')) return partOf(target)
  return target.split('/')[0]!
}

describe('what may import what', () => {
  test('every part of the server is in the table, and every row is a part of it', () => {
    expect(Object.keys(MAY_IMPORT).toSorted()).toEqual(
      [...new Set(SERVER.map((source) => partOf(source.file)))].toSorted(),
    )
  })

  test.each(Object.keys(MAY_IMPORT))('%s imports only what its row names', (part) => {
    const allowed = new Set([part, ...MAY_IMPORT[part]!])
    const found = SERVER.filter((source) => partOf(source.file) === part).flatMap((source) =>
      source.imports.flatMap((one) => {
        const target = partImported(source, one)
        return target === null || allowed.has(target) ? [] : [`${source.file} imports ${one.specifier}`]
      }),
    )
    expect(found).toEqual([])
  })

  test('no row names what is not imported: the table says what is, not what could be', () => {
    for (const [part, allowed] of Object.entries(MAY_IMPORT)) {
      const used = new Set(
        SERVER.filter((source) => partOf(source.file) === part).flatMap((source) =>
          source.imports.map((one) => partImported(source, one)),
        ),
      )
      expect(
        allowed.filter((one) => !used.has(one)),
        part,
      ).toEqual([])
    }
  })

  test('no file imports itself, be it through others; types do not count', () => {
    const ours = new Map([...CORE, ...SERVER, ...SDK].map((source) => [source.file, source]))
    const below = (source: Source) =>
      source.imports
        .filter((one) => !one.typeOnly && one.specifier.startsWith('.'))
        .map((one) => path.posix.join(path.posix.dirname(source.file), one.specifier))
        .filter((file) => ours.has(file))
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (file: string, trail: readonly string[]) => {
      if (state.get(file) === 'done') return
      if (state.get(file) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '))
        return
      }
      state.set(file, 'open')
      for (const next of below(ours.get(file)!)) visit(next, [...trail, file])
      state.set(file, 'done')
    }
    for (const file of ours.keys()) visit(file, [])
    expect(cycles).toEqual([])
  })

  test.each([
    ['the core', CORE, []],
    ['the client', SDK, []],
    ['the console', CONSOLE, ['console', 'core', 'sdk']],
    ['the command line', CLI, ['core', 'sdk']],
    // An extension is written with nothing of ours.
    ['an example', EXAMPLES, ['examples', 'sdk']],
  ] as const)('%s imports nothing of the project beside itself but what is named here', (_what, sources, allowed) => {
    const found = sources.flatMap((source) =>
      source.imports.flatMap((one) => {
        const target = partImported(source, one)
        const self = source.file.split('/')[0]
        return target === null || target === self || (allowed as readonly string[]).includes(target)
          ? []
          : [`${source.file} imports ${one.specifier}`]
      }),
    )
    expect(found).toEqual([])
  })

  test('the server uses only packages that it declares', () => {
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync(path.join(ROOT, 'server/package.json'), 'utf8'),
    )
    const declared = new Set(Object.keys({ ...dependencies, ...optionalDependencies }))
    const found = SERVER.filter((source) => partOf(source.file) !== 'generate').flatMap((source) =>
      source.imports
        .filter((one) => !one.specifier.startsWith('.') && !one.specifier.startsWith('node:'))
        .map((one) =>
          one.specifier
            .split('/')
            .slice(0, one.specifier.startsWith('@') ? 2 : 1)
            .join('/'),
        )
        .filter((name) => !declared.has(name))
        .map((name) => `${source.file} uses ${name}`),
    )
    expect(found).toEqual([])
  })

  // npm leaves out an optional package when the Node it runs on itself, which may be 20, is not one that the package names.
  test('every package that npm may leave out is for one kind of machine', () => {
    const { packages } = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string>; cpu?: unknown }>
    }
    const ours = Object.entries(packages).filter(([name]) => !name.includes('node_modules/'))
    const found = ours
      .flatMap(([, one]) => Object.keys(one.optionalDependencies ?? {}))
      .filter((name) => packages[`node_modules/${name}`]?.cpu === undefined)
    expect(found).toEqual([])
  })
})

/** Files whose code matches, as `file: match`. */
const matching = (
  sources: readonly Source[],
  pattern: RegExp,
  of: (source: Source) => string = (source) => source.bare,
) => sources.flatMap((source) => [...of(source).matchAll(pattern)].map((match) => `${source.file}: ${match[0].trim()}`))

describe('the core is pure', () => {
  test('it depends on nothing', () => {
    const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(
      readFileSync(path.join(ROOT, 'core/package.json'), 'utf8'),
    )
    expect({ ...dependencies, ...peerDependencies, ...optionalDependencies }).toEqual({})
    expect(CORE.flatMap((source) => source.imports.filter((one) => !one.specifier.startsWith('.')))).toEqual([])
  })

  test.each([
    ['no clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\b|\bset(Timeout|Interval|Immediate)\b/g],
    ['no chance', /\bMath\.random\b|\bcrypto\b|\brandomUUID\b/g],
    ['no waiting', /\basync\b|\bawait\b|\bPromise\b|\.then\(/g],
    ['no machine', /\bprocess\.|\bBuffer\b|\brequire\(|\bfetch\(|\bconsole\b|\bglobalThis\b/g],
    ['no language of its own place', /\.toLocale\w+\(|\bIntl\b|\bnew Date\(\d+,/g],
  ])('%s', (_what, pattern) => expect(matching(CORE, pattern)).toEqual([]))
})

describe('one place for each thing that reaches outside', () => {
  test('only the store holds SQL, the embedded PostgreSQL its own set-up, live updates their listening and telling, and runners what they ask data sources', () => {
    const allowed =
      /^server\/src\/(store|embedded)\/|^server\/src\/live\.ts$|^server\/src\/runners\/(inside\/|sql\.ts$)/
    const statement =
      /['"`]\s*(select\s|insert into\s|update \w+ set\s|delete from\s|with \w+ as\s|create (table|index|function|role|database)\s|alter \w+\s|listen |notify )/gi
    const found = matching(
      SERVER.filter((source) => !allowed.test(source.file)),
      statement,
      (source) => source.code,
    )
    // What live updates tell with is handed to them where the parts are joined.
    expect(found).toEqual(["server/src/server.ts: 'select"])
    expect(SERVER.find((source) => source.file === 'server/src/server.ts')!.code).toContain('select pg_notify(')
  })

  test('only they know the driver of the database; others name its types at most', () => {
    // A PostgreSQL that nodes run SQL on is not ours: a process of its own speaks to it.
    const allowed =
      /^server\/src\/(store|embedded)\/|^server\/src\/live\.ts$|^server\/src\/runners\/inside\/postgresql\.ts$/
    const found = SERVER.filter((source) => !allowed.test(source.file)).filter((source) =>
      source.imports.some((one) => (one.specifier === 'pg' || one.specifier.startsWith('pg/')) && !one.typeOnly),
    )
    expect(found.map((source) => source.file)).toEqual([])
  })

  test('only the targets of OpenEvent and the mails of alerts go out, and functions where they may, through the guard', () => {
    const callers = SERVER.filter((source) =>
      source.imports.some((one) => /^(undici|nodemailer|node:(http|https|http2|tls|dns|dgram))$/.test(one.specifier)),
    )
    expect(callers.map((source) => source.file)).toEqual([
      'server/src/functions/outbound.ts',
      'server/src/openevent/alert-mail.ts',
      'server/src/openevent/guard.ts',
      'server/src/openevent/guarded-fetch.ts',
      'server/src/openevent/http-target.ts',
    ])
    expect(
      matching(
        SERVER.filter(({ file }) => !file.endsWith('/guarded-fetch.ts')),
        /\bfetch\(|\bnet\.(connect|createConnection|Socket)\b|\bXMLHttpRequest\b|\bnew WebSocket\b/g,
      ),
    ).toEqual([])
  })

  test('only the embedded PostgreSQL, the hosts of functions, the runners of nodes and the demonstration start processes', () => {
    const found = SERVER.filter((source) => source.imports.some((one) => one.specifier === 'node:child_process'))
    for (const { file } of found)
      expect(file).toMatch(/^server\/src\/(embedded\/|functions\/(host|isolation)\.ts$|runners\/|demo\.ts$)/)
  })

  test('only the configuration reads the environment and the command line; programs hand it both', () => {
    const found = [...CORE, ...SERVER, ...SDK].flatMap((source) =>
      matching([source], /\bprocess\.(env(\.\w+)?|argv)\b/g),
    )
    expect([...new Set(found)].toSorted()).toEqual([
      'server/src/add-tenant.ts: process.argv',
      'server/src/add-tenant.ts: process.env',
      'server/src/api/generate.ts: process.argv',
      'server/src/audit-command.ts: process.argv',
      'server/src/audit-command.ts: process.env',
      // The extension's process finds its programs where this one does.
      'server/src/demo.ts: process.env.PATH',
      // What a host is told when it is started.
      'server/src/functions/host-program.ts: process.argv',
      'server/src/main.ts: process.argv',
      'server/src/main.ts: process.env',
      'server/src/rotate-eventbridge-key.ts: process.argv',
      'server/src/rotate-eventbridge-key.ts: process.env',
    ])
    for (const file of ['server/src/main.ts', 'server/src/add-tenant.ts', 'server/src/rotate-eventbridge-key.ts'])
      expect(matching([SERVER.find((source) => source.file === file)!], /\bprocess\.env\b/g)).toHaveLength(1)
  })
})

describe('the command line', () => {
  test('only its settings read the environment', () => {
    const found = new Set(matching(CLI, /\bprocess\.(env|argv)\b/g))
    expect([...found]).toEqual(['cli/src/settings.ts: process.env'])
  })
})

describe('names', () => {
  const ALL = [...CORE, ...SERVER, ...SDK, ...CLI, ...CONSOLE, ...EXAMPLES]

  test('files are kebab-case and named by what they hold, not by the drawer they lie in', () => {
    for (const { file } of ALL) {
      const name = path.posix.basename(file).replace(/(\.test|\.d)?\.tsx?$/, '')
      expect(name, file).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(file).not.toMatch(/[/-](manager|handler|processor|helper|util)s?(\/|\.tsx?$)/)
      expect(file).not.toMatch(/\/(common|shared|types|misc|data|info|lib)(\/|\.tsx?$)/)
    }
  })

  test('syntax that cannot be erased is not used: no enums, no namespaces, no parameter properties', () => {
    expect(
      matching(
        ALL,
        /(^|\n)\s*(export\s+)?(const\s+)?enum\s|(^|\n)\s*(export\s+)?namespace\s|constructor\(([^)]*,)?\s*(private|public|protected|readonly)\s/g,
      ),
    ).toEqual([])
  })

  test('classes are errors', () => {
    // But for those that JavaScript has elsewhere and a function expects.
    const others = SERVER.filter((source) => !source.file.startsWith('server/src/functions/inside/'))
    const found = matching([...CORE, ...others, ...SDK], /\bclass \w+[^{]*/g).filter(
      (one) => !/extends \w*Error$/.test(one),
    )
    expect(found).toEqual([])
  })
})

describe('refusals', () => {
  /** Every `new Refusal('CODE', …)` with the text of its details. */
  const thrown = [...CORE, ...SERVER].flatMap((source) =>
    [...source.code.matchAll(/new Refusal\(\s*'([A-Z0-9_]+)'/g)].map((match) => {
      let depth = 1
      let at = match.index + match[0].length
      const start = at
      for (; depth > 0; at++) depth += '({['.includes(source.code[at]!) ? 1 : ')}]'.includes(source.code[at]!) ? -1 : 0
      return {
        file: source.file,
        code: match[1]!,
        details: source.code
          .slice(start, at - 1)
          .replace(/^\s*,\s*/, '')
          .trim(),
      }
    }),
  )

  /** The names of an object literal's members; null where it is none, or spreads another one. */
  function memberNames(text: string): Set<string> | null {
    if (text === '') return new Set()
    if (!text.startsWith('{') || text.includes('...')) return null
    const inner = text.slice(1, text.lastIndexOf('}'))
    let depth = 0
    const flat = [...inner]
      .map((letter) => {
        if ('({['.includes(letter)) depth++
        const shown = depth === 0 ? letter : ' '
        if (')}]'.includes(letter)) depth--
        return shown
      })
      .join('')
    return new Set(flat.split(',').flatMap((part) => /^\s*(\w+)\s*(:|$)/.exec(part)?.[1] ?? []))
  }

  test('each is thrown with everything that its sentence and its code name', async () => {
    const { REFUSALS } = await import('@holdpoint/core')
    expect(thrown.length).toBeGreaterThan(50)
    const missing = thrown.flatMap(({ file, code, details }) => {
      const row = REFUSALS[code as keyof typeof REFUSALS]
      const given = memberNames(details)
      if (given === null) return []
      const wanted = [...`${row.sentence} ${row.dataworks}`.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!)
      return wanted.filter((name) => !given.has(name)).map((name) => `${file}: ${code} without ${name}`)
    })
    expect(missing).toEqual([])
  })
})
