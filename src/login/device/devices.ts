import type { Origin } from '../../audit/index.ts'
import type { ClientId } from '../../base/index.ts'
import type { AuthorizationDetail, Session } from '../../session/index.ts'

/** A device that waits for the answer of a person. */
export type WaitingDevice = {
  readonly id: string
  /** The code as it is shown on the device. */
  readonly code: string
  readonly clientId: ClientId
  readonly asked: {
    readonly scopes: readonly string[]
    readonly resources: readonly string[]
    readonly details: readonly AuthorizationDetail[] | null
  }
}

/** What finds and answers devices that wait (RFC 8628); the protocol module owns them. */
export type Devices = {
  readonly find: (typed: string) => Promise<WaitingDevice | undefined>
  /** False when it was answered already, or it is too late. */
  readonly answer: (
    id: string,
    answer: { readonly session: Session; readonly allowed: boolean; readonly origin: Origin },
  ) => Promise<boolean>
}
