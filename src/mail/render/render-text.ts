import type { Translate } from '../../i18n/index.ts'
import type { Block, Draft } from './draft.ts'
import type { Sender } from './render-letter.ts'

/** A draft as plain text: no markup, one line for each paragraph, every link written out. */
export function renderText(draft: Draft, t: Translate, sender: Sender): string {
  const { name, url } = sender
  const footer = t('This letter was sent by {name} at {url}. Nobody reads replies to it.', {
    name,
    url,
  })
  // RFC 3676 section 4.3: programs for reading mail know what follows these dashes as a signature.
  return `${draft.blocks.map(renderBlock).join('\n\n')}\n\n-- \n${footer}\n`
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return oneLine(block.words)
    case 'action':
      return `${oneLine(block.label)}:\n${oneLine(block.url)}`
    case 'code':
      return `${oneLine(block.words)}\n\n    ${oneLine(block.code)}`
    case 'facts':
      return block.rows.map(([label, value]) => `- ${label}: ${oneLine(value)}`).join('\n')
    case 'note':
      return oneLine(block.words) + (block.url === undefined ? '' : `\n${oneLine(block.url)}`)
  }
}

/** A value with line breaks could otherwise add a paragraph of its own. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
