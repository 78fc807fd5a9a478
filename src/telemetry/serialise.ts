import { Failure } from '../base/index.ts'
import { redactValue } from './redaction.ts'

const longest = 512
const mostNames = 20
const mostCauses = 4

/** What may be read of any error; everything else it carries may hold values of users. */
const errorMembers = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'statusCode',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
]

/** A request as the log shows it: no header, no body and no value of a query. */
export function serialiseRequest(request: unknown): unknown {
  const url = textOf(member(request, 'url'))
  const [path = '', query = ''] = url.split(/\?(.*)/s)
  return {
    id: member(request, 'id'),
    method: member(request, 'method'),
    path: path.slice(0, longest),
    // The parameters of the protocol are many and uninteresting; those of pages help to debug.
    ...(query !== '' && !path.startsWith('/oauth/') && { query: parameterNames(query) }),
    remoteAddress: member(request, 'ip') ?? member(member(request, 'socket'), 'remoteAddress'),
  }
}

function parameterNames(query: string): string[] {
  const names = [...new Set(new URLSearchParams(query.slice(0, 4096)).keys())]
  return names.slice(0, mostNames).map((name) => name.slice(0, 40))
}

export function serialiseReply(reply: unknown): unknown {
  return { statusCode: member(reply, 'statusCode') }
}

/** An error as the log shows it: what went wrong and where, without the values that were in play. */
export function serialiseError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return redactValue(error)
  const message = messageOf(error)
  const picked = errorMembers
    .map((name) => [name, member(error, name)] as const)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
  return {
    type: error.name,
    message,
    stack: (error.stack ?? '').replace(error.message, () => message),
    ...Object.fromEntries(picked),
    ...(error instanceof Failure && failureFacts(error)),
    ...causes(error, depth),
  }
}

function failureFacts({ kind, details }: Failure) {
  const { parameter, log } = details
  return { failure: kind.code, statusCode: kind.status, parameter, log: redactValue(log) }
}

function causes(error: Error, depth: number) {
  if (depth >= mostCauses) return {}
  const { cause } = error
  const several = error instanceof AggregateError ? error.errors.slice(0, mostCauses) : []
  return {
    ...(cause !== undefined && { cause: serialiseError(cause, depth + 1) }),
    ...(several.length > 0 && { errors: several.map((one) => serialiseError(one, depth + 1)) }),
  }
}

/** PostgreSQL quotes what somebody sent after a colon: `invalid input syntax for type uuid: "..."`. */
export function messageOf(error: Error): string {
  return isDatabaseError(error) ? error.message.replace(/: ".*"/s, ': [hidden]') : error.message
}

/** An error of the PostgreSQL protocol: its fields are a severity and a five character SQLSTATE. */
function isDatabaseError(error: Error): boolean {
  return member(error, 'severity') !== undefined && textOf(member(error, 'code')).length === 5
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function member(of: unknown, name: string): unknown {
  if (typeof of !== 'object' || of === null) return undefined
  const value: unknown = Reflect.get(of, name)
  return value
}
