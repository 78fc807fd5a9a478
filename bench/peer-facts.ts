/** What both sides of the process boundary must know of the peer. */
export const peerClients = {
  machine: { id: 'machine', secret: 'machine-secret-of-the-bench' },
  opaqueMachine: { id: 'machine', secret: 'machine-secret-of-the-bench' },
  device: { id: 'device', secret: 'device-secret-of-the-bench' },
  app: { id: 'app', secret: 'app-secret-of-the-bench' },
}

/** It cannot introspect JWTs, so there is a resource for each kind of token. */
export const resources = { jwt: 'urn:bench:jwt', opaque: 'urn:bench:opaque' }
