import { html } from 'ghtml'
import type { Translate } from '../../i18n/index.ts'
import type { Puzzle } from '../admission/challenge.ts'

/** Attributes of a form that asks for a proof of work. */
export function challengeAttributes(t: Translate, puzzle: Puzzle | undefined): string {
  if (puzzle === undefined) return ''
  return html` data-challenge="${puzzle.challenge}" data-working="${t('Your browser does a short computation against abuse…')}" data-ready="${t('The computation is done.')}" data-failed="${t('The computation failed. Reload the page, with JavaScript switched on.')}"`
}

/** What such a form holds: the place of the answer, words for people, and the script that works. */
export function challengeFields(t: Translate, puzzle: Puzzle | undefined): string {
  if (puzzle === undefined) return ''
  const failed = t('The computation failed. Reload the page, with JavaScript switched on.')
  return html`<input type="hidden" name="challenge_answer">
<p class="hint" data-challenge-status aria-live="polite"></p>
<noscript><p class="hint">${failed}</p></noscript>
<script type="module" src="${puzzle.script}"></script>`
}
