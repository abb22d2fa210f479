import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** What a script prints, run in a process of its own. */
async function output(script: string): Promise<string> {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const args = ['--conditions=@samkit/source', '--import', 'tsx', file]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return stdout
}

it("Newton's method fits a line in one step", { timeout: 60_000 }, async () => {
  expect(await output('autodiff.ts')).toMatchInlineSnapshot(`
    "gradient [-15.960, -4.000]
    Hessian [[6.000, 2.000], [2.000, 2.000]]
    slope 2.990, offset -0.990, loss 0.020
    the gradient there is 0.000
    "
  `)
})

it('SAM ends where the loss rises less than where SGD ends', { timeout: 60_000 }, async () => {
  const rises = (await output('sam.ts'))
    .trim()
    .split('\n')
    .map((line) => {
      const [, here, there] = /loss ([\d.]+), [\d.]+ uphill ([\d.]+)/.exec(line) ?? []
      return Number(there) - Number(here)
    })
  const [bySgd = Number.NaN, bySam = Number.NaN] = rises
  expect(bySam).toBeLessThan(bySgd)
})
