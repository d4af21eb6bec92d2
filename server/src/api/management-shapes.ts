/** The shapes of the Management Center in the native API: what is enabled where, with which options, and what parameters say. */
import { DEPLOYMENTS, EVENTS, OPTION_CONTROLS, OPTION_MISFITS, type OptionMisfit } from '@holdpoint/core'
import { z } from 'zod'
import { ExtensionStatusShape } from './extension-shapes.ts'
import { id, instant, Person } from './shapes.ts'

const MODULE_CODES = [...new Set(EVENTS.map((event) => event.module))]
const optionValues = z.record(z.string(), z.unknown())

export const OptionField = z
  .object({
    key: z.string(),
    control: z.enum(OPTION_CONTROLS),
    title: z.string(),
    tooltip: z.string().nullable(),
    choices: z.array(z.object({ value: z.union([z.string(), z.number()]), label: z.string() })),
    text: z.string().nullable().describe('What a `text` shows below its title'),
  })
  .meta({ id: 'OptionField' })

const configured = {
  code: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.int().describe('The version that is configured here: the one under test here, else the published one'),
  status: ExtensionStatusShape,
  deployment: z.enum(DEPLOYMENTS),
  points: z.array(z.string()),
  modules: z.array(z.enum(MODULE_CODES)),
  owner: Person,
  detailUrl: z.string().nullable(),
  helpDocUrl: z.string().nullable(),
  parameters: z.string(),
  onUnanswered: z.enum(['block', 'pass']),
  enabled: z.boolean().describe('Whether the published version is switched on'),
  mayEnable: z.boolean().describe('Whether the caller may switch it on or off as it is now'),
  form: z.array(OptionField).nullable().describe('The fields of its options; null where it has none'),
  options: optionValues
    .nullable()
    .describe('The chosen values that fit the form; null where the caller may not read them'),
  misfits: z
    .array(
      z.object({
        key: z.string(),
        value: z.unknown(),
        misfit: z.enum(Object.keys(OPTION_MISFITS) as [OptionMisfit, ...OptionMisfit[]]),
      }),
    )
    .describe(
      'Values that were chosen for another form and do not fit this one: they are not answered to the extension',
    ),
  maySetOptions: z.boolean(),
  modifiedBy: Person.nullable(),
  modifiedAt: instant.nullable(),
}

export const WorkspaceExtension = z
  .object({
    ...configured,
    testWorkspaceId: id.nullable(),
    testing: z
      .enum(['here', 'elsewhere'])
      .nullable()
      .describe('Where the configured version is under test; in its test workspace it is on without being enabled'),
  })
  .meta({ id: 'WorkspaceExtension' })
export const ConfigurationChange = z
  .strictObject({
    enabled: z.boolean().optional(),
    options: optionValues.optional().describe('All values of the form; what is left out is empty'),
  })
  .meta({ id: 'ConfigurationChange' })

export const TenantExtension = z
  .object({
    ...configured,
    testing: z
      .object({ version: z.int(), on: z.boolean(), maySwitch: z.boolean() })
      .nullable()
      .describe("The version in testing, and whether it holds its owner's own operations; null where there is none"),
  })
  .meta({ id: 'TenantExtension' })
export const TestingChange = z
  .strictObject({ on: z.boolean().optional(), options: optionValues.optional() })
  .meta({ id: 'TestingChange' })

export const ParameterText = z
  .strictObject({
    parameters: z.string().max(65_536),
    points: z.array(z.string().max(128)).max(54).default([]).describe('The points that the extension watches'),
  })
  .meta({ id: 'ParameterText' })
const said = z.object({ code: z.string(), details: z.record(z.string(), z.unknown()), sentence: z.string() })
export const LintedParameters = z
  .object({
    lines: z.array(
      z.object({
        line: z.int(),
        key: z.string(),
        value: z.string(),
        fault: z.object({ code: z.string(), sentence: z.string() }).nullable().describe('Why it cannot be saved'),
        meaning: said.nullable(),
        warnings: z.array(said),
      }),
    ),
  })
  .meta({ id: 'LintedParameters', description: 'What each line does, and what about it is probably not meant so' })
