export { type Client, createClient, HoldpointError } from './client.ts'
export {
  certificatesOf,
  signEventBridge,
  signEventBridgeV2,
  signedUrl,
  type TemporarySecret,
  temporarySecret,
  verifyEventBridge,
} from './eventbridge.ts'
export type * from './generated/api.ts'
export {
  type Extension,
  type ExtensionEvent,
  type ExtensionSettings,
  type HandlerContext,
  serveExtension,
  type Verdict,
} from './server.ts'
export { encodeQuery, type SignRequest, signV3 } from './sign.ts'
export { type ReceivedHeaders, SignatureError, type SignatureProblem } from './signature-error.ts'
export { signWebhook, type VerifiedWebhook, verifyWebhook, webhookKey } from './webhook.ts'
