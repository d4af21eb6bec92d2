// Operations that are held, and the extensions that are asked about them.
import { describe } from 'vitest'
import { browserConsole } from './browser-console.ts'
import { functionStories } from './function-stories.ts'
import { holdingStories } from './holding-stories.ts'
import { lifeStories } from './life-stories.ts'
import { liveStories } from './live-stories.ts'
import { managementStories } from './management-stories.ts'
import { openeventStories } from './openevent-stories.ts'
import { setupStories } from './setup-stories.ts'
import { signingStories } from './signing-stories.ts'
import { trialStories } from './trial-stories.ts'

const at = browserConsole()
describe('holding an operation', () => holdingStories(at))
describe('live updates', () => liveStories(at))
describe('setting up', () => setupStories(at))
describe('the life of an extension', () => lifeStories(at))
describe('trials', () => trialStories(at))
describe('the Management Center', () => managementStories(at))
describe('functions', () => functionStories(at))
describe('signatures of deliveries', () => signingStories(at))
describe('OpenEvent', () => openeventStories(at))
