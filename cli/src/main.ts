/** The command line: each command is a file in commands/; how it ends is said in exit.ts. */
import { Command, CommanderError } from 'commander'
import { checksList, checksShow } from './commands/checks.ts'
import { dev } from './commands/dev.ts'
import { doctor } from './commands/doctor.ts'
import { init } from './commands/init.ts'
import { login } from './commands/login.ts'
import { replay } from './commands/replay.ts'
import { sign, verify } from './commands/signatures.ts'
import { tail } from './commands/tail.ts'
import { trigger } from './commands/trigger.ts'
import { validate } from './commands/validate.ts'
import { type Context, contextOf } from './context.ts'
import { EXIT, failureOf } from './exit.ts'
import type { Flags } from './settings.ts'

const program = new Command('holdpoint')
  .description('Write, try and operate extensions.')
  .option('--endpoint <url>', 'where Holdpoint is (HOLDPOINT_ENDPOINT)')
  .option('--access-key-id <id>', 'who asks; its secret comes from HOLDPOINT_ACCESS_KEY_SECRET or the profile')
  .option('--profile <name>', 'which profile of `holdpoint login` (HOLDPOINT_PROFILE)')
  .option('--json', 'data as JSON, one text per line')
  .showHelpAfterError()
  .exitOverride()

type Run<Given> = (context: Context, given: Given) => Promise<number> | Promise<void>

/** Runs a command with what it was given: its arguments, by their names, and its options. */
function running<Given>(run: Run<Given>, ...names: string[]) {
  return async (...all: unknown[]) => {
    const command = all.pop() as Command
    const options = all.pop() as object
    const given = { ...options, ...Object.fromEntries(names.map((name, i) => [name, all[i]])) } as Given
    const flags = command.optsWithGlobals() as Flags & { json?: boolean }
    process.exitCode = (await run(contextOf(flags), given)) ?? EXIT.done
  }
}

program
  .command('login')
  .description('keep an endpoint and an AccessKey pair in a profile')
  .argument('[name]', 'of the profile', 'default')
  .action(running(login, 'name'))
program
  .command('init')
  .description('make a project for an extension')
  .argument('[directory]')
  .option('--template <name>', 'service, plain, python or function')
  .option('--name <name>', 'what the extension is called')
  .option('--points <codes>', 'extension points, with commas between them', 'freeze-node')
  .action(running(init, 'directory'))
program
  .command('dev')
  .description('forward what asks the version under test to a program on this machine')
  .option('--extension <code>')
  .option('--url <url>', 'where the program listens (holdpoint.json: url)')
  .option('--machine <name>', 'what this machine is called in the console')
  .option('--give-up-after <seconds>', 'how long a broken connection is tried again', '120')
  .action(running(dev))
program
  .command('trigger')
  .description('ask the version under test about an operation that nobody asked for')
  .argument('<eventCode>')
  .option('--extension <code>')
  .option('--body <file>', 'the body of the event as JSON, - for standard input; else the sample')
  .option('--from <messageId>', 'the body of an earlier message')
  .option('--snapshot <file>', 'what GetIDEEventDetail answers, as JSON')
  .option('--print', 'print the sample body, to be edited, and send nothing')
  .option('--wait [seconds]', 'wait for the verdict; FAIL ends with 2')
  .action(running(trigger, 'eventCode'))
program
  .command('replay')
  .description('deliver a message again, to the machine that is connected or to the targets that serve the extension')
  .argument('<messageId>')
  .option('--extension <code>')
  .action(running(replay, 'messageId'))
program
  .command('validate')
  .description('check the description of an extension before it is registered')
  .argument('[file]', 'the description', 'holdpoint.json')
  .action(running(validate, 'file'))
const checks = program.command('checks').description('operations and their checks')
checks
  .command('ls')
  .description('list operations with their checks, the newest first')
  .option('--extension <code>', 'only those that it checks or checked')
  .option('--workspace <id>')
  .option('--state <state>', 'held, done, refused, withdrawn, stale or failed')
  .option('--trials', 'trials instead of operations')
  .option('--limit <count>', 'at most so many', '20')
  .action(running(checksList))
checks
  .command('show')
  .description('one operation and everything about its checks')
  .argument('<operationId>')
  .action(running(checksShow, 'operationId'))
program
  .command('tail')
  .description('print operations and trials as they change')
  .option('--extension <code>', 'only those that it checks')
  .action(running(tail))
program
  .command('sign')
  .description(
    'the headers with which Holdpoint would deliver this body; the secret comes from HOLDPOINT_WEBHOOK_SECRET',
  )
  .argument('<file>', 'the body, - for standard input')
  .option('--id <id>', 'of the message')
  .action(running(sign, 'file'))
program
  .command('verify')
  .description('whether a delivery is genuine; the secret comes from HOLDPOINT_WEBHOOK_SECRET')
  .argument('<file>', 'the body, - for standard input')
  .requiredOption('--header <header...>', 'as `name: value`')
  .option('--at <instant>', 'as if it had arrived then')
  .action(running(verify, 'file'))
program
  .command('doctor')
  .description('find out why it does not work')
  .option('--extension <code>')
  .action(running(doctor))

// Whoever reads the output may have had enough of it, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else {
    const failure = failureOf(error)
    process.stderr.write(`${failure.message}\n`)
    process.exitCode = failure.exitCode
  }
}
