/** The shapes of what nodes run on: data sources of a workspace, resource groups of the tenant. */
import { z } from 'zod'
import { id, instant, label } from './shapes.ts'

const environment = z.enum(['DEV', 'PROD'])
const name = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
    'a letter, then letters, digits, dashes and underscores; at most 63 characters',
  )

export const PostgresqlSettings = z
  .strictObject({
    host: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9._:-]{0,253})$/, 'a host name or an address, without a port')
      .describe('A name or an address; the addresses that it leads to are judged whenever it is connected to'),
    port: z.int().min(1).max(65_535).default(5432),
    database: z.string().min(1).max(63),
    user: z.string().min(1).max(63),
    tls: z.boolean().default(true).describe('Connects only over TLS, to a certificate of this name that is trusted'),
  })
  .meta({ id: 'PostgresqlSettings' })

export const DataSource = z
  .object({
    id,
    environment,
    name: z.string(),
    kind: z.enum(['duckdb', 'postgresql']),
    isDefault: z.boolean().describe('Nodes that name no data source run on it'),
    settings: PostgresqlSettings.partial().describe('Empty for DuckDB'),
    hasPassword: z.boolean(),
    nodeCount: z.int().describe('Published nodes that name it'),
    createdAt: instant,
    modifiedAt: instant,
  })
  .meta({ id: 'DataSource' })

const password = z.string().min(1).max(1024)
export const NewDataSource = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('duckdb'), environment, name }),
    z.strictObject({
      kind: z.literal('postgresql'),
      environment,
      name,
      settings: PostgresqlSettings,
      password: password.nullable().default(null),
    }),
  ])
  .meta({ id: 'NewDataSource' })
export const DataSourceChange = z
  .strictObject({
    settings: PostgresqlSettings.optional(),
    password: password
      .nullable()
      .optional()
      .describe('Left out: the one that is kept, as long as it is used for the same host, port, TLS and user'),
    isDefault: z.literal(true).optional(),
  })
  .meta({ id: 'DataSourceChange' })
export const DataSourceTest = z
  .object({
    problem: z.object({ code: z.string(), detail: z.string(), details: z.record(z.string(), z.unknown()) }).nullable(),
  })
  .meta({ id: 'DataSourceTest', description: 'Whether it answered; what is wrong where it did not' })

export const ResourceGroup = z
  .object({
    id,
    identifier: z.string().describe('What nodes name it by'),
    name: z.string(),
    slots: z.int().describe('How many instances run at once in it, over all replicas'),
    running: z.int().describe('How many run now'),
    allowsShell: z.boolean().describe('Whether shell and Python nodes run in it'),
    isDefault: z.boolean().describe('Nodes run in it that name no group, or one that is not there'),
    createdAt: instant,
  })
  .meta({ id: 'ResourceGroup' })
const settings = { name: label, slots: z.int().min(1).max(1000), allowsShell: z.boolean() }
export const NewResourceGroup = z
  .strictObject({ identifier: name, ...settings, allowsShell: z.boolean().default(false) })
  .meta({ id: 'NewResourceGroup' })
export const ResourceGroupChange = z
  .strictObject({
    name: settings.name.optional(),
    slots: settings.slots.optional(),
    allowsShell: settings.allowsShell.optional(),
    isDefault: z.literal(true).optional(),
  })
  .meta({ id: 'ResourceGroupChange' })
