import { html } from 'ghtml'
import type { Failure } from '../../base/index.ts'
import type { Reply } from '../../http/index.ts'
import { passkeyForm } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'
import { factorOf } from '../../mfa/index.ts'
import type { LoginNeeds } from '../needs.ts'
import type { Exchange } from '../page-form.ts'
import { headersOf } from '../refusal.ts'
import { checkbox } from '../views/checkbox.ts'
import type { Asked } from './asked-factors.ts'
import { deskFor, pathFor } from './carry.ts'
import { factorPage } from './views/factor-page.ts'

type State = {
  readonly refusal?: Failure | undefined
  /** The shortened address that a code went to just now. */
  readonly sentTo?: string | undefined
}

/** The page of one factor, with the ways to the others. */
export async function showFactor(
  needs: LoginNeeds,
  exchange: Exchange,
  asked: Asked,
  { refusal, sentTo }: State = {},
): Promise<Reply> {
  const { candidate, kinds, kind } = asked
  const desk = deskFor(needs, exchange, candidate)
  const { t, action, link } = desk
  const hidden = { ...desk.hidden, factor: kind }
  const remember = rememberBox(t, asked)
  const form = { t, action: action('/login/mfa'), hidden, label: t('Continue'), id: 'mfa-submit' }
  const passkey = kind === 'passkey' && {
    form: passkeyForm({
      ...form,
      label: t('Use a passkey'),
      mode: 'get',
      options: (await factorOf(kind).challenge(needs.mfa, candidate.subject)).options ?? {},
      script: needs.assets.passkey,
      extra: remember,
    }),
  }
  const page = factorPage({
    ...form,
    kind,
    sendAction: action('/login/mfa/send'),
    sentTo,
    remember,
    passkeyForm: passkey === false ? undefined : passkey.form,
    error: refusal && t.any(refusal.kind.words),
    others: kinds
      .filter((one) => one !== kind)
      .map((one) => ({ kind: one, href: link(pathFor(candidate, '/login/mfa', one)) })),
    last: {
      href: link(pathFor(candidate, '/login/mfa/help')),
      words: t('I cannot use any of these'),
    },
  })
  exchange.reply.headers(headersOf(refusal))
  const status = statusOf(refusal)
  return desk.send(page, { status, script: kind === 'passkey' })
}

/** A wrong answer in a form is a 400; only the API says 401, with what it asks for. */
function statusOf(refusal: Failure | undefined): number {
  if (refusal === undefined) return 200
  return refusal.kind.status === 401 ? 400 : refusal.kind.status
}

/** A browser is remembered at a sign-in only, and never by what stands in for a lost factor. */
export function mayRemember({ candidate, kind }: Asked): boolean {
  const standsIn = kind === 'backup_code' || kind === 'emergency_code'
  return 'waiting' in candidate.at && !standsIn && candidate.situation.policy.remember_device > 0
}

const day = 86_400

function rememberBox(t: Translate, asked: Asked): string {
  if (!mayRemember(asked)) return ''
  const seconds = asked.candidate.situation.policy.remember_device
  const label =
    seconds < 2 * day
      ? t('Do not ask for it in this browser for {hours} hours', {
          hours: Math.ceil(seconds / 3600),
        })
      : t('Do not ask for it in this browser for {days} days', { days: Math.floor(seconds / day) })
  return checkbox({
    name: 'remember_device',
    value: 'yes',
    label: html`${label}`,
    hint: t('Only on a device that nobody else uses.'),
  })
}
