import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** Runs the program of a page of docs/guide to its end, and reads the JSON that it prints. */
export async function guideProgram(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const guide = readFileSync(`${root}docs/guide/${name}.md`, 'utf8')
  const code = /```js\n([\s\S]*?)```/.exec(guide)?.[1]
  assert.ok(code, 'the guide has a program')
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, ...env },
  })
  return JSON.parse(stdout)
}

/** The JSON that a page of docs/guide sends to one of our addresses, with what is replaced in it. */
export function guideBody(
  name: string,
  to: string,
  replaced: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const guide = readFileSync(`${root}docs/guide/${name}.md`, 'utf8')
  const text = guide.split(`api ${to} -d '`)[1]?.split("'\n")[0]
  assert.ok(text, `the guide sends something to ${to}`)
  const filled = Object.entries(replaced).reduce(
    (all, [from, into]) => all.replaceAll(from, into),
    text,
  )
  return JSON.parse(filled)
}
