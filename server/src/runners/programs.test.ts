// Shell and Python nodes behind the fence: what they are given, what bounds them, what they try in vain, and what is left of them.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, test } from 'vitest'
import { reasonOf, testRunners, type WorkOf } from '../../../test/runners.ts'
import { PATIENCE } from '../../../test/world.ts'

const here = testRunners({ programsMemoryMb: 128 })
afterAll(() => here.close())

const shell = (content: string, more: WorkOf = {}, signal?: AbortSignal) =>
  here.ran({ programType: 'DIDE_SHELL', content, ...more }, signal)
const python = (content: string, more: WorkOf = {}) => here.ran({ programType: 'PYODPS3', content, ...more })
const works = !(await shell('true').then(({ ended }) => ended.ended === 'failed'))
const pythonWorks = works && (await python('').then(({ ended }) => ended.ended === 'succeeded'))

/** Processes of this machine whose command line has this in it. */
function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text)
      } catch {
        return false
      }
    })
    .map(Number)
}
/** Whether it is there, and not only waits for its parent to hear that it has ended. */
function runs(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
/** Of the server that stands still, which on a slow machine must not do so by itself. */
const REPLICA_TIMEOUT_MS = 20_000
const ENDLESS = 'select count(*) from range(100000000) a, range(100000000) b'
/** A sleep that nobody else sleeps. */
const sleepOf = () => `86${Math.floor(Math.random() * 1e9)}`

test('on Linux with namespaces there is a fence; elsewhere it is said why nothing runs', async () => {
  const description = await here.runners.fence()
  if (works) expect(description).toMatch(/^programs of nodes run in namespaces of their own/)
  else expect(reasonOf(await shell('true'))).toMatch(/^PROGRAM_NOT_RUN: .*cannot fence programs in/)
})

test('a resource group that does not allow it lets nothing of the machine run', async () => {
  for (const programType of ['SHELL', 'PYTHON'])
    expect(reasonOf(await here.ran({ programType, content: 'echo ran', allowsShell: false }))).toMatch(
      /^SHELL_NOT_ALLOWED/,
    )
})

describe.runIf(works)('a shell node', () => {
  test('finds the resources that it is given where it starts, byte for byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at))
    const resources = [
      { name: "it's rates.csv", base64: Buffer.from('a,b\n1,é').toString('base64') },
      { name: 'bytes', base64: bytes.toString('base64') },
    ]
    const { ended, log } = await shell('cat "it\'s rates.csv"; echo; base64 -w0 bytes', { resources })
    expect(ended).toEqual({ ended: 'succeeded' })
    expect(log).toBe(`a,b\n1,é\n${bytes.toString('base64')}`)
  })

  test('has its parameters as words and as variables, and the variables that are documented, and no others', async () => {
    const { log, ended } = await shell(
      'echo "$1|$2|$3|$region"; env | cut -d= -f1 | sort | tr "\\n" " "; pwd; ls -A | sort',
      {
        parameters: [
          { name: 'region', value: 'it\'s $HOME `id` "x"\nline' },
          { name: null, value: '20260301  b' },
          { name: 'LD_PRELOAD', value: '/evil.so' },
          { name: 'BASH_ENV', value: '/evil' },
          { name: 'PATH', value: '/evil' },
          { name: 'not a name', value: 'x' },
        ],
      },
    )
    expect(ended).toEqual({ ended: 'succeeded' })
    expect(log).toContain('it\'s $HOME `id` "x"\nline|20260301|b|it\'s $HOME `id` "x"\nline\n')
    const names = /\n([\w ]*HOLDPOINT[\w ]*) \/job\n/.exec(log)![1]!.split(' ')
    expect(new Set(names)).toEqual(
      new Set([
        ...['HOLDPOINT_ENVIRONMENT', 'HOLDPOINT_INSTANCE_ID', 'HOLDPOINT_NODE', 'HOLDPOINT_RUN_NUMBER'],
        ...['HOLDPOINT_WORKSPACE_ID', 'HOME', 'LANG', 'PATH', 'PWD', 'SHLVL', 'TMPDIR', '_', 'bizdate', 'cyctime'],
        // Of a value with several lines the others stand there too.
        ...['region', 'line'],
      ]),
    )
    expect(log).toMatch(/\/job\n\.args\nprogram\n$/)
  })

  test('has the business date and the time of its cycle on the clocks of its node, or of the server', async () => {
    expect((await shell('echo $bizdate $cyctime')).log).toBe('20260301 20260302081000\n')
  })

  test('is no administrator: not root, without rights, in an empty place of its own', async () => {
    const { log } = await shell(
      'id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status; unshare -r true; mount -t tmpfs x /tmp; /usr/sbin/chroot / true',
    )
    expect(log).toMatch(/^65534\n/)
    expect(log).toMatch(/CapEff:\s+0000000000000000\nCapBnd:\s+0000000000000000\nNoNewPrivs:\s+1\n/)
    expect(log).toMatch(/unshare failed/)
    expect(log).toMatch(/mount: .*(superuser|denied|permitted)/)
    expect(log).toMatch(/chroot: .*(superuser|denied|permitted)/i)
  })

  test('ends as its program does: the code, what it was killed by, and what it wrote before', async () => {
    expect(reasonOf(await shell('echo before; exit 3'))).toBe(
      'PROGRAM_FAILED: The program failed: it ended with code 3.',
    )
    expect(reasonOf(await shell('kill -9 $$'))).toMatch(/signal 9/)
    const { log } = await shell('echo to stdout; echo to stderr >&2')
    expect(log.split('\n').toSorted()).toEqual(['', 'to stderr', 'to stdout'])
  })

  test('what is wrong with its text is the shell’s to say, and nothing of it runs outside', async () => {
    expect(reasonOf(await shell('if; then'))).toMatch(/code 2/)
    expect((await shell("'\\''; }; start; id; echo 'x")).ended).toMatchObject({ ended: 'failed' })
  })
})

