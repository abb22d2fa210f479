import { HtmlValidate } from 'html-validate'
import { describe, expect, test } from 'vitest'
import { newRunOptions } from '../commands/given.ts'
import { UsageError } from '../errors.ts'
import { someMetrics } from '../report/record.testing.ts'
import { setUp } from '../training/setup.ts'
import { renderMarkdown } from './markdown.ts'
import { renderComparison } from './page.ts'
import { type Comparison, planComparison } from './plan.ts'
import type { ComparisonRecord } from './record.ts'
import { type RunResult, resultOf } from './result.ts'
import { measureSharpness } from './sharpness.ts'
import { spread, summarize } from './summary.ts'

const comparison: Comparison = { optimizers: ['sgd', 'looksam'], seeds: 2, out: 'out', given: {} }

describe('the runs of a comparison', () => {
  test('are every optimizer with the first seed, then with the next', () => {
    const runs = planComparison({ ...comparison, given: { seed: 3 } })
    expect(runs.map(({ options, dir }) => [options.optimizer, options.seed, dir])).toEqual([
      ['sgd', 3, 'out/sgd/seed-3'],
      ['looksam', 3, 'out/looksam/seed-3'],
      ['sgd', 4, 'out/sgd/seed-4'],
      ['looksam', 4, 'out/looksam/seed-4'],
    ])
  })

  test('have each hyper-parameter that they take, and the base where they step with one', () => {
    const [sgd, looksam] = planComparison({
      ...comparison,
      given: { lr: 0.2, rho: 0.3, base: 'adamw', warmup: 4 },
    })
    expect(sgd?.options).toMatchObject({ base: null, hyper: { lr: 0.2, momentum: 0.9 }, warmup: 4 })
    expect(sgd?.options.hyper).not.toHaveProperty('rho')
    expect(looksam?.options).toMatchObject({ base: 'adamw', hyper: { lr: 0.2, rho: 0.3, reuseEvery: 5 } })
    expect(looksam?.options.hyper).not.toHaveProperty('momentum')
  })

  test.each<[Partial<Comparison>, string]>([
    [{ optimizers: ['sgd', 'sgd'] }, '--optimizers names sgd twice'],
    [{ optimizers: ['sgd', 'smam'] }, '--optimizer: there is no "smam" (did you mean sam?)'],
    [{ given: { k: 3 } }, '--k does nothing with --optimizers sgd,looksam'],
    [
      { optimizers: ['sgd', 'adam'], given: { base: 'sgd' } },
      '--base does nothing with --optimizers sgd,adam',
    ],
  ])('are refused for %j', (change, message) => {
    expect(() => planComparison({ ...comparison, ...change })).toThrow(UsageError)
    expect(() => planComparison({ ...comparison, ...change })).toThrow(message)
  })
})

/** Results that look like a comparison's; the method's base is `base`. */
function someResults(base = 'sgd'): RunResult[] {
  return planComparison({ ...comparison, given: { base } }).map(({ options }, i) => ({
    options,
    testAccuracy: [0.5, 0.9, 0.7, 0.8][i] ?? 0,
    testLoss: 1,
    cost: i % 2 === 0 ? 1 : 1.2,
    secondsPerStep: [0.01, 0.015, 0.03, 0.035][i] ?? 0,
    sharpnessImages: 64,
    sharpness: {
      images: 64,
      largestEigenvalue: 10 * (i + 1),
      converged: i > 0,
      epsilonSharpness: 0.25,
      rho: 0.05,
    },
  }))
}

