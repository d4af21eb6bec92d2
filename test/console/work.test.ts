// What is held: files, nodes, instances, data sources.
import { describe } from 'vitest'
import { alertStories } from './alert-stories.ts'
import { backfillStories } from './backfill-stories.ts'
import { browserConsole } from './browser-console.ts'
import { developmentStories } from './development-stories.ts'
import { instanceStories } from './instance-stories.ts'
import { runnerStories } from './runner-stories.ts'

const at = browserConsole()
describe('Data Development', () => developmentStories(at))
describe('instances', () => instanceStories(at))
describe('data backfill', () => backfillStories(at))
describe('alerts', () => alertStories(at))
describe('data sources and resource groups', () => runnerStories(at))
