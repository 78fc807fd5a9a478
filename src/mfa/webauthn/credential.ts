import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'

/** What the browser says it has signed for (WebAuthn Level 3, section 5.8.1). */
export type ClientData = {
  readonly type: string
  readonly challenge: string
  readonly origin: string
  readonly crossOrigin: boolean
}

export type Registration = {
  readonly json: RegistrationResponseJSON
  readonly client: ClientData
  readonly transports: readonly string[]
}

export type Assertion = {
  readonly json: AuthenticationResponseJSON
  readonly client: ClientData
  readonly credentialId: Buffer
  readonly userHandle: Buffer | undefined
}

/** Bytes of the answer as JSON; the largest ones carry a chain of certificates. */
const maxSize = 32 * 1024

/** WebAuthn Level 3, section 5.1: a credential id has at most 1023 bytes. */
const maxIdLength = 1364

/** The answer of `navigator.credentials.create`, as JSON or its text; undefined when it cannot be one. */
export function readRegistration(credential: unknown): Registration | undefined {
  const read = readCredential(credential)
  if (read === undefined) return undefined
  const { id, client, clientDataJSON, response } = read
  const attestationObject = base64url(response, 'attestationObject')
  if (attestationObject === undefined) return undefined
  const transports = readTransports(member(response, 'transports'))
  const json: RegistrationResponseJSON = {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON, attestationObject, transports },
  }
  return { json, client, transports }
}

/** The answer of `navigator.credentials.get`, as JSON or its text; undefined when it cannot be one. */
export function readAssertion(credential: unknown): Assertion | undefined {
  const read = readCredential(credential)
  if (read === undefined) return undefined
  const { id, client, clientDataJSON, response } = read
  const authenticatorData = base64url(response, 'authenticatorData')
  const signature = base64url(response, 'signature')
  if (authenticatorData === undefined || signature === undefined) return undefined
  const hasHandle = (member(response, 'userHandle') ?? null) !== null
  const handle = base64url(response, 'userHandle')
  if (hasHandle && handle === undefined) return undefined
  const json: AuthenticationResponseJSON = {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON, authenticatorData, signature },
  }
  const userHandle = handle === undefined ? undefined : Buffer.from(handle, 'base64url')
  return { json, client, credentialId: Buffer.from(id, 'base64url'), userHandle }
}

function readCredential(credential: unknown) {
  const value = withinLimits(credential)
  const id = base64url(value, 'id')
  const response = member(value, 'response')
  const clientDataJSON = base64url(response, 'clientDataJSON')
  if (id === undefined || clientDataJSON === undefined || id.length > maxIdLength) return undefined
  if (member(value, 'type') !== 'public-key') return undefined
  if ((member(value, 'rawId') ?? id) !== id) return undefined
  const client = readClientData(clientDataJSON)
  return client && { id, client, clientDataJSON, response }
}

/** A form sends a text, the API a value; neither may be large, nor nested so deeply that reading fails. */
function withinLimits(credential: unknown): unknown {
  try {
    const text = typeof credential === 'string' ? credential : JSON.stringify(credential)
    if (text === undefined || Buffer.byteLength(text) > maxSize) return undefined
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function readClientData(text: string): ClientData | undefined {
  const value = withinLimits(Buffer.from(text, 'base64url').toString())
  const type = member(value, 'type')
  const challenge = member(value, 'challenge')
  const origin = member(value, 'origin')
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') {
    return undefined
  }
  const crossOrigin = (member(value, 'crossOrigin') ?? false) !== false
  return { type, challenge, origin, crossOrigin }
}

/** Unknown transports are kept as they are (WebAuthn Level 3, section 5.2.1), if they look like one. */
function readTransports(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  const texts = value.filter((one): one is string => typeof one === 'string')
  return [...new Set(texts.filter((text) => /^[a-z-]{1,32}$/.test(text)))].slice(0, 10)
}

/** An own member: names such as `__proto__` and `constructor` mean nothing here. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}

function base64url(value: unknown, name: string): string | undefined {
  const text = member(value, name)
  return typeof text === 'string' && /^[\w-]+$/.test(text) ? text : undefined
}
