import { html } from 'ghtml'
import type { Page } from '../../http/index.ts'

/** OAuth 2.0 Form Post Response Mode: the answer as a form that the browser posts to the client. */
export function formPostPage(
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): Page {
  const inputs = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value ?? ''}">`)
  return {
    title: 'Continue',
    body: html`
      <h1>One moment</h1>
      <p>You are being taken back to the application.</p>
      <form method="post" action="${uri}" data-auto-submit>
        !${inputs.join('')}
        <button type="submit" class="button">Continue</button>
      </form>
      <script type="module" src="/assets/auto-submit.js"></script>`,
  }
}
