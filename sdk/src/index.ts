export { type Client, createClient, HoldpointError } from './client.ts'
export type * from './generated/api.ts'
export { encodeQuery, type SignRequest, signV3 } from './sign.ts'
