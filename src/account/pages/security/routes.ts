import type { Surface } from '../../../http/index.ts'
import { onForm, onPage } from '../door.ts'
import type { AccountPageNeeds } from '../needs.ts'
import { beginAuthenticator, confirmAuthenticator } from './authenticator.ts'
import { renewCodes } from './backup-codes.ts'
import { forgetBrowsers, remove, rename, showFactor } from './change.ts'
import { beginEmailCode, confirmEmailCode } from './email-code.ts'
import { beginPasskey, confirmPasskey } from './passkey.ts'
import { showSecurity } from './show.ts'

const schema = { hide: true }
const path = '/account/security'

/** What protects an account; all but looking at it needs a fresh proof at its own level (ASVS 7.5.1). */
export function securityPages(surface: Surface, needs: AccountPageNeeds): void {
  const freshFor = path
  surface.get(
    path,
    { schema },
    onPage(needs, (call) => showSecurity(needs, call)),
  )
  const pages = [
    ['/passkeys', beginPasskey, `${path}/passkeys`],
    ['/factor', showFactor, path],
  ] as const
  for (const [name, show, back] of pages) {
    const door = onPage(needs, (call) => show(needs, call), { freshFor: back })
    surface.get(`${path}${name}`, { schema }, door)
  }
  const forms = [
    ['/passkeys', confirmPasskey],
    ['/authenticator', beginAuthenticator],
    ['/authenticator/confirm', confirmAuthenticator],
    ['/email-code', beginEmailCode],
    ['/email-code/confirm', confirmEmailCode],
    ['/backup-codes', renewCodes],
    ['/rename', rename],
    ['/remove', remove],
    ['/forget-devices', forgetBrowsers],
  ] as const
  for (const [name, take] of forms) {
    const door = onForm(needs, (call, form) => take(needs, call, form), { freshFor, back: path })
    surface.post(`${path}${name}`, { schema }, door)
  }
}
