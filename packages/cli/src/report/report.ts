import { confusion } from './confusion.ts'
import { curves } from './curves.ts'
import { renderPage } from './page.ts'
import type { RunRecord } from './record.ts'
import { samples } from './samples.ts'
import { epochTable, keyFigures, settings } from './tables.ts'

/**
 * A run as one HTML page that needs nothing else: no script, no network, no other file. Whatever text the record holds
 * is escaped.
 */
export function renderReport(record: RunRecord): string {
  const { title, optimizer, finished, date } = record
  return renderPage({
    title: `${title}, ${optimizer}`,
    heading: title,
    summary: `Trained with ${optimizer}${finished ? '' : '; not finished yet'}`,
    date,
    sections: [
      keyFigures(record),
      curves(record),
      confusion(record),
      samples(record),
      epochTable(record),
      settings(record),
    ],
  })
}
