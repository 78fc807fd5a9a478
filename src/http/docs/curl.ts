import type { Parameter } from '../description/document.ts'
import type { Entry } from './chapters.ts'

/** The operation as a command to paste. */
export function curlOf(
  { method, path, operation }: Entry,
  parameters: readonly Parameter[],
  server: string,
): string {
  const filled = parameters
    .filter((it) => it.in === 'path')
    .reduce((url, { name, example }) => url.replace(`{${name}}`, String(example)), path)
  const [type, media] = Object.entries(operation.requestBody?.content ?? {})[0] ?? []
  const asked = parameters.filter((it) => it.in === 'header' && it.required === true)
  return [
    `curl -X ${method} ${quoted(server + filled)}`,
    ...credentialsOf(operation['x-permission'] ?? ''),
    ...asked.map(({ name, example }) => `-H ${quoted(`${name}: ${String(example)}`)}`),
    ...(type === undefined ? [] : [`-H ${quoted(`Content-Type: ${type}`)}`]),
    ...(media === undefined ? [] : [`-d ${quoted(dataOf(type ?? '', media.example))}`]),
  ].join(' \\\n  ')
}

function credentialsOf(needed: string): string[] {
  if (needed === 'public') return []
  return needed === 'client'
    ? ['-u "$CLIENT_ID:$CLIENT_SECRET"']
    : ['-H "Authorization: Bearer $TOKEN"']
}

function dataOf(type: string, example: unknown = {}): string {
  if (type.endsWith('json')) return JSON.stringify(example)
  const fields = Object.entries(Object(example)).map(([name, value]) => [name, String(value)])
  return new URLSearchParams(Object.fromEntries(fields)).toString()
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
