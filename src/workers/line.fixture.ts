import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Answers, Channel, Line, Listeners, Speech } from './line.ts'
import { openLine } from './line.ts'

type Heard<S extends Speech> = {
  readonly answers: Answers<S>
  readonly listeners: Listeners<S>
}

/** Two ends of a line as between two processes: everything is written as JSON and arrives later. */
export function linePair<Said extends Speech, Heard2 extends Speech>(
  far: (line: () => Line<Heard2>) => Heard<Said>,
  near: Heard<Heard2>,
): { line: Line<Said>; far: Line<Heard2>; close: () => void } {
  const { port1, port2 } = new MessageChannel()
  const other: Line<Heard2> = openLine<Heard2, Said>(
    overPort(port2),
    far(() => other),
  )
  const line = openLine<Said, Heard2>(overPort(port1), near)
  return { line, far: other, close: () => port1.close() }
}

function overPort(port: MessagePort): Channel {
  return {
    send: (message, left) => {
      port.postMessage(JSON.stringify(message))
      setImmediate(left)
      return true
    },
    onMessage: (listener) => port.on('message', (text: string) => listener(JSON.parse(text))),
    onClose: (listener) => port.once('close', listener),
  }
}
