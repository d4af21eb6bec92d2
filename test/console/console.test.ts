// One browser and one server for all stories of the console; each story brings its own tenant.
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { accessStories } from './access-stories.ts'
import { alertStories } from './alert-stories.ts'
import { auditStories } from './audit-stories.ts'
import { backfillStories } from './backfill-stories.ts'
import { type BrowserConsole, startBrowserConsole } from './browser-console.ts'
import { developmentStories } from './development-stories.ts'
import { functionStories } from './function-stories.ts'
import { holdingStories } from './holding-stories.ts'
import { identityStories } from './identity-stories.ts'
import { instanceStories } from './instance-stories.ts'
import { lifeStories } from './life-stories.ts'
import { liveStories } from './live-stories.ts'
import { lookStories } from './look-stories.ts'
import { managementStories } from './management-stories.ts'
import { openeventStories } from './openevent-stories.ts'
import { runnerStories } from './runner-stories.ts'
import { setupStories } from './setup-stories.ts'
import { signInStories } from './sign-in-stories.ts'
import { signingStories } from './signing-stories.ts'
import { trialStories } from './trial-stories.ts'

let started: BrowserConsole
beforeAll(async () => {
  started = await startBrowserConsole()
})
afterAll(() => started?.stop())
afterEach(() => {
  expect(started.faults.splice(0)).toEqual([])
})

const at = () => started
describe('signing in', () => signInStories(at))
describe('holding an operation', () => holdingStories(at))
describe('data backfill', () => backfillStories(at))
describe('Data Development', () => developmentStories(at))
describe('instances', () => instanceStories(at))
describe('live updates', () => liveStories(at))
describe('setting up', () => setupStories(at))
describe('the life of an extension', () => lifeStories(at))
describe('trials', () => trialStories(at))
describe('the Management Center', () => managementStories(at))
describe('functions', () => functionStories(at))
describe('signatures of deliveries', () => signingStories(at))
describe('OpenEvent', () => openeventStories(at))
describe('alerts', () => alertStories(at))
describe('data sources and resource groups', () => runnerStories(at))
describe('the audit trail', () => auditStories(at))
describe('access', () => accessStories(at))
describe('who is who', () => identityStories(at))
describe('how it looks and loads', () => lookStories(at))