describe.runIf(works)('in vain a shell node', () => {
  const secretFile = path.join(here.tablesDir, 'secret.key')
  writeFileSync(secretFile, 'the-secret-key')

  test.each([
    [
      'reads the server’s files',
      () => `cat ${secretFile}; ls ${here.tablesDir}; ls ${process.cwd()}; cat ${import.meta.filename}`,
    ],
    [
      'looks for them elsewhere',
      () =>
        'find / -xdev -name secret.key 2>/dev/null; ls /root /home /var /opt /srv /mnt; cat /etc/shadow /etc/hostname',
    ],
    ['reads the environment of others', () => 'cat /proc/[0-9]*/environ /proc/*/root/etc/shadow'],
    ['looks at what it came from', () => 'ls /proc/1/root/ /proc/1/cwd/ /old /proc/1/fd/; cat /proc/1/mem'],
    ['traces another process', () => 'strace -p 1; gdb -p 1; echo 1 > /proc/1/mem'],
    [
      'sees or ends the server',
      () => `ps -A | grep -c node; kill -9 ${process.pid}; kill -9 -1; kill -9 1; kill -TERM 1`,
    ],
    [
      'reaches the network',
      () => 'echo > /dev/tcp/127.0.0.1/22; echo > /dev/tcp/1.1.1.1/80; ls -A /sys/class/net | grep -v lo',
    ],
    [
      'writes to the machine',
      () =>
        'touch /usr/x /bin/x /etc/x /x; echo x > /etc/passwd; echo 1 > /proc/sys/kernel/panic; mknod /job/disk b 8 0',
    ],
    ['keeps a core', () => 'ulimit -c unlimited; bash -c "kill -SEGV \\$\\$"; ls /job/core* '],
    ['raises its limits', () => 'ulimit -n 100000; ulimit -v unlimited; ulimit -u 100000; prlimit --as=unlimited true'],
  ])('%s', async (_what, content) => {
    const { log } = await shell(content())
    expect(log).not.toContain('the-secret-key')
    expect(log).not.toMatch(/root:.*:0:/)
    expect(log).not.toMatch(/HOLDPOINT_SECRET|DATABASE_URL/)
    expect(existsSync('/usr/x')).toBe(false)
    expect(await shell('echo still here')).toEqual({ ended: { ended: 'succeeded' }, log: 'still here\n' })
  })

  test.each([
    ['with a fork bomb', ':(){ :|:& };: ; sleep 1000'],
    ['with processes that leave', 'for i in $(seq 1000); do setsid sleep 1000 & done; wait'],
    ['with memory', 'x=a; while :; do x=$x$x; done'],
    [
      'with memory of several',
      'for i in 1 2 3 4 5 6; do (x=$(head -c 60000000 /dev/zero | tr "\\0" a); sleep 1000) & done; wait',
    ],
    ['with files', 'i=0; while head -c 10000000 /dev/zero > /job/$i; do i=$((i+1)); done; exit 1'],
    ['with small files', 'cd /tmp; i=0; while : > $i; do i=$((i+1)); done; exit 1'],
    ['with shared memory', 'head -c 1000000000 /dev/zero > /dev/shm/x || exit 1; sleep 1000'],
    ['with its log', 'yes'],
    ['with its processor', 'for i in 1 2 3 4; do while :; do :; done & done; wait'],
  ])('takes everything %s', async (_what, content) => {
    const began = new AbortController()
    const run = shell(content, { timeoutMs: 5_000 }, began.signal)
    // Beside it others are served.
    expect((await shell('echo beside')).log).toBe('beside\n')
    const { ended, log } = await run
    expect(ended.ended).toBe('failed')
    expect(log.length).toBeLessThan(4_100_000)
    expect((await shell('echo after')).log).toBe('after\n')
  })
})

