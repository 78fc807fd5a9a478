/** One end of the way between two processes; what is sent arrives in order, or the way is broken. */
export type Channel = {
  /** Calls back once the message has left this process, or cannot. False when the way is broken. */
  readonly send: (message: object, left: () => void) => boolean
  readonly onMessage: (listener: (message: unknown) => void) => void
  readonly onClose: (listener: () => void) => void
}

/** What may be asked: its name, what is said with it, and what comes back. */
export type Questions = Readonly<
  Record<string, { readonly with: unknown; readonly reply: unknown }>
>
/** What may be told: its name and what is said with it. */
export type News = Readonly<Record<string, unknown>>

/** What one end says to the other. */
export type Speech = { readonly questions: Questions; readonly news: News }

export type Answers<Heard extends Speech> = {
  readonly [Name in keyof Heard['questions']]: (
    said: Heard['questions'][Name]['with'],
  ) => Promise<Heard['questions'][Name]['reply']>
}

export type Listeners<Heard extends Speech> = {
  readonly [Name in keyof Heard['news']]: (said: Heard['news'][Name]) => void
}

export type Line<Said extends Speech> = {
  /** Rejects when there is no answer in time; the other end may all the same have done what was asked. */
  readonly ask: <Name extends keyof Said['questions'] & string>(
    name: Name,
    said: Said['questions'][Name]['with'],
    options?: { readonly patience?: number },
  ) => Promise<Said['questions'][Name]['reply']>
  /** Nobody answers; lost when the way is broken or blocked. */
  readonly tell: <Name extends keyof Said['news'] & string>(
    name: Name,
    said: Said['news'][Name],
  ) => void
  readonly isOpen: () => boolean
  /** Resolves when the way is broken. */
  readonly closed: Promise<void>
}

export class LineBroken extends Error {}

/** Milliseconds that an answer may take, as with Redis. */
const usualPatience = 2000
/** So many questions may wait at a time: beyond it the other end is as good as gone. */
const mostWaiting = 5000
/** So many messages may wait to leave: they are memory of this process. */
const mostUnsent = 2000

type Message<Said = unknown> =
  | { readonly ask: string; readonly id: number; readonly said: Said }
  | { readonly answer: number; readonly reply?: unknown; readonly failed?: string }
  | { readonly tell: string; readonly said: Said }

type Envelope<Said = unknown> = { readonly cardea: Message<Said> }

/** Asks, answers and tells over a channel. */
export function openLine<Said extends Speech, Heard extends Speech>(
  channel: Channel,
  heard: { readonly answers: Answers<Heard>; readonly listeners: Listeners<Heard> },
): Line<Said> {
  const post = createPost(channel)
  const waiting = createWaiting()
  const answer = async (id: number, name: string, said: never) => {
    try {
      const own = heard.answers[name]
      if (own === undefined) throw new Error(`nobody answers ${name}`)
      post({ answer: id, reply: await own(said) })
    } catch (error) {
      post({ answer: id, failed: error instanceof Error ? error.message : String(error) })
    }
  }
  channel.onMessage((message) => {
    if (!isEnvelope(message)) return
    const { cardea } = message
    if ('answer' in cardea) waiting.settle(cardea.answer, cardea)
    else if ('ask' in cardea) void answer(cardea.id, cardea.ask, cardea.said)
    else heard.listeners[cardea.tell]?.(cardea.said)
  })
  let open = true
  const closed = Promise.withResolvers<void>()
  channel.onClose(() => {
    open = false
    waiting.fail('the other process is gone')
    closed.resolve()
  })
  return {
    ask: async (name, said, { patience = usualPatience } = {}) => {
      if (!open) throw new LineBroken('the other process is gone')
      return waiting.begin(patience, name, (id) => post({ ask: name, id, said }))
    },
    tell: (name, said) => {
      if (open) post({ tell: name, said })
    },
    isOpen: () => open,
    closed: closed.promise,
  }
}

/** Sends as long as what was sent before leaves. */
function createPost(channel: Channel): (message: Message) => boolean {
  let unsent = 0
  const left = () => {
    unsent -= 1
  }
  return (message) => {
    if (unsent >= mostUnsent) return false
    unsent += 1
    const envelope: Envelope = { cardea: message }
    if (channel.send(envelope, left)) return true
    unsent -= 1
    return false
  }
}

type Waiting = {
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** The questions that are not answered yet. */
function createWaiting() {
  const waiting = new Map<number, Waiting>()
  let last = 0
  const end = (id: number) => {
    const one = waiting.get(id)
    clearTimeout(one?.timer)
    waiting.delete(id)
    return one
  }
  return {
    begin: <Reply>(patience: number, name: string, send: (id: number) => boolean) =>
      new Promise<Reply>((resolve, reject) => {
        if (waiting.size >= mostWaiting) {
          reject(new LineBroken(`${mostWaiting} questions wait for an answer`))
          return
        }
        last += 1
        const id = last
        const late = () => end(id)?.reject(new LineBroken(`no answer to ${name} in ${patience} ms`))
        const timer = setTimeout(late, patience)
        waiting.set(id, { resolve: (reply) => resolve(reply as Reply), reject, timer })
        if (!send(id)) end(id)?.reject(new LineBroken('the way to the other process is blocked'))
      }),
    settle: (id: number, { reply, failed }: { reply?: unknown; failed?: string }) => {
      const one = end(id)
      if (failed === undefined) one?.resolve(reply)
      else one?.reject(new Error(failed))
    },
    fail: (why: string) => {
      for (const id of waiting.keys()) end(id)?.reject(new LineBroken(why))
    },
  }
}

/**
 * The two ends are of one version, so that what is said is what the types say; node:cluster has messages of its own
 * on the same way.
 */
function isEnvelope(message: unknown): message is Envelope<never> {
  return typeof message === 'object' && message !== null && 'cardea' in message
}
