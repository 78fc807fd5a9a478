import {
  type DestinationStream,
  destination,
  type LogFn,
  type Logger,
  pino,
  stdTimeFunctions,
} from 'pino'
import pretty from 'pino-pretty'
import { redactText, redactValue } from './redaction.ts'
import { messageOf, serialiseError, serialiseReply, serialiseRequest } from './serialise.ts'

export type Log = Logger

export type LogOptions = {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
  /** Anything but `pretty` is one JSON object per line. */
  readonly format: 'auto' | 'json' | 'pretty'
  /** Where the lines go; standard output unless told otherwise. */
  readonly destination?: { readonly write: (line: string) => void }
}

const serialisers = { req: serialiseRequest, res: serialiseReply, err: serialiseError }

/**
 * A log that no secret gets into.
 * Three layers see to it: serialisers that pick what is harmless, a copy of every logged object
 * without the members named like secrets, and a search of the finished line for what is left.
 */
export function createLog({ level, format, ...options }: LogOptions): Log {
  const out = options.destination ?? destination({ dest: 1, sync: true })
  const settings = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    serializers: serialisers,
    formatters: { level: (label: string) => ({ level: label }), log: withoutSecrets },
    hooks: { streamWrite: redactText, logMethod },
  }
  return pino(settings, format === 'pretty' ? prettyStream(out) : out)
}

/** Without a message pino would take the error's own, which may quote a value. */
function logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
  const [facts, message]: readonly unknown[] = args
  const held = typeof facts === 'object' && facts !== null && 'err' in facts ? facts.err : facts
  const unnamed = message === undefined && held instanceof Error
  method.apply(this, unnamed ? [facts, messageOf(held)] : args)
}

/** The serialisers come after this and need the objects as they are. */
function withoutSecrets(facts: Record<string, unknown>): Record<string, unknown> {
  const { req, res, err, ...others } = facts
  const rest = Object.entries(others).map(([name, value]) => [name, plain(value)])
  const redacted = redactValue(Object.fromEntries(rest))
  const safe = typeof redacted === 'object' ? redacted : {}
  return { ...safe, ...defined({ req, res, err }) }
}

/** An error logged under another name than `err` is no less of an error. */
function plain(value: unknown): unknown {
  return value instanceof Error ? serialiseError(value) : value
}

function defined(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

/** In this process and at once: a worker would lose the last lines of a crash. */
function prettyStream(out: DestinationStream): DestinationStream {
  const format = pretty.prettyFactory({ colorize: false, translateTime: 'SYS:HH:MM:ss.l' })
  return { write: (line) => out.write(format(line)) }
}
