/** Who asks: signing in, what a request looks like, rights and tenants. */
import type { RefusalText } from '../refusal.ts'

export const ACCESS_REFUSALS = {
  // Signing in and signatures
  SIGN_IN_REQUIRED: { status: 401, dataworks: 'MissingAccessKeyId', sentence: 'Sign in or sign the request first.' },
  SIGN_IN_FAILED: { status: 401, dataworks: 'Forbidden.Access', sentence: 'The name or the password is wrong.' },
  SIGN_IN_THROTTLED: {
    status: 429,
    dataworks: 'Throttling.User',
    sentence:
      'Too many failed attempts to sign in; try again in {seconds} seconds, or ask an administrator to let you in.',
  },
  REQUESTS_THROTTLED: {
    status: 429,
    dataworks: 'Throttling.User',
    sentence: 'This AccessKey pair asks more often than {perSecond} times a second; try again in {seconds} seconds.',
  },
  PASSWORD_SIGN_IN_OFF: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'Only the account owner signs in with a password here; sign in with {label} instead.',
  },
  PASSWORD_CHANGE_REQUIRED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'This is a one-time password: choose a new one to sign in.',
  },
  ONE_TIME_PASSWORD_EXPIRED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'This one-time password is not valid any more; ask an administrator for another.',
  },
  PASSWORD_WRONG: { status: 403, dataworks: 'Forbidden.Access', sentence: 'The present password is wrong.' },
  PASSWORD_UNFIT: {
    status: 422,
    dataworks: 'InvalidPassword',
    sentence: 'The new password cannot be taken: {problem}.',
  },
  OPENID_OFF: {
    status: 404,
    dataworks: 'NotFound.Provider',
    sentence: 'No OpenID Connect provider is configured here.',
  },
  OPENID_UNAVAILABLE: {
    status: 409,
    dataworks: 'Unavailable.Provider',
    sentence:
      'The sign-in provider cannot be reached or is set up wrongly; try again, or tell whoever runs this server.',
  },
  OPENID_BEGIN_AGAIN: {
    status: 409,
    dataworks: 'Conflict.SignIn',
    sentence: 'This sign-in was begun elsewhere or too long ago; begin again.',
  },
  OPENID_DENIED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'The sign-in provider did not let you in; if that is not what you want, ask whoever runs it.',
  },
  OPENID_FAILED: {
    status: 409,
    dataworks: 'Conflict.SignIn',
    sentence: 'What the sign-in provider answered cannot be believed; the server log has the details.',
  },
  OPENID_USER_UNKNOWN: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence:
      'The sign-in provider knows you, but no user here belongs to that account: sign in with your password and link it on your account page, or ask an administrator.',
  },
  OPENID_EMAIL_UNVERIFIED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence:
      'The sign-in provider has not verified your e-mail address, so you cannot be recognised by it; have it verified there, or ask an administrator.',
  },
  OPENID_LINKED_OTHERWISE: {
    status: 409,
    dataworks: 'Conflict.SignIn',
    sentence:
      'This account of the sign-in provider, or this user, is linked otherwise already; an administrator can undo that.',
  },
  OPENID_USER_DISABLED: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'Your user here is disabled; ask an administrator.',
  },
  CROSS_SITE_REQUEST: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'A request that changes something must come from the console itself.',
  },
  ACCESS_KEY_UNKNOWN: {
    status: 404,
    dataworks: 'InvalidAccessKeyId.NotFound',
    sentence: 'Specified access key is not found.',
  },
  ACCESS_KEY_INACTIVE: {
    status: 400,
    dataworks: 'InvalidAccessKeyId.Inactive',
    sentence: 'Specified access key is disabled.',
  },
  ACCESS_KEYS_FULL: {
    status: 409,
    dataworks: 'QuotaExceeded.AccessKey',
    sentence: 'A user has at most two active AccessKey pairs; deactivate or delete one first.',
  },
  ACCESS_KEY_KEPT_INACTIVE: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'An administrator deactivated this AccessKey pair; only an administrator activates it again.',
  },
  SIGNATURE_MISSING: {
    status: 400,
    dataworks: 'IncompleteSignature',
    sentence: 'The request signature does not conform to the standards: {problem}.',
  },
  /** The text is part of the protocol: some clients split it at its only colon and compare the rest with their own string to sign. */
  SIGNATURE_MISMATCH_V1: {
    status: 400,
    dataworks: 'SignatureDoesNotMatch',
    sentence: 'Specified signature is not matched with our calculation. server string to sign is:{stringToSign}',
  },
  SIGNATURE_MISMATCH_V3: {
    status: 400,
    dataworks: 'SignatureDoesNotMatch',
    sentence:
      'Specified signature does not match our calculation. server StringToSign is [{stringToSign}] server CanonicalRequest is [{canonicalRequest}]',
  },
  SIGNATURE_NONCE_USED: {
    status: 400,
    dataworks: 'SignatureNonceUsed',
    sentence: 'Specified signature nonce was used already.',
  },
  SIGNATURE_METHOD_UNSUPPORTED: {
    status: 400,
    dataworks: 'InvalidSignatureMethod',
    sentence: 'Signature method or version {method} is not supported.',
  },
  TIMESTAMP_EXPIRED: {
    status: 400,
    dataworks: 'InvalidTimeStamp.Expired',
    sentence: 'Specified time stamp or date value is expired.',
  },
  TIMESTAMP_MALFORMED: {
    status: 400,
    dataworks: 'InvalidTimeStamp.Format',
    sentence: 'Specified time stamp or date value is not well formatted.',
  },
  SECURITY_TOKEN_UNKNOWN: {
    status: 400,
    dataworks: 'InvalidSecurityToken.MismatchWithAccessKey',
    sentence: 'The security token does not belong to the access key.',
  },

  // Requests
  ACTION_UNKNOWN: {
    status: 404,
    dataworks: 'InvalidAction.NotFound',
    sentence: 'Specified api is not found: action {action}, version {version}.',
  },
  ACTION_MISSING: { status: 400, dataworks: 'MissingAction', sentence: 'Action is mandatory.' },
  VERSION_MISSING: { status: 400, dataworks: 'MissingVersion', sentence: 'Version is mandatory.' },
  METHOD_UNSUPPORTED: {
    status: 400,
    dataworks: 'UnsupportedHTTPMethod',
    sentence: 'HTTP method {method} is not supported here.',
  },
  FORMAT_UNSUPPORTED: {
    status: 400,
    dataworks: 'InvalidParameter.Format',
    sentence: 'Format {format} is not supported; only JSON is.',
  },
  PARAMETER_MISSING: {
    status: 400,
    dataworks: 'Missing{parameter}',
    sentence: '{parameter} is mandatory for this action.',
  },
  PARAMETER_INVALID: {
    status: 400,
    dataworks: 'Invalid{parameter}',
    sentence: 'The value of {parameter} is not valid: {problem}.',
  },
  PARAMETER_REPEATED: {
    status: 400,
    dataworks: 'InvalidParameter.Repeated',
    sentence: 'Parameter {parameter} is given more than once.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    dataworks: 'InvalidParameter.BodyTooLarge',
    sentence: 'The request body is larger than {limitBytes} bytes.',
  },
  BODY_MALFORMED: {
    status: 400,
    dataworks: 'InvalidParameter.Body',
    sentence: 'The request body cannot be read: {problem}.',
  },
  CONTENT_TYPE_UNSUPPORTED: {
    status: 415,
    dataworks: 'UnsupportedMediaType',
    sentence: 'Content type {contentType} is not supported here.',
  },
  REQUEST_INVALID: { status: 400, dataworks: 'InvalidParameter', sentence: 'The request is not valid: {problem}.' },

  METRICS_OFF: {
    status: 404,
    dataworks: 'NotFound.metrics',
    sentence: 'The metrics are closed: set HOLDPOINT_METRICS_TOKEN and send it as a bearer token.',
  },
  METRICS_TOKEN_WRONG: {
    status: 401,
    dataworks: 'Forbidden.Access',
    sentence: 'Send the token that HOLDPOINT_METRICS_TOKEN is set to, as a bearer token.',
  },

  // Access and tenants
  FORBIDDEN: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'None of your roles allows this ({action}).',
  },
  NOT_FOUND: { status: 404, dataworks: 'NotFound.{thing}', sentence: 'There is no such {thing}: {id}.' },
  LIMIT_REACHED: {
    status: 409,
    dataworks: 'QuotaExceeded',
    sentence: 'There are at most {limit} {things}.',
  },
  NAME_TAKEN: {
    status: 409,
    dataworks: 'Conflict.{thing}',
    sentence: 'There is already a {thing} with the name {name}.',
  },
  WORKSPACE_NOT_FOUND: {
    status: 404,
    dataworksStatus: 400,
    dataworks: 'Invalid.Tenant.ProjectNotExists',
    sentence: 'The workspace does not exist: {id}.',
  },
  MEMBER_NOT_FOUND: {
    status: 404,
    dataworksStatus: 400,
    dataworks: 'Invalid.Tenant.UserNotInProject',
    sentence: 'The user is not a member of this workspace: {id}.',
  },
  MEMBER_NOT_IN_TENANT: {
    status: 400,
    dataworks: 'Invalid.Tenant.UserNotInTenant',
    sentence: 'The user does not belong to this tenant: {id}.',
  },
  OWN_RIGHTS: {
    status: 403,
    dataworks: 'Forbidden.Access',
    sentence: 'Nobody gives rights to themselves; ask another administrator.',
  },
  SERVICE_USER: {
    status: 409,
    dataworks: 'Conflict.ServiceUser',
    sentence: 'This is the service user of an extension: {problem}.',
  },
  LAST_ADMINISTRATOR: {
    status: 409,
    dataworks: 'Conflict.LastAdministrator',
    sentence: 'Somebody must remain who can administer this; give the role to another user first.',
  },
} as const satisfies Record<string, RefusalText>
