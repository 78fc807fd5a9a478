/* oxlint-disable typescript/no-explicit-any -- the body of an answer is whatever the test expects */
// biome-ignore lint/suspicious/noExplicitAny: the same
export type JsonAnswer = { readonly status: number; readonly body: any; readonly headers: Headers }

type Options = {
  readonly method?: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends JSON and reads JSON. */
export async function postJson(
  url: string,
  body?: object,
  { method = 'POST', token, headers = {} }: Options = {},
): Promise<JsonAnswer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    headers: response.headers,
  }
}
