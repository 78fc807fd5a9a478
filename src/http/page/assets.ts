import { readFileSync } from 'node:fs'
import { sha256 } from '../../base/index.ts'
import { dataHeaders } from '../security-headers.ts'
import type { Surface } from '../server.ts'
import type { StrengthAssets } from './strength-assets.ts'
import { loadStrengthAssets, strengthAssetRoutes } from './strength-assets.ts'

/** The static files of the hosted pages, read once; the stylesheet's address changes with its content. */
export type Assets = {
  readonly stylesheet: string
  /** The module that solves proofs of work. */
  readonly challenge: string
  /** The module that talks to authenticators. */
  readonly passkey: string
  readonly strength: StrengthAssets
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>
}

/** `least` is the least strength of a new password. */
export function loadAssets(least: number): Assets {
  const read = (name: string) => readFileSync(new URL(`../assets/${name}`, import.meta.url))
  const versioned = (name: string, end: string, body: Buffer) =>
    `/assets/${name}.${sha256(body).toString('hex').slice(0, 12)}.${end}`
  const css = read('cardea.css')
  const solver = read('challenge.js')
  const authenticators = read('passkey.js')
  const stylesheet = versioned('cardea', 'css', css)
  const challenge = versioned('challenge', 'js', solver)
  const passkey = versioned('passkey', 'js', authenticators)
  const script = 'text/javascript; charset=utf-8'
  const svg = 'image/svg+xml'
  return {
    stylesheet,
    challenge,
    passkey,
    strength: loadStrengthAssets(least),
    files: new Map([
      [stylesheet, { type: 'text/css; charset=utf-8', body: css }],
      ['/assets/logo.svg', { type: svg, body: read('logo.svg') }],
      ['/assets/favicon.svg', { type: svg, body: read('favicon.svg') }],
      [challenge, { type: script, body: solver }],
      [passkey, { type: script, body: authenticators }],
      ['/assets/farewell.js', { type: script, body: read('farewell.js') }],
      ['/assets/session-state.js', { type: script, body: read('session-state.js') }],
      ['/assets/auto-submit.js', { type: script, body: read('auto-submit.js') }],
      ['/favicon.ico', { type: svg, body: read('favicon.svg') }],
    ]),
  }
}

/** A path that changes with its content may be kept for ever. */
const versionedPath = /\.[0-9a-f]{12}\./

export function assetRoutes(surface: Surface, assets: Assets): void {
  strengthAssetRoutes(surface, assets.strength)
  for (const [path, { type, body }] of assets.files) {
    const age = versionedPath.test(path) ? 'max-age=31536000, immutable' : 'max-age=3600'
    surface.get(path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .headers({ ...dataHeaders, 'cache-control': `public, ${age}` })
        .type(type)
        .send(body),
    )
  }
}
