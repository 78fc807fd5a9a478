import type { Worker } from 'node:cluster'

type Closable = { readonly close: () => void }

/**
 * Cuts the connection that was on its way to a worker when it died. node:cluster passes one connection at a time to
 * a worker and forgets it when no answer comes: its client would wait for as long as it likes. Once the worker has
 * taken a connection this end of it is closed anyway, and closing it again does nothing.
 */
export function cutLostConnections(worker: Worker): void {
  const { process: child } = worker
  const send = child.send?.bind(child)
  if (send === undefined) return
  let last: Closable | undefined
  const watched = (message: unknown, handle?: unknown, ...more: readonly unknown[]): boolean => {
    if (isConnection(message) && isClosable(handle)) last = handle
    return Reflect.apply(send, child, [message, handle, ...more]) === true
  }
  child.send = watched
  worker.once('exit', () => last?.close())
}

function isConnection(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'act' in message && message.act === 'newconn'
  )
}

function isClosable(handle: unknown): handle is Closable {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    'close' in handle &&
    typeof handle.close === 'function'
  )
}
