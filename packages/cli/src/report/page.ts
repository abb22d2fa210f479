import { type Html, html } from './html.ts'
import { style } from './style.ts'

/** What stands on a page. */
export interface Page {
  /** The title of the window. */
  readonly title: string
  readonly heading: string
  /** What the page is of, in a sentence; when it was written follows. */
  readonly summary: string
  readonly date: Date
  /** Rules beside those that all pages share. */
  readonly ownStyle?: Html
  readonly sections: readonly Html[]
}

/**
 * An HTML page that needs nothing else: no script, no network, no other file. The policy in its head lets no browser load
 * or run anything, whatever text gets into it.
 */
export function renderPage({ title, heading, summary, date, ownStyle, sections }: Page): string {
  const written = date.toISOString().slice(0, 16).replace('T', ' ')
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}</title>
<style>${style}${ownStyle ?? ''}</style>
</head>
<body>
<main>
<header>
<h1>${heading}</h1>
<p>${summary}. Written ${written} UTC.</p>
</header>
${sections.map((section) => html`${section}\n`)}<footer>Made by samkit.</footer>
</main>
</body>
</html>
`
  return page.text
}
