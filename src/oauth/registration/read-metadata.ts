import { Check, Errors } from 'typebox/value'
import type { InvalidMember } from '../../base/index.ts'
import { Failure } from '../../base/index.ts'
import { ClientInput, clientFailures } from '../../clients/index.ts'
import { registrationFailures } from './failures.ts'
import { isForAdministrators } from './policy.ts'

export type Raw = Readonly<Record<string, unknown>>

/** The body of a registration. */
export function readObject(body: unknown): Raw {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Raw
  throw registrationFailures.malformed()
}

const known: ReadonlySet<string> = new Set(Object.keys(ClientInput.properties))

/**
 * Metadata as a client says it of itself. Members that are not known are ignored (RFC 7591 section 2), those
 * without a value count as absent (RFC 7592 section 2.2).
 */
export function readMetadata(raw: Raw): ClientInput {
  const said = Object.entries(raw).filter(
    ([name, value]) => known.has(name) && !isForAdministrators(name) && value !== null,
  )
  const members = Object.fromEntries(said)
  const input: unknown = {
    client_name: nameOf(members),
    ...members,
    ...(Array.isArray(members.response_types) && {
      response_types: members.response_types.map(inOrder),
    }),
  }
  if (Check(ClientInput, input)) return input
  throw clientFailures.invalid_client_metadata({
    members: Errors(ClientInput, input).map(({ instancePath, message }) => ({
      pointer: instancePath,
      words: message,
    })),
  })
}

/** OAuth 2.0 Multiple Response Types section 3: the order of the words does not matter. */
function inOrder(type: unknown): unknown {
  return typeof type === 'string' ? type.split(' ').sort().join(' ') : type
}

/** RFC 7591 section 2: where no name is given, people are shown something that tells clients apart. */
function nameOf({ redirect_uris: redirects, client_uri: uri }: Raw): string {
  const [first]: readonly unknown[] = Array.isArray(redirects) ? redirects : []
  for (const text of [uri, first]) {
    if (typeof text === 'string' && URL.canParse(text)) {
      const { host, protocol } = new URL(text)
      return (host || protocol).slice(0, 200)
    }
  }
  return 'Application'
}

/** Says in the description which member it was, as clients look there. */
export function withPlace(error: unknown): unknown {
  if (!(error instanceof Failure)) return error
  const [first]: readonly InvalidMember[] = error.details.members ?? []
  const parameter = first?.pointer.split('/')[1]
  const clear = parameter !== undefined && /^[a-z_]{1,64}$/.test(parameter)
  return clear ? new Failure(error.kind, { ...error.details, parameter }) : error
}
