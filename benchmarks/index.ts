// `npm run bench` times every case; `npm run bench -- conv` those whose title has "conv" in it.
import { cases } from './cases.ts'
import { measure } from './suite.ts'

const wanted = process.argv[2] ?? ''
const chosen = cases.filter(({ title }) => title.includes(wanted))

if (chosen.length === 0) {
  console.error(
    `No case has "${wanted}" in its title. There are:\n${cases.map((c) => `  ${c.title}`).join('\n')}`,
  )
  process.exitCode = 1
}
await measure(chosen)