describe.runIf(works)('nothing is left of a shell node', () => {
  test('that was stopped, whatever it has started', async () => {
    const mark = sleepOf()
    const stop = new AbortController()
    const run = shell(
      `trap "" TERM INT HUP; setsid sleep ${mark} & (sleep ${mark} &) ; nohup sleep ${mark} & sleep ${mark}`,
      {},
      stop.signal,
    )
    await expect.poll(() => processesWith(mark).length, PATIENCE).toBeGreaterThan(3)
    stop.abort()
    expect((await run).ended).toEqual({ ended: 'stopped' })
    // It has ended only now that they have.
    expect(processesWith(mark)).toEqual([])
  })

  test('that ended and left others behind', async () => {
    const mark = sleepOf()
    expect((await shell(`setsid sleep ${mark} > /dev/null 2>&1 & exit 0`)).ended).toEqual({ ended: 'succeeded' })
    expect(processesWith(mark)).toEqual([])
  })

  /** A server of its own, with a shell and an SQL node under way; it writes down what becomes of each. */
  async function serverWith(mark: string) {
    const programs = [
      { programType: 'SHELL', content: `setsid sleep ${mark} & echo began; sleep ${mark}` },
      { programType: 'SQL', content: `select 'began';\n${ENDLESS}` },
    ]
    const program = `const { testRunners, workOf } = await import(${JSON.stringify(path.resolve(import.meta.dirname, '../../../test/runners.ts'))})
      const { ran, runners } = testRunners({ replicaTimeoutMs: ${REPLICA_TIMEOUT_MS} })
      const { signal } = new AbortController()
      const ends = []
      const begins = ${JSON.stringify(programs)}.map((of) => new Promise((begun) => {
        let log = ''
        ends.push(runners.run(workOf(of), { signal, log: (text) => (log += text).match(/^began|^line 2/m) && begun() }))
      }))
      await Promise.all(begins)
      console.log('started')
      console.log(JSON.stringify(await Promise.all(ends)))
      console.log(JSON.stringify([await ran({ content: 'select 1' }), await ran({ programType: 'SHELL', content: 'true' })].map((one) => one.ended)))
      await runners.close()`
    const server = spawn(process.execPath, ['--no-warnings', '--input-type=module', `--eval=${program}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: server.stdout! })[Symbol.asyncIterator]()
    const line = async () => (await lines.next()).value as string
    expect(await line()).toBe('started')
    const children = readdirSync('/proc').filter((name) => {
      try {
        return new RegExp(`^PPid:\\s+${server.pid}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'utf8'))
      } catch {
        return false
      }
    })
    // The server's own command has the mark too.
    const sleeping = () => processesWith(mark).filter((pid) => pid !== server.pid)
    expect(sleeping().length).toBeGreaterThan(0)
    return { server, line, children, sleeping }
  }

  test('whose server was killed', async () => {
    const { server, children, sleeping } = await serverWith(sleepOf())
    // Both, and what would end them if the server stood still.
    expect(children.length).toBeGreaterThan(2)
    server.kill('SIGKILL')
    await expect.poll(sleeping, PATIENCE).toEqual([])
    await expect.poll(() => children.filter(runs), PATIENCE).toEqual([])
  })

  test('whose server stands still for longer than a replica may; when it goes on they have been stopped, and others run', {
    timeout: 120_000,
  }, async () => {
    const { server, line, children, sleeping } = await serverWith(sleepOf())
    try {
      server.kill('SIGSTOP')
      const patience = { ...PATIENCE, timeout: PATIENCE.timeout + REPLICA_TIMEOUT_MS }
      await expect.poll(sleeping, patience).toEqual([])
      // One is left: that which ended them.
      await expect.poll(() => children.filter(runs).length, patience).toBe(1)
    } finally {
      server.kill('SIGCONT')
    }
    expect(JSON.parse(await line())).toEqual([{ ended: 'stopped' }, { ended: 'stopped' }])
    expect(JSON.parse(await line())).toEqual([{ ended: 'succeeded' }, { ended: 'succeeded' }])
    await expect.poll(() => children.filter(runs), PATIENCE).toEqual([])
  })
})

