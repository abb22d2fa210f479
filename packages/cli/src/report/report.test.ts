import { HtmlValidate } from 'html-validate'
import { describe, expect, test } from 'vitest'
import { someRecord } from './record.testing.ts'
import { renderReport } from './report.ts'

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  // Inline styles carry data here: how strong a cell is shaded, how long a bar is.
  rules: { 'no-inline-style': 'off', 'long-title': 'off' },
})

/** What a validator of HTML and of accessibility has to say of a page. */
async function faults(page: string): Promise<string[]> {
  const { results } = await validator.validateString(page)
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`))
}

describe('a report', { timeout: 60_000 }, () => {
  test('is valid and accessible HTML', async () => {
    expect(await faults(renderReport(someRecord()))).toEqual([])
  })

  test('is valid after a single epoch, with one class, without samples and with loss 0', async () => {
    const record = someRecord(['only'], 1)
    const epochs = record.epochs.map((at) => ({
      ...at,
      loss: 0,
      testLoss: 0,
      trainAccuracy: 1,
      testAccuracy: 1,
    }))
    const page = renderReport({ ...record, epochs, lossCurve: [], wrong: [], right: [] })
    expect(await faults(page)).toEqual([])
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
    expect(page).toContain('No mistakes on the test images.')
  })

  test('shows every metric of every epoch', () => {
    const page = renderReport(someRecord())
    const rows = [...page.matchAll(/<tr>((?:<td>[^<]*<\/td>){13})<\/tr>/g)].map(([, row = '']) =>
      [...row.matchAll(/<td>([^<]*)<\/td>/g)].map(([, cell]) => cell),
    )
    expect(rows).toHaveLength(4)
    expect(rows[1]).toEqual([
      '2',
      '188',
      '0.9000',
      '80.00 %',
      '0.6000',
      '85.00 %',
      '0.05',
      '1.25',
      '0.05',
      '2',
      '612',
      '4.9 s',
      '12 s',
    ])
  })

  test('shows the confusion matrix, the options, the setting and the command', () => {
    const record = someRecord()
    const page = renderReport(record)
    for (const times of record.confusion.flat()) expect(page).toContain(`>${times}</td>`)
    for (const [name, value] of [...record.options, ...record.setting]) {
      expect(page).toContain(`<th scope="row">${name}</th><td>${value}</td>`)
    }
    expect(page).toContain(record.command)
  })

  test('draws a point for each epoch in each curve', () => {
    const page = renderReport(someRecord(['a', 'b'], 3))
    expect(page.match(/<circle class="near"/g)).toHaveLength(2 * 2 * 3)
    expect(page).toContain('<title>test, epoch 3: 90 %</title>')
  })

  test('says how each class did', () => {
    const page = renderReport({
      ...someRecord(['cat', 'dog', 'none']),
      confusion: [
        [3, 1, 0],
        [0, 5, 0],
        [0, 0, 0],
      ],
    })
    expect(page).toContain('75.0 %</td><td class="number">3 of 4</td><td>dog (1)</td>')
    expect(page).toContain('100.0 %</td><td class="number">5 of 5</td><td>nothing</td>')
    expect(page).toContain('no images')
  })

  test('has no script, and asks the network for nothing', () => {
    const page = renderReport(someRecord())
    expect(page).not.toMatch(/<script|<link|@import|url\(|https?:/i)
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`)
  })

  test('says that a run is not finished', () => {
    expect(renderReport({ ...someRecord(), finished: false })).toContain('not finished yet')
    expect(renderReport(someRecord())).not.toContain('not finished yet')
  })

  test.each([
    '</style><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '<!--',
    ']]>&lt;',
    'tab\tnul\u0000bell\u0007lone\ud800',
  ])('escapes a hostile name wherever it is shown: %j', async (name) => {
    const record = someRecord([name, 'second'])
    const page = renderReport({
      ...record,
      title: name,
      optimizer: name,
      options: [[name, name]],
      command: name,
    })
    const harmless = renderReport({
      ...someRecord(['first', 'second']),
      title: 'first',
      optimizer: 'first',
      options: [['first', 'first']],
      command: 'first',
    })
    const tags = (html: string): string[] => html.match(/<[a-z!/]+/gi) ?? []
    expect(tags(page)).toEqual(tags(harmless))
    expect(await faults(page)).toEqual([])
  })
})
