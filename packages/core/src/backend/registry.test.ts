import { afterEach, expect, test } from 'vitest'
import { vector } from '../compiler/graphs.testing.ts'
import { sin } from '../ops/transcendental.ts'
import { data } from '../tensor/value.ts'
import { referenceBackend } from './reference.ts'
import { backendByName, backendNames, getBackend, registerBackend, setBackend } from './registry.ts'
import { later, toyBackend } from './toy.testing.ts'

afterEach(() => setBackend('reference'))

test('the reference backend computes until another is chosen', () => {
  expect(getBackend()).toBe(referenceBackend)
  expect(backendNames()).toContain('reference')
})

test('a backend is chosen by its registered name, or handed over', async () => {
  const named = toyBackend({ name: 'by name' })
  registerBackend('by name', () => named.backend)
  await setBackend('by name')
  expect(getBackend()).toBe(named.backend)
  await data(sin(vector(1)))
  expect(named.calls.get('sin')).toBe(1)

  const handed = toyBackend()
  await setBackend(handed.backend)
  await data(sin(vector(1)))
  expect(handed.calls.get('sin')).toBe(1)
})

test('a name that there is not is answered with those there are', async () => {
  await expect(setBackend('gpu9000')).rejects.toThrow(
    /^there is no backend "gpu9000"; registered are .*reference/,
  )
  expect(getBackend()).toBe(referenceBackend)
})

test('what is no backend is not chosen', async () => {
  for (const wrong of [3, null, {}]) {
    await expect(Reflect.apply(setBackend, undefined, [wrong])).rejects.toThrow(
      'setBackend: expected a backend',
    )
  }
  expect(getBackend()).toBe(referenceBackend)
})

test('a backend is made once, however many ask for it at a time', async () => {
  let made = 0
  registerBackend('slow', async () => {
    made += 1
    await new Promise((resolve) => setTimeout(resolve))
    return later(referenceBackend, 'slow')
  })
  const [a, b] = await Promise.all([backendByName('slow'), backendByName('slow')])
  expect(a).toBe(b)
  expect(made).toBe(1)
})

test('a backend that could not be made is tried again', async () => {
  let attempts = 0
  registerBackend('flaky', async () => {
    attempts += 1
    if (attempts === 1) throw new Error('no adapter')
    return referenceBackend
  })
  await expect(setBackend('flaky')).rejects.toThrow('no adapter')
  await setBackend('flaky')
  expect(attempts).toBe(2)
})

test('registering a name again replaces what it stands for', async () => {
  const [one, two] = [toyBackend().backend, toyBackend().backend]
  registerBackend('toy', () => one)
  expect(await backendByName('toy')).toBe(one)
  registerBackend('toy', () => two)
  expect(await backendByName('toy')).toBe(two)
})

test('the last choice counts, whichever backend is ready first', async () => {
  const slow = toyBackend({ name: 'late' }).backend
  registerBackend('late', async () => {
    await new Promise((resolve) => setTimeout(resolve))
    return slow
  })
  await Promise.all([setBackend('late'), setBackend('reference')])
  expect(getBackend()).toBe(referenceBackend)
})
