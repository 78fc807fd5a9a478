/**
 * outgoing: requests to addresses that somebody else chose: keys and metadata of clients, notices to them.
 * Owns nothing that lasts. Promises that a name is resolved once and only that answer is used, that addresses
 * inside the own network are never reached unless the operator allowed the host, that no redirect is followed,
 * and that time and size are bounded. Never sends a cookie, and never tells a caller more than why it failed.
 */
export type { Outgoing, OutgoingAnswer } from './outgoing.ts'
export { createOutgoing, OutgoingError } from './outgoing.ts'
export type { KeyLookup, RemoteKeys } from './remote-keys.ts'
export { createRemoteKeys } from './remote-keys.ts'
export type { Receiver } from './receiver.ts'
export { createReceiver } from './receiver.ts'
