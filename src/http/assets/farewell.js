/*
 * After a sign-out: goes on to where `a[data-onward]` leads as soon as every frame of the page was loaded, or after
 * the milliseconds of `data-patience`. Who has no script follows the link, or the Refresh header.
 */
const link = document.querySelector('a[data-onward]')

if (link) {
  const go = () => location.replace(link.href)
  if (document.readyState === 'complete') go()
  else addEventListener('load', go, { once: true })
  setTimeout(go, Number(link.dataset.patience))
}
