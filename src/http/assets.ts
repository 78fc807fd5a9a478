import { readFileSync } from 'node:fs'
import { sha256 } from '../base/index.ts'
import { dataHeaders } from './security-headers.ts'
import type { Surface } from './server.ts'

/** The static files of the hosted pages, read once; the stylesheet's address changes with its content. */
export type Assets = {
  readonly stylesheet: string
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }>
}

export function loadAssets(): Assets {
  const read = (name: string) => readFileSync(new URL(`./assets/${name}`, import.meta.url))
  const css = read('cardea.css')
  const stylesheet = `/assets/cardea.${sha256(css).toString('hex').slice(0, 12)}.css`
  const svg = 'image/svg+xml'
  return {
    stylesheet,
    files: new Map([
      [stylesheet, { type: 'text/css; charset=utf-8', body: css }],
      ['/assets/logo.svg', { type: svg, body: read('logo.svg') }],
      ['/assets/favicon.svg', { type: svg, body: read('favicon.svg') }],
      [
        '/assets/auto-submit.js',
        { type: 'text/javascript; charset=utf-8', body: read('auto-submit.js') },
      ],
      ['/favicon.ico', { type: svg, body: read('favicon.svg') }],
    ]),
  }
}

export function assetRoutes(surface: Surface, assets: Assets): void {
  for (const [path, { type, body }] of assets.files) {
    const age = path === assets.stylesheet ? 'max-age=31536000, immutable' : 'max-age=3600'
    surface.get(path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .headers({ ...dataHeaders, 'cache-control': `public, ${age}` })
        .type(type)
        .send(body),
    )
  }
}
