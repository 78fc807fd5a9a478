import { sha256 } from '../../base/index.ts'
import type { Flow } from '../../flow/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'

type Needs = Pick<LoginNeeds, 'kv' | 'cookies' | 'visits' | 'flowLifetime'>

const keyOf = (browser: string) => `sign-up-flow:${sha256(browser).toString('base64url')}`

/** The link of a letter knows nothing of the flow, so the browser's last one is kept for it. */
export async function rememberFlow(
  needs: Needs,
  { request, reply }: Exchange,
  flow: Flow | undefined,
): Promise<void> {
  const key = keyOf(needs.cookies.browser(request, reply))
  if (flow === undefined) await needs.kv.delete(key)
  else await needs.kv.set(key, flow.id, needs.flowLifetime)
}

/** The flow that a registration in this browser began in, as long as it is there. */
export async function rememberedFlow(
  needs: Needs,
  { request, reply }: Exchange,
): Promise<Flow | undefined> {
  const id = await needs.kv.get(keyOf(needs.cookies.browser(request, reply)))
  return id === undefined ? undefined : needs.visits.flow(request, reply, id)
}
