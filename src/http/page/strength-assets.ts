import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { sha256 } from '../../base/index.ts'
import { dataHeaders } from '../security-headers.ts'
import type { Surface } from '../server.ts'

/** The scripts of password fields. Their addresses change with their content. */
export type StrengthAssets = {
  /** The module that adds the button to show a password. */
  readonly reveal: string
  /** The module of the meter, and the worker it starts. */
  readonly meter: string
  readonly worker: string
  /** The least score (0 to 4) that the server accepts. */
  readonly least: number
  /** The bodies are read when they are first asked for: the worker has 1.7 MB. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: () => Buffer }>
}

const type = 'text/javascript; charset=utf-8'
const packages = ['core', 'language-common', 'language-en'].map((name) => `@zxcvbn-ts/${name}`)
const require = createRequire(import.meta.url)

export function loadStrengthAssets(least: number): StrengthAssets {
  const [reveal, meter] = [script('password-reveal'), script('password-strength')]
  const ours = own('password-strength-worker')
  const version = tag(Buffer.concat([ours, ...packages.map(manifest)]))
  const worker = `/assets/password-strength-worker.${version}.js`
  let joined: Buffer | undefined
  const body = () => {
    joined ??= joinWorker(ours)
    return joined
  }
  return {
    reveal: reveal.path,
    meter: meter.path,
    worker,
    least,
    files: new Map([
      [reveal.path, { type, body: () => reveal.body }],
      [meter.path, { type, body: () => meter.body }],
      [worker, { type, body }],
    ]),
  }
}

/** Everything in one file: a worker that loads nothing more needs no right to load. */
function joinWorker(ours: Buffer): Buffer {
  const library = packages.map((name) => readFileSync(require.resolve(`${name}/dist/zxcvbn-ts.js`)))
  // Debuggers would look for the maps, which are not served.
  const texts = library.map((text) => text.toString().replace(/^\/\/# sourceMappingURL=.*$/m, ''))
  return Buffer.from([...texts, ours.toString()].join('\n'))
}

function manifest(name: string): Buffer {
  return readFileSync(require.resolve(`${name}/package.json`))
}

function script(name: string) {
  const body = own(name)
  return { path: `/assets/${name}.${tag(body)}.js`, body }
}

function own(name: string): Buffer {
  return readFileSync(new URL(`../assets/${name}.js`, import.meta.url))
}

function tag(content: Buffer): string {
  return sha256(content).toString('hex').slice(0, 12)
}

/** The headers matter here: the policy of the answer is the policy of the worker, which allows nothing. */
export function strengthAssetRoutes(surface: Surface, assets: StrengthAssets): void {
  for (const [path, file] of assets.files) {
    surface.get(path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .headers({ ...dataHeaders, 'cache-control': 'public, max-age=31536000, immutable' })
        .type(file.type)
        .send(file.body()),
    )
  }
}
