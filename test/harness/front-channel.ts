import { createHash } from 'node:crypto'
import type { Visit } from './browser.ts'
import { hiddenFields } from './browser.ts'
import type { TestClient, TestServer } from './server.ts'

/** Every response type, for clients that may have them all. */
export const allResponseTypes = [
  'code',
  'none',
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
] as const

/** A client of ours that may ask for every response type and need not ask people. */
export function frontClient(
  server: TestServer,
  input: Parameters<TestServer['client']>[0] = {},
): Promise<TestClient> {
  return server.client({
    grant_types: ['authorization_code', 'implicit', 'refresh_token'],
    response_types: [...allResponseTypes],
    require_consent: false,
    ...input,
  })
}

export type Told = Readonly<Record<string, string | undefined>>

/** What an answer told the client, by the way it came. */
export function inFragment({ left }: Visit): Told {
  return Object.fromEntries(new URLSearchParams(left?.hash.slice(1)))
}

export function inQuery({ left }: Visit): Told {
  return Object.fromEntries(left?.searchParams ?? [])
}

export function inForm({ body }: Visit): Told {
  return hiddenFields(body)
}

/** OIDC Core 3.1.3.6: the left half of a hash. */
export function half(hash: 'sha256' | 'sha384' | 'sha512', value: unknown): string {
  const digest = createHash(hash).update(String(value)).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}
