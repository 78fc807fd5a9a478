import { readFile } from 'node:fs/promises'
import { sha256 } from '../../base/index.ts'
import type { Document } from '../description/document.ts'

/** The description of the API as it was generated with this version. */
export type Reference = {
  readonly text: string
  readonly etag: string
  readonly document: Document
}

const file = new URL('../../../openapi.json', import.meta.url)

/** Reads the description when it is first asked for: a server that nobody asks does not carry it. */
export function lazyReference(): () => Promise<Reference> {
  let loaded: Promise<Reference> | undefined
  return () => {
    loaded ??= read().catch((error: unknown) => {
      loaded = undefined
      throw error
    })
    return loaded
  }
}

async function read(): Promise<Reference> {
  const text = await readFile(file, 'utf8')
  const etag = `"${sha256(text).toString('base64url').slice(0, 22)}"`
  return { text, etag, document: JSON.parse(text) }
}
