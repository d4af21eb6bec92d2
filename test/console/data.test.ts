// Data Integration and Data Quality: what is started runs, and what has run is checked.
import { describe } from 'vitest'
import { browserConsole } from './browser-console.ts'
import { integrationStories } from './integration-stories.ts'
import { qualityStories } from './quality-stories.ts'

const at = browserConsole({ scheduler: 'on' })
describe('Data Integration', () => integrationStories(at))
describe('Data Quality', () => qualityStories(at))
