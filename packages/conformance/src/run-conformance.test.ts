import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Backend, referenceBackend, registerBackend } from '@samkit/core'
import { wasm } from '@samkit/wasm'
import { describe, expect, test } from 'vitest'
import { soundBackend } from './faults/sound.testing.ts'
import { describeBackend, gridText, reportPage, runConformance } from './index.ts'
import { modestBackend } from './modest.testing.ts'
import { ran } from './program/printed.testing.ts'

/** tanh a little off: wrong in f32 and f64. */
const off = (): Backend =>
  soundBackend(({ primitive, right }) =>
    primitive.name === 'tanh' ? right().map((y) => y * 1.001) : undefined,
  )

describe('a run without a test runner', () => {
  test('finds a backend right that promises little and keeps its word', async () => {
    const report = await runConformance(modestBackend, { quick: true })
    const wrong = report.checks.filter(({ faults }) => faults.length > 0)
    expect(wrong.map(({ title, faults }) => ({ title, faults }))).toEqual([])
    expect(new Set(report.grid.map(({ dtype }) => dtype))).toEqual(new Set(['bool', 'i32', 'f32']))
  })

  test('lets graphs make of subnormal numbers what a backend may that takes them for 0', async () => {
    const report = await runConformance(modestBackend, {
      runs: 40,
      seed: 77,
      sections: ['graphs', 'gradients'],
    })
    expect(report.checks.flatMap(({ faults }) => faults)).toEqual([])
  })

  test('compiles a few hundred programs where it is to be quick', async () => {
    const modest = await runConformance(modestBackend, { quick: true })
    expect(modest.programs).toBeGreaterThan(300)
    expect(modest.programs).toBeLessThan(550)
    const other = await runConformance(() => wasm({ threads: 1 }), { quick: true, seed: 2 })
    expect(other.checks.flatMap(({ faults }) => faults)).toEqual([])
  })

  test('finds it wrong where it promises more than it keeps', async () => {
    const boasting = (): Backend => {
      const backend = modestBackend()
      const { nonFinite: _, ...capabilities } = backend.capabilities
      return { ...backend, capabilities }
    }
    const report = await runConformance(boasting, { sections: ['special values'] })
    expect(report.right).toBe(false)
  })

  test('gives the same report for the same seed, but for times', async () => {
    const timeless = async (seed: number) => {
      const report = await runConformance(off, {
        primitives: ['tanh', 'add'],
        sections: ['primitives'],
        seed,
      })
      return { ...report, seconds: 0, checks: report.checks.map((check) => ({ ...check, seconds: 0 })) }
    }
    expect(await timeless(5)).toEqual(await timeless(5))
    expect(await timeless(5)).not.toEqual(await timeless(6))
  })

  test('gives plain data', async () => {
    const report = await runConformance(off, { primitives: ['tanh'], quick: true })
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  test('takes a looser bound that is stated, and shows it', async () => {
    const bounds = { tanh: { f32: 2 ** 15, f64: 2 ** 44 } }
    const report = await runConformance(off, { primitives: ['tanh'], sections: ['primitives'], bounds })
    expect(report.right).toBe(true)
    expect(report.statedBounds).toEqual(bounds)
    expect(gridText(report)).toMatch(/tanh .* of 3\.3e\+4/)
  })

  test('prints what is wrong as a program that shows it', async () => {
    registerBackend('sound', off)
    const report = await runConformance(off, { primitives: ['tanh'], sections: ['primitives'] })
    const [fault] = report.checks.flatMap(({ faults }) => faults)
    const [answer] = await ran(fault?.code ?? '')
    expect(fault?.code).toMatchInlineSnapshot(`
      "import { backendByName, tanh, tensor } from '@samkit/core'

      const backend = await backendByName('sound')
      const a = tensor([1], { shape: [], dtype: 'f32' })
      const v1 = tanh(a)
      console.log(await v1.data({ backend }))
      // the backend:   f32 [] 0.76235574
      // the reference: f32 [] 0.7615942
      "
    `)
    expect(fault?.message).toContain(`is ${Number((answer as Float32Array)[0])} instead of`)
  })

  test('says what is wrong with its options', async () => {
    await expect(runConformance(referenceBackend, { primitives: ['tahn'] })).rejects.toThrow(
      '"tahn" is no primitive; they are constant, iota,',
    )
    await expect(runConformance(referenceBackend, { runs: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Error: runs must be a whole number of at least 1, got 0]`,
    )
    await expect(runConformance(referenceBackend, { bounds: { tahn: { f32: 3 } } })).rejects.toThrow(
      'bounds: "tahn" is no primitive',
    )
    await expect(
      runConformance(referenceBackend, { bounds: { tanh: { f32: -3 } } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[Error: bounds: those of "tanh" must be numbers of at least 0, got {"f32":-3}]`,
    )
  })
})

describe('a test runner', () => {
  /** Collects tests as a runner does, and runs them one after another. */
  async function outcomes(make: () => Backend): Promise<Map<string, string>> {
    const tests: [string, () => Promise<void>][] = []
    describeBackend(make, {
      describe: (_, body) => body(),
      it: (title, body) => tests.push([title, body]),
      primitives: ['tanh', 'neg'],
      sections: ['primitives'],
    })
    const told = new Map<string, string>()
    for (const [title, body] of tests) {
      await body().then(
        () => told.set(title, 'passed'),
        (error: Error) => told.set(title, error.message),
      )
    }
    return told
  }

  test('is given one test a fact, which fails with the program', async () => {
    const told = await outcomes(off)
    expect([...told.keys()]).toEqual([
      'neg gives what the reference gives',
      'tanh gives what the reference gives',
      'is given back',
    ])
    expect(told.get('neg gives what the reference gives')).toBe('passed')
    expect(told.get('tanh gives what the reference gives')).toContain('const v1 = tanh(a)')
  })

  test('may be the one of node', async () => {
    const file = fileURLToPath(new URL('node-test.testing.ts', import.meta.url))
    const args = ['--conditions=@samkit/source', '--import', import.meta.resolve('tsx'), '--test', file]
    const { NODE_OPTIONS: _, ...env } = process.env
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    expect(stdout).toMatch(/neg gives what the reference gives/)
    expect(stdout).toMatch(/pass 3\n/)
  })

  test('must be given where none is global', () => {
    expect(() => describeBackend(referenceBackend)).toThrowErrorMatchingInlineSnapshot(
      `[Error: describeBackend: there is no global describe; pass the test runner's: describeBackend(backend, { describe, it })]`,
    )
  })
})

describe('the page', () => {
  test('shows every primitive by dtype and backend, and the program for what is wrong', async () => {
    const options = { sections: ['primitives'], quick: true } as const
    const reports = [await runConformance(off, options), await runConformance(modestBackend, options)]
    const page = reportPage(reports)
    expect(page).toContain('<th colspan="4" scope="colgroup">sound</th>')
    expect(page).toContain('<th colspan="3" scope="colgroup">modest</th>')
    expect(page).toContain('<a href="#sound-tanh-f32">wrong</a>')
    expect(page).toContain('id="sound-tanh-f32"')
    expect(page).toContain('const v1 = tanh(a)')
    expect(page).not.toMatch(/src=|https?:/)
  })
})
