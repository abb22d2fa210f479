import { confusion } from './confusion.ts'
import { curves } from './curves.ts'
import { html } from './html.ts'
import type { RunRecord } from './record.ts'
import { samples } from './samples.ts'
import { style } from './style.ts'
import { epochTable, keyFigures, settings } from './tables.ts'

/**
 * A run as one HTML page that needs nothing else: no script, no network, no other file. Whatever text the record holds
 * is escaped.
 */
export function renderReport(record: RunRecord): string {
  const { title, optimizer, finished, date } = record
  const written = date.toISOString().slice(0, 16).replace('T', ' ')
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${title}, ${optimizer}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<h1>${title}</h1>
<p>Trained with ${optimizer}${finished ? '' : '; not finished yet'}. Written ${written} UTC.</p>
</header>
${keyFigures(record)}
${curves(record)}
${confusion(record)}
${samples(record)}
${epochTable(record)}
${settings(record)}
<footer>Made by samkit.</footer>
</main>
</body>
</html>
`
  return page.text
}
