import type { ReadParameters } from '../../http/index.ts'

/** The parameters of an authorization request, wherever they came from, and how far that can be trusted. */
export type Source = ReadParameters & {
  /** The client signed all of them (RFC 9101). */
  readonly signed: boolean
  /** The client sent them itself, and was authenticated where it can be (RFC 9126). */
  readonly pushed: boolean
  /** Thumbprint of the DPoP key that was proved while pushing (RFC 9449 section 10.1). */
  readonly dpopJkt?: string | undefined
}

/** Finds the parameters that a request stands for: its own, those of a request object, or pushed ones. */
export async function readSource(_needs: unknown, read: ReadParameters): Promise<Source> {
  return { ...read, signed: false, pushed: false }
}
