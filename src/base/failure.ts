/**
 * What the outside may learn of a refusal: a stable code, an HTTP status and constant words.
 * Every expected refusal is one entry of a catalogue; anything else thrown is a bug and answers 500.
 */
export type FailureKind = {
  /** The standard's own error code where there is one (RFC 6749 section 5.2, OIDC Core 3.1.2.6, ...). */
  readonly code: string
  readonly status: number
  /** Constant text for people; never contains a value that came from the request. */
  readonly words: string
}

/** One invalid member of a request body, located by a JSON pointer (RFC 6901). */
export type InvalidMember = { readonly pointer: string; readonly words: string }

export type FailureDetails = {
  /** The name of the offending parameter: a name we know, never a value. */
  readonly parameter?: string
  /** Seconds for the `Retry-After` header. */
  readonly retryAfter?: number
  /** Extra response headers, such as `WWW-Authenticate` or `Allow`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly members?: readonly InvalidMember[]
  /** Private facts for the log; never leaves the server. */
  readonly log?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

export class Failure extends Error {
  readonly kind: FailureKind
  readonly details: FailureDetails

  constructor(kind: FailureKind, details: FailureDetails = {}) {
    super(kind.words, { cause: details.cause })
    this.name = 'Failure'
    this.kind = kind
    this.details = details
  }

  /** The constant words, with the parameter's name where that helps the caller. */
  get words(): string {
    const { parameter } = this.details
    return parameter === undefined ? this.kind.words : `${this.kind.words} (${parameter})`
  }
}

export type FailureCatalogue<Name extends string> = {
  readonly [K in Name]: (details?: FailureDetails) => Failure
}

/** Turns `{ name: [code, status, words] }` into functions that make the failures. */
export function failures<const Name extends string>(
  kinds: Readonly<Record<Name, readonly [code: string, status: number, words: string]>>,
): FailureCatalogue<Name> {
  const make = (kind: FailureKind) => (details?: FailureDetails) => new Failure(kind, details)
  const entries = Object.entries<readonly [string, number, string]>(kinds).map(
    ([name, [code, status, words]]) => [name, make({ code, status, words })],
  )
  return Object.fromEntries(entries) as FailureCatalogue<Name>
}
