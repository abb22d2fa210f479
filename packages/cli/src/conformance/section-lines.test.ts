import type { CheckReport } from '@samkit/conformance'
import { expect, test } from 'vitest'
import { SectionLines } from './section-lines.ts'

function told(isTTY: boolean): string {
  let text = ''
  const lines = new SectionLines({ isTTY, write: (more: string) => (text += more) })
  const check = (section: CheckReport['section'], wrong: boolean): CheckReport => ({
    section,
    title: 'a fact',
    cases: 7,
    faults: wrong ? [{ message: 'it is not so' }] : [],
    seconds: 0,
  })
  for (const one of [check('claims', false), check('claims', false), check('graphs', true)]) lines.add(one)
  lines.end()
  return text
}

test('each section is a line when it is done', () => {
  expect(told(false)).toMatchInlineSnapshot(`
    "claims           2 facts    14 examples  right
    graphs           1 facts     7 examples  1 do not hold
    "
  `)
})

test('on a terminal the line of a section is written over as it goes on', () => {
  expect(told(true).replaceAll('\r\x1b[K', '<')).toMatchInlineSnapshot(`
    "<claims           1 facts     7 examples  right<claims           2 facts    14 examples  right<claims           2 facts    14 examples  right
    <graphs           1 facts     7 examples  1 do not hold<graphs           1 facts     7 examples  1 do not hold
    "
  `)
})
