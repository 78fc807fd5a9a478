import type { Answer, Headers } from './document.ts'

/** The refusals of the JSON API by status: the name of the component, and when it is given. */
const kinds: Readonly<Record<string, readonly [name: string, description: string]>> = {
  400: ['BadRequest', 'The request is not understood, or a value is not allowed'],
  401: ['Unauthenticated', 'Nobody is signed in, or what proves it is no longer valid'],
  403: ['Forbidden', 'A permission, a recent proof or the own pages are missing'],
  404: ['NotFound', 'There is no such thing'],
  409: ['Conflict', 'It does not fit with what is there'],
  412: ['PreconditionFailed', 'If-Match names a version that is not the current one'],
  413: ['TooLarge', 'The body is too large'],
  415: ['UnsupportedMediaType', 'The body is no JSON'],
  422: ['Unprocessable', 'The Idempotency-Key was used for another request'],
  428: ['PreconditionRequired', 'If-Match is missing'],
  429: ['TooManyRequests', 'A limit is reached'],
  503: ['Unavailable', 'For the moment; try again after the time of Retry-After'],
}

const headers: Readonly<Record<string, Headers>> = {
  401: { 'WWW-Authenticate': { $ref: '#/components/headers/WWW-Authenticate' } },
  429: {
    'Retry-After': { $ref: '#/components/headers/Retry-After' },
    RateLimit: { $ref: '#/components/headers/RateLimit' },
    'RateLimit-Policy': { $ref: '#/components/headers/RateLimit-Policy' },
  },
  503: { 'Retry-After': { $ref: '#/components/headers/Retry-After' } },
}

export function problemReference(status: string): Answer | undefined {
  const kind = kinds[status]
  return kind && { $ref: `#/components/responses/${kind[0]}` }
}

/** The answers that `problemReference` names. */
export function problemAnswers(example: unknown): Readonly<Record<string, Answer>> {
  const answers = Object.entries(kinds).map(([status, [name, description]]) => {
    const schema = { $ref: '#/components/schemas/Problem' }
    const of = headers[status]
    const shown = { ...Object(example), status: Number(status) }
    const content = { 'application/problem+json': { schema, example: shown } }
    return [name, { description, ...(of && { headers: of }), content }]
  })
  return Object.fromEntries(answers)
}

const text = { type: 'string' }

/** Headers of answers that stand in several operations. */
export const sharedHeaders: Headers = {
  ETag: { description: 'The version of what is shown (RFC 9110 section 8.8.3)', schema: text },
  Link: { description: 'The next page, with rel="next" (RFC 8288)', schema: text },
  'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 0 } },
  RateLimit: { description: 'What is left of the limits that were counted', schema: text },
  'RateLimit-Policy': { description: 'The limits that were counted', schema: text },
  'WWW-Authenticate': { description: 'How to prove who calls (RFC 6750 section 3)', schema: text },
  Deprecation: { description: 'Since when it is deprecated (RFC 9745)', schema: text },
  Sunset: { description: 'When it will be gone (RFC 8594)', schema: text },
  'Idempotency-Replayed': {
    description: 'True where the answer is that of an earlier request with the same key',
    schema: { type: 'string', enum: ['true'] },
  },
}
