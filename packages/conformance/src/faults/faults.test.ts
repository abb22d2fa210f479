import { describe, expect, test } from 'vitest'
import { runConformance } from '../index.ts'
import { faults } from './faults.testing.ts'
import { soundBackend } from './sound.testing.ts'

test('a right backend is found right', async () => {
  const report = await runConformance(() => soundBackend(), { quick: true })
  expect(report.checks.flatMap((check) => check.faults)).toEqual([])
  expect(report.right).toBe(true)
})

test('no two faults are the same, and there are more than forty', () => {
  expect(new Set(faults.map(({ does }) => does)).size).toBe(faults.length)
  expect(faults.length).toBeGreaterThan(40)
})

describe('caught:', () => {
  test.each(faults)('$does', async ({ make, caughtBy, primitives }) => {
    const { section, title } = caughtBy
    const options = primitives === undefined ? {} : { primitives }
    const report = await runConformance(make, { sections: [section], ...options })
    const caught = report.checks.filter((check) => check.faults.length > 0).map((check) => check.title)
    expect(caught).toContain(title)
  })
})