describe.runIf(pythonWorks)('a Python node', () => {
  test('has its parameters in args and in sys.argv, and its faults where they are', async () => {
    const parameters = [
      { name: 'region', value: 'cn "x"' },
      { name: null, value: 'a b' },
    ]
    const { log } = await python('import sys, os\nprint(args, sys.argv[1:], os.environ["bizdate"], os.getuid())', {
      parameters,
    })
    expect(log).toBe(`{'region': 'cn "x"'} ['cn "x"', 'a', 'b'] 20260301 65534\n`)
    const failed = await python('def f():\n  raise ValueError("汇总")\nf()')
    expect(failed.log).toMatch(
      /File "\/job\/program", line 2, in f\nValueError: 汇总\n$|line 2, in f[\s\S]*ValueError: 汇总/,
    )
    expect(reasonOf(failed)).toMatch(/code 1/)
    expect((await python('raise SystemExit(0)')).ended).toEqual({ ended: 'succeeded' })
  })

  test.each([
    ['takes memory', 'x = bytearray(10**9)', /MemoryError/],
    ['reaches the network', 'import socket\nsocket.create_connection(("127.0.0.1", 22), 2)', /unreachable|refused/i],
    ['becomes root', 'import os\nos.setuid(0)', /PermissionError|OSError/],
    ['reads what is not there', 'open("/etc/shadow").read()', /FileNotFoundError/],
    ['forks without end', 'import os\nwhile True: os.fork()', /./],
  ])('in vain %s', async (_what, content, said) => {
    const failed = await python(content, { timeoutMs: 5_000 })
    expect(failed.ended.ended).toBe('failed')
    expect(`${failed.log}${reasonOf(failed)}`).toMatch(said)
  })
})

test('where there is no Python a Python node says so', async () => {
  const without = testRunners({ python: '/nowhere/python3' })
  try {
    const { ended } = await without.ran({ programType: 'PYTHON', content: 'print(1)' })
    expect(ended.ended).toBe('failed')
  } finally {
    await without.close()
  }
})
