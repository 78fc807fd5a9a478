import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../base/index.ts'
import type { Words } from '../i18n/index.ts'
import { httpFailures } from './failures.ts'
import { errorPage } from './page/error-page.ts'
import type { Pages } from './page/pages.ts'
import { dataHeaders, noStore } from './security-headers.ts'

/** How a surface tells a failure. */
export type Renderer = (
  failure: Failure,
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply

/** RFC 6749 section 5.2; endpoints that take JSON also tell which members are wrong. */
export const renderOAuth: Renderer = (failure, _request, reply) =>
  reply.headers({ ...dataHeaders, ...noStore }).send({
    error: failure.kind.code,
    error_description: failure.words,
    ...membersOf(failure),
  })

function membersOf({ details: { members } }: Failure) {
  return members && { errors: members.map(({ pointer, words }) => ({ pointer, detail: words })) }
}

/** RFC 9457, with RFC 6901 pointers to the members that are wrong. */
export const renderProblem: Renderer = (failure, request, reply) => {
  return reply
    .headers({ ...dataHeaders, ...noStore })
    .type('application/problem+json')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({
      type: `urn:cardea:problem:${failure.kind.code}`,
      title: failure.kind.words,
      status: failure.kind.status,
      code: failure.kind.code,
      detail: failure.words,
      instance: `urn:cardea:request:${request.id}`,
      ...membersOf(failure),
    })
}

export function renderPageWith(pages: Pages): Renderer {
  return (failure, request, reply) => {
    const { kind, details } = failure
    const t = pages.languages.of(request)
    const page = errorPage({
      t,
      title: t(titleOf(kind.status)),
      code: kind.code,
      words: t.any(kind.words),
      status: kind.status,
      requestId: request.id,
      ...(details.parameter !== undefined && { parameter: details.parameter }),
    })
    return pages.send(reply, page, { status: kind.status })
  }
}

function titleOf(status: number): Words {
  if (status === 404) return 'There is nothing here'
  if (status === 503) return 'Please try again in a moment'
  return status >= 500 ? 'Something went wrong' : 'This request cannot be used'
}

/** Turns whatever was thrown into an answer; what is no Failure is a bug and says nothing. */
export function failureHandler(render: Renderer, form: boolean) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = toFailure(error, form)
    const { kind, details } = failure
    if (kind.status >= 500) {
      request.log.error({ err: details.cause ?? error, code: kind.code, ...details.log }, 'failure')
    } else
      request.log.info({ code: kind.code, parameter: details.parameter, ...details.log }, 'refused')
    reply.code(kind.status)
    if (details.retryAfter !== undefined) reply.header('retry-after', String(details.retryAfter))
    if (details.headers) reply.headers(details.headers)
    return render(failure, request, reply)
  }
}

function toFailure(error: FastifyError, form: boolean): Failure {
  if (error instanceof Failure) return error
  if (error.validation) {
    const members = error.validation.map(({ instancePath, message, params }) => ({
      pointer: `${instancePath}${pointerTail(params)}`,
      words: message ?? 'is not valid',
    }))
    return httpFailures.invalid_body({ members, ...parameterOf(members[0]?.pointer) })
  }
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return form ? httpFailures.form_expected() : httpFailures.unsupported_media_type()
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return httpFailures.body_too_large()
    default:
      return error.statusCode !== undefined && error.statusCode < 500
        ? httpFailures.malformed({ cause: error })
        : httpFailures.internal({ cause: error })
  }
}

/** ajv names a missing or unexpected member beside the path of its parent. */
function pointerTail(params: Readonly<Record<string, unknown>>): string {
  const name = params.missingProperty ?? params.additionalProperty
  return typeof name === 'string' ? `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : ''
}

function parameterOf(pointer: string | undefined): { parameter?: string } {
  const name = pointer?.split('/')[1] ?? ''
  return /^[A-Za-z0-9_]{1,64}$/.test(name) ? { parameter: name } : {}
}
