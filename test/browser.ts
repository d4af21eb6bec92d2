// A Chromium for the console's tests: one found on the machine, else the one that @sparticuz/chromium brings, unpacked once per version.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const FONT_WEIGHTS = ['400Regular', '500Medium', '600SemiBold', '700Bold']
const UNPACK_MS = 120_000
const RUN_MS = 30_000

const ARGUMENTS = [
  '--headless',
  // Root cannot use the sandbox, and many machines deny it to others too; only the project's own pages are opened.
  '--no-sandbox',
  // Nothing leaves the machine, whatever a page or the browser itself would like to fetch.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
  // Containers give little of the shared memory it would use otherwise.
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
]

export interface Browser {
  readonly executablePath: string
  readonly args: readonly string[]
  /** The whole environment to launch it with: fonts that have Chinese, and libraries where the machine lacks them. */
  readonly env: Readonly<Record<string, string>>
}

const require = createRequire(import.meta.url)

/**
 * What playwright's launch needs. The first call on a machine without a Chromium unpacks one, which takes some seconds. `searchPath` is where
 * programs are looked for, as in PATH.
 */
export function findBrowser(searchPath = process.env.PATH ?? ''): Browser {
  const home = path.join(tmpdir(), `holdpoint-browser-${packagedVersion()}-${userInfo().uid}`)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  if (lstatSync(home).uid !== userInfo().uid) throw new Error(`${home} belongs to somebody else: nothing in it is run.`)
  const env = { ...definedEnvironment(), FONTCONFIG_FILE: writeFontConfiguration(home) }
  const installed = NAMES.map((name) => findOnPath(name, searchPath)).find(
    (program) => program !== null && runs(program, env),
  )
  if (installed) return { executablePath: installed, args: ARGUMENTS, env }
  const unpacked = unpack(home)
  const executablePath = path.join(unpacked, 'chromium')
  const libraries = path.join(unpacked, 'al2023', 'lib')
  const choices = [env, { ...env, LD_LIBRARY_PATH: libraries }]
  const working = choices.find((choice) => runs(executablePath, choice))
  if (working !== undefined) return { executablePath, args: ARGUMENTS, env: working }
  throw new Error('The Chromium from npm does not run here: install the package chromium of this system.')
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

function findOnPath(name: string, searchPath: string): string | null {
  for (const directory of searchPath.split(path.delimiter)) {
    const program = path.join(directory, name)
    try {
      accessSync(program, constants.X_OK)
      return program
    } catch {}
  }
  return null
}

// Some systems put a program of that name on the path which only asks to install the real one.
function runs(program: string, env: Readonly<Record<string, string>>): boolean {
  return spawnSync(program, ['--version'], { env, stdio: 'ignore', timeout: RUN_MS }).status === 0
}

function packageDirectory(): string {
  return path.resolve(path.dirname(require.resolve('@sparticuz/chromium')), '..')
}

function packagedVersion(): string {
  return JSON.parse(readFileSync(path.join(packageDirectory(), 'package.json'), 'utf8')).version
}

/**
 * Unpacks beside and renames: the package takes whatever it finds in the temporary directory for a Chromium, also half a one. It is told that
 * it runs where the libraries are missing that slim systems lack, so that it unpacks these as well.
 */
function unpack(home: string): string {
  const unpacked = path.join(home, 'unpacked')
  if (existsSync(unpacked)) return unpacked
  const aside = mkdtempSync(path.join(home, 'new-'))
  try {
    const program = `import chromium from ${JSON.stringify(require.resolve('@sparticuz/chromium'))}; await chromium.executablePath()`
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      env: { ...process.env, TMPDIR: aside, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: UNPACK_MS,
    })
    renameSync(aside, unpacked)
  } catch (error) {
    // Another process may have been faster.
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
  return unpacked
}

/** Without a Chinese font every character is drawn as a box. The machine's own configuration stays in force where there is one. */
function writeFontConfiguration(home: string): string {
  const fonts = path.dirname(require.resolve('@expo-google-fonts/noto-sans-sc/package.json'))
  const directories = [
    ...FONT_WEIGHTS.map((weight) => path.join(fonts, weight)),
    path.join(home, 'unpacked', 'fonts'),
    '/usr/share/fonts',
  ]
  const file = path.join(home, 'fonts.conf')
  const aside = `${file}.${process.pid}`
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>',
    ...directories.map((directory) => `<dir>${directory.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</dir>`),
    `<cachedir>${path.join(home, 'font-cache')}</cachedir>`,
    '</fontconfig>',
    '',
  ]
  writeFileSync(aside, lines.join('\n'))
  renameSync(aside, file)
  return file
}
