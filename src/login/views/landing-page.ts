import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'
import { withMarkup } from '../../http/index.ts'
import type { Translate } from '../../i18n/index.ts'

export type LandingLink = { readonly label: string; readonly href: string; readonly words: string }

export type LandingPageProps = {
  readonly t: Translate
  readonly user: {
    readonly name: string
    readonly username: string
    readonly email?: string | undefined
  }
  readonly session: {
    /** The time of signing in, already in words. */
    readonly since: string
    readonly ip?: string | undefined
    readonly browser?: string | undefined
  }
  readonly isAdministrator: boolean
  readonly logoutUrl: string
  readonly issuer: string
  readonly links: readonly LandingLink[]
}

/** The page at the root for someone who is signed in: who they are, since when, and where to go. */
export function landingPage(props: LandingPageProps): Page {
  const { t, user, session } = props
  const name = html`<bdi>${user.name}</bdi>`
  return {
    lang: t.locale,
    title: t('Your account'),
    wide: true,
    body: html`
<div class="greeting">
<div><p class="eyebrow">${t('Signed in')}</p><h1>!${withMarkup(t('Hello, {name}'), { name })}</h1></div>
<a class="button secondary" href="${props.logoutUrl}">${t('Sign out')}</a>
</div>
<div class="rooms">
<section class="room" aria-labelledby="account"><h2 id="account">${t('Your account')}</h2>
<dl class="facts">!${fact(t('Name'), user.name)}!${fact(t('Username'), user.username)}!${fact(t('Email'), user.email)}</dl></section>
<section class="room" aria-labelledby="session"><h2 id="session">${t('This session')}</h2>
<dl class="facts">!${fact(t('Since'), session.since)}!${fact(t('Address'), session.ip)}!${fact(t('Browser'), session.browser)}</dl></section>
</div>
!${doors(t, props.links)}
!${props.isAdministrator ? nextSteps(t, props.issuer) : ''}`,
  }
}

function fact(name: string, value: string | undefined): string {
  return value === undefined || value === ''
    ? ''
    : html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`
}

function doors(t: Translate, links: readonly LandingLink[]): string {
  if (links.length === 0) return ''
  const items = links.map(
    ({ label, href, words }) =>
      html`<li><a href="${href}"><bdi>${label}</bdi></a><p class="quiet">${words}</p></li>`,
  )
  return html`<nav aria-label="${t('Where to go')}"><ul class="doors">!${items.join('')}</ul></nav>`
}

function nextSteps(t: Translate, issuer: string): string {
  const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const document = html`<a href="${discovery}">${t('discovery document')}</a>`
  return html`<section class="room steps" aria-labelledby="next"><h2 id="next">${t('Next steps')}</h2>
<p class="sub">${t('You are an administrator. Three steps bring your first application through the door.')}</p>
<ol>
<li><h3>${t('Register a client')}</h3><p>${t('Run this on the server. It prints the client id and, once only, the secret.')}</p>
<pre><code>npx cardea client create \
  --name "My application" \
  --redirect-uri https://app.example.com/callback</code></pre></li>
<li><h3>${t('Point your application here')}</h3><p>!${withMarkup(t('Most libraries need the issuer only and read the rest from the {document}.'), { document })}</p>
<pre><code>${issuer}</code></pre></li>
<li><h3>${t('Let people in')}</h3><p>${t('Add an account for each colleague. It asks for a first password.')}</p>
<pre><code>npx cardea user create \
  --username ada \
  --email ada@example.com</code></pre></li>
</ol></section>`
}

export type WelcomePageProps = {
  readonly t: Translate
  readonly issuer: string
  readonly loginUrl: string
}

/** The page at the root for everyone else. */
export function welcomePage({ t, issuer, loginUrl }: WelcomePageProps): Page {
  const here = html`<bdi>${issuer}</bdi>`
  return {
    lang: t.locale,
    title: t('Welcome'),
    body: html`
<h1>${t('Welcome')}</h1>
<p class="sub">${t('One account for all your applications. Your password stays on this server.')}</p>
<a class="button primary" href="${loginUrl}">${t('Sign in')}</a>
<p class="note">!${withMarkup(t('You are at {issuer}. Check this address whenever you are asked for your password.'), { issuer: here })}</p>`,
  }
}
