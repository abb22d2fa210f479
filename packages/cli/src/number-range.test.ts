import { describe, expect, test } from 'vitest'
import { UsageError } from './errors.ts'
import { type NumberRange, parseNumber } from './number-range.ts'

const whole: NumberRange = { whole: true, from: 1 }

describe('a number option', () => {
  test.each<[string, NumberRange, number]>([
    ['32', whole, 32],
    ['1e3', whole, 1000],
    [' 7 ', whole, 7],
    ['0.05', { above: 0 }, 0.05],
    ['0', { from: 0 }, 0],
    ['-1.5', {}, -1.5],
  ])('takes %j in %j', (text, range, value) => {
    expect(parseNumber('--n', text, range)).toBe(value)
  })

  test.each<[string, NumberRange, string]>([
    ['abc', { above: 0 }, '--n must be a number above 0, got "abc"'],
    ['', { above: 0 }, '--n must be a number above 0, got ""'],
    ['0', { above: 0 }, '--n must be a number above 0, got "0"'],
    ['NaN', {}, '--n must be a number, got "NaN"'],
    ['Infinity', { from: 0 }, '--n must be a number from 0, got "Infinity"'],
    ['1', { from: 0, below: 1 }, '--n must be a number from 0 and below 1, got "1"'],
    ['1.5', whole, '--n must be a whole number from 1, got "1.5"'],
    ['0', whole, '--n must be a whole number from 1, got "0"'],
    ['9007199254740993', whole, '--n must be a whole number from 1, got "9007199254740993"'],
    ['3 4', whole, '--n must be a whole number from 1, got "3 4"'],
  ])('refuses %j in %j', (text, range, message) => {
    expect(() => parseNumber('--n', text, range)).toThrow(new UsageError(message))
  })
})
