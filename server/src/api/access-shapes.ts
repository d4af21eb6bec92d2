/** Shapes of signing in, users, and AccessKey pairs. */
import { z } from 'zod'
import { instant, label, TenantRoleShape, uid } from './shapes.ts'

const password = z.string().min(10, 'at least 10 characters').max(1024)

// Signing in

export const SignInOptions = z
  .object({
    localPasswords: z.enum(['everyone', 'account-owner']).describe('Who signs in with a name and a password'),
    provider: z.object({ label: z.string(), startUrl: z.string() }).nullable(),
  })
  .meta({ id: 'SignInOptions' })
export const SignIn = z
  .strictObject({
    name: z.string().min(1).max(128),
    password: z.string().min(1).max(1024),
    newPassword: password.optional().describe('In place of a one-time password, which signs in only with it'),
  })
  .meta({ id: 'SignIn' })
export const SignedOut = z
  .object({
    continueAt: z
      .string()
      .nullable()
      .describe('Where the OpenID Connect provider ends its own session, if it offers to'),
  })
  .meta({ id: 'SignedOut' })
export const Session = z
  .object({
    id: z.uuid(),
    current: z.boolean(),
    way: z.enum(['password', 'openid']),
    address: z.string(),
    agent: z.string().describe('What the browser said that it is'),
    startedAt: instant,
    seenAt: instant.describe('To the minute'),
    expiresAt: instant,
  })
  .meta({ id: 'Session' })
export const OwnChange = z.strictObject({ displayName: label }).meta({ id: 'OwnChange' })
export const PasswordChange = z
  .strictObject({ password: z.string().min(1).max(1024), newPassword: password })
  .meta({ id: 'PasswordChange' })
export const ProviderLink = z
  .object({
    continueAt: z.string().describe('Where the caller signs in at the provider to be known there from now on'),
  })
  .meta({ id: 'ProviderLink' })

// Users

const email = z.email().max(254)
export const User = z
  .object({
    id: uid,
    name: z.string(),
    displayName: z.string(),
    tenantRoles: z.array(TenantRoleShape),
    disabled: z.boolean(),
    signIn: z
      .object({
        email: z.string().nullable(),
        hasPassword: z.boolean(),
        oneTimeUntil: instant.nullable().describe('The password is a one-time password, until then'),
        atProvider: z.boolean().describe('Signs in at the OpenID Connect provider'),
        lockedUntil: instant.nullable().describe('Too many failed attempts to sign in'),
      })
      .nullable()
      .describe('Told to who may change users'),
    serviceOf: z
      .string()
      .nullable()
      .describe('The code of the extension whose service user this is; null for a person'),
    createdAt: instant,
  })
  .meta({ id: 'User' })
export const NewUser = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{1,63}$/, 'lower-case letters, digits, dot, dash and underscore; 2 to 64 characters'),
    displayName: label.optional(),
    email: email.nullable().default(null),
    password: password.optional().describe('Without it a one-time password is made'),
    tenantRoles: z.array(TenantRoleShape).default([]),
  })
  .meta({ id: 'NewUser' })
export const UserMade = User.extend({
  oneTimePassword: z.string().nullable().describe('Shown this once; it signs in to be replaced'),
}).meta({ id: 'UserMade' })
export const UserChange = z
  .strictObject({
    displayName: label.optional(),
    email: email.nullable().optional(),
    tenantRoles: z.array(TenantRoleShape).optional(),
    disabled: z.boolean().optional(),
  })
  .meta({ id: 'UserChange' })

// AccessKey pairs

export const AccessKey = z
  .object({
    id: z.string(),
    active: z.boolean(),
    deactivatedByAdministrator: z.boolean().describe('Only an administrator activates it again'),
    createdAt: instant,
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'AccessKey' })
export const NewAccessKey = z
  .object({ id: z.string(), secret: z.string().describe('Shown this once; only its encrypted form is kept') })
  .meta({ id: 'NewAccessKey' })
export const AccessKeyChange = z.strictObject({ active: z.boolean() }).meta({ id: 'AccessKeyChange' })
export const Credentials = z
  .object({
    user: z
      .object({ id: uid, name: z.string(), disabled: z.boolean() })
      .nullable()
      .describe('Made with the first pair'),
    accessKeys: z.array(AccessKey),
  })
  .meta({ id: 'ExtensionCredentials', description: 'With what an extension answers and reads what is its own' })
