import { columns } from './cells.ts'
import { type ComparisonRecord, notes } from './record.ts'

/** A comparison as a Markdown table with what the numbers mean. */
export function renderMarkdown(record: ComparisonRecord): string {
  const { title, done, asked, summary, setting, hyper, command } = record
  const all = columns(summary)
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`
  return [
    `# ${title}: optimizers compared`,
    '',
    ...(done < asked ? [`${done} of ${asked} runs are done.`, ''] : []),
    line(all.map(({ head }) => head)),
    line(all.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...summary.rows.map((row) => line(all.map(({ cell }) => cell(row)))),
    '',
    ...notes(record).map((note) => `- ${note}`),
    '',
    ...[...setting, ...hyper].map(([name, value]) => `- ${name}: ${value}`),
    '',
    '```',
    command,
    '```',
    '',
  ].join('\n')
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
