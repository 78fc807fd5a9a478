import type { Answer, Headers, Media, Operation, Parameter } from './document.ts'
import { mapMedia } from './document.ts'
import { exampleOf } from './example.ts'
import { problemReference } from './problem-answers.ts'
import { httpStatusWords } from './status-words.ts'

/** Parameters that stand in several operations. */
export const sharedParameters: Readonly<Record<string, Parameter>> = {
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: true,
    description:
      'The ETag of the version that the change is based on, or * for any (RFC 9110 section 13.1.1)',
    schema: { type: 'string' },
    example: '"3"',
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'A value of your own, new for each thing that you want. A repeated request with the same key gets the first answer again, for 24 hours.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    example: 'f1c2a9d0-5a55-4a0e-9d4c-2f2c7c1e8b11',
  },
}

/** Completes an operation by what follows from its route: headers, refusals, examples. */
export function writeOperation(operation: Operation): Operation {
  const { 'x-route': marks = {}, ...rest } = operation
  const parameters = [
    ...(rest.parameters ?? []).map(withExample),
    ...(marks.etag === 'asked' ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
    ...(marks.repeatable === true ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ]
  const responses = Object.entries({
    ...rest.responses,
    ...(marks.repeatable === true && { 422: problemReference('422') ?? {} }),
  })
    .filter(([status]) => marks.etag === 'asked' || (status !== '412' && status !== '428'))
    .map(([status, answer]) => [status, writeAnswer(operation, status, answer)])
  const written = {
    ...rest,
    ...(parameters.length > 0 && { parameters }),
    responses: Object.fromEntries(responses),
  }
  return mapMedia(written, withExamples)
}

function withExample(parameter: Parameter): Parameter {
  const { schema, example, name = '' } = parameter
  if (schema === undefined || example !== undefined) return parameter
  return { ...parameter, example: exampleOf(schema, name) }
}

function withExamples(media: Media): Media {
  const { schema, example, examples } = media
  if (schema === undefined || example !== undefined || examples !== undefined) return media
  return { ...media, example: exampleOf(schema) }
}

function writeAnswer(operation: Operation, status: string, answer: Answer): Answer {
  const problem = isProblem(answer) ? problemReference(status) : undefined
  if (problem !== undefined) return problem
  const headers: Headers = { ...answer.headers, ...headersOf(operation, status) }
  const { description } = answer
  const words = description === 'Default Response' ? httpStatusWords(status) : description
  return {
    ...answer,
    ...(words !== undefined && { description: words }),
    ...(Object.keys(headers).length > 0 && { headers }),
  }
}

function isProblem({ content }: Answer): boolean {
  return Object.values(content ?? {}).some(({ schema }) => schema?.title === 'Problem')
}

function headersOf(operation: Operation, status: string): Headers {
  const { etag, repeatable } = operation['x-route'] ?? {}
  const ok = status.startsWith('2')
  const paged = operation.parameters?.some(({ name }) => name === 'after') === true
  const names = [
    ...(ok && etag !== undefined && status !== '204' ? ['ETag'] : []),
    ...(ok && paged ? ['Link'] : []),
    ...(repeatable === true ? ['Idempotency-Replayed'] : []),
    ...(operation.deprecated === true ? ['Deprecation', 'Sunset'] : []),
  ]
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))
}