describe('a summary', () => {
  test('has mean and sample deviation, which one number does not have', () => {
    expect(spread([1, 3])).toEqual({ mean: 2, deviation: Math.SQRT2, values: [1, 3] })
    expect(spread([5]).deviation).toBeNull()
  })

  test('has a row an optimizer, with times relative to what the methods step with', () => {
    const { baseline, rows } = summarize(someResults())
    expect(baseline).toBe('SGD')
    expect(rows.map(({ title }) => title)).toEqual(['SGD', 'LookSAM'])
    expect(rows.map(({ testAccuracy }) => testAccuracy.mean)).toEqual([0.6, expect.closeTo(0.85)])
    expect(rows.map(({ relativeTime }) => relativeTime)).toEqual([1, expect.closeTo(1.25)])
    expect(rows[1]?.largestEigenvalue?.mean).toBe(30)
  })

  test('has no relative times where what the methods step with is not compared', () => {
    const { baseline, rows } = summarize(someResults('adamw'))
    expect(baseline).toBeNull()
    expect(rows.map(({ relativeTime }) => relativeTime)).toEqual([null, null])
  })
})

test('a result leaves the first epoch out of the time of a step, where there are others', () => {
  const none = { sharpness: null, sharpnessImages: 0 }
  const [first, second] = [someMetrics(1), someMetrics(2)].map((at, i) => ({
    ...at,
    step: 10 * (i + 1),
    trainSeconds: i === 0 ? 100 : 5,
    cost: 1 + i,
  }))
  if (first === undefined || second === undefined) throw new Error('unreachable')
  const options = newRunOptions({})
  expect(resultOf(options, [first], none).secondsPerStep).toBe(10)
  expect(resultOf(options, [first, second], none)).toMatchObject({
    secondsPerStep: 0.5,
    cost: 1.5,
    testAccuracy: second.testAccuracy,
  })
})

describe('sharpness', { timeout: 60_000 }, () => {
  const few = { model: 'mlp', limit: 12, testLimit: 4, batchSize: 4, steps: 2 }

  test('is of the plain loss on plain images, whatever the training adds', async () => {
    const plain = await measureSharpness(await setUp(newRunOptions({ ...few, optimizer: 'sgd' })), 8)
    const added = newRunOptions({ ...few, optimizer: 'esam', labelSmoothing: 0.3, augment: 'cutout,mixup' })
    expect(await measureSharpness(await setUp(added), 8)).toEqual(plain)
    expect(plain.images).toBe(8)
    expect(plain.largestEigenvalue).toBeGreaterThan(0)
    expect(plain.epsilonSharpness).toBeGreaterThan(0)
  })

  test('looks at all images where fewer are there than asked for', async () => {
    const { images } = await measureSharpness(await setUp(newRunOptions({ ...few, limit: 5 })), 8)
    expect(images).toBe(5)
  })
})

function someRecord(title: string): ComparisonRecord {
  const results = someResults()
  return {
    title,
    date: new Date('2026-01-02T03:04:05Z'),
    done: 4,
    asked: 6,
    summary: summarize(results),
    results,
    setting: [['model', 'mlp']],
    hyper: [['SGD', 'lr 0.05']],
    command: 'samkit compare --optimizers sgd,looksam',
  }
}

const validator = new HtmlValidate({
  root: true,
  extends: ['html-validate:recommended'],
  rules: { 'long-title': 'off' },
})

describe('a comparison written', { timeout: 60_000 }, () => {
  test('is a Markdown table with deviations, and says what is not settled and not done', () => {
    const text = renderMarkdown(someRecord('MLP on x'))
    expect(text).toContain(
      '| SGD | 2 | 60.00 ± 14.14 | 1.0000 ± 0.0000 | 1.00 | 20 | 1.00 | 20 ± 14.1 | 0.25 ± 0 |',
    )
    expect(text).toContain('4 of 6 runs are done.')
    expect(text).toContain('In 1 of 4 runs the power iteration had not settled')
  })

  test('is a valid page without script or network, with all text escaped', async () => {
    const page = renderComparison(someRecord('<b>&"it\'s"'))
    const { results } = await validator.validateString(page)
    expect(
      results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`)),
    ).toEqual([])
    expect(page).not.toContain('<b>&')
    expect(page).toContain('<td class="number best">85.00 ± 7.07</td>')
    expect(page).not.toMatch(/<script|https?:\/\//)
  })
})
